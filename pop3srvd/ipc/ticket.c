/*
 * ticket.c - why drop and relay may believe what a session may do
 *
 * A record of version, account, maildrop, addresses, quota and expiry,
 * followed by the MAC of exactly those octets.
 *
 * Runs in: auth (writes), drop and relay (read).  Trusts: only the MAC; nothing of the
 * record is looked at before it is found right.
 */
#include "lib/base/digest.h"
#include "lib/base/pack.h"
#include "lib/base/path.h"
#include "pop3srvd/ipc/text.h"
#include "pop3srvd/ipc/ticket.h"

#define TICKET_VERSION	2
#define TICKET_MAX	4096	/* front carries it, nobody keeps more */

static int
write_record(const struct ticket *t, struct buf *record)
{
	struct pack p;

	pack_begin(&p, record);
	pack_u8(&p, TICKET_VERSION);
	text_pack_some(&p, t->account);
	text_pack_some(&p, t->maildrop);
	text_pack_some(&p, t->addresses);
	pack_u64(&p, t->quota);
	pack_i64(&p, t->expires);
	return pack_end(&p);
}

int
ticket_write(const struct ticket *t, const unsigned char key[TICKET_KEY],
    struct buf *b)
{
	unsigned char mac[MAC_OCTETS];
	struct buf whole;
	int r = -1;

	buf_init(&whole, TICKET_MAX);
	if (write_record(t, &whole) == 0 &&
	    digest_mac(key, TICKET_KEY, buf_data(&whole), buf_len(&whole),
	    mac) == 0 && buf_add(&whole, mac, sizeof(mac)) == 0)
		r = buf_add(b, buf_data(&whole), buf_len(&whole));
	buf_free(&whole);
	return r;
}

/* The record in front of a right MAC; an empty span when it is wrong. */
static struct span
vouched(struct span text, const unsigned char key[TICKET_KEY])
{
	static const struct span none = { NULL, 0 };
	unsigned char mac[MAC_OCTETS];
	struct span record;

	if (text.len <= MAC_OCTETS || text.len > TICKET_MAX)
		return none;
	record = span_mem(text.ptr, text.len - MAC_OCTETS);
	if (digest_mac(key, TICKET_KEY, record.ptr, record.len, mac) < 0 ||
	    !digest_same(mac, text.ptr + record.len, MAC_OCTETS))
		return none;
	return record;
}

/* "USER" or "DOMAIN/USER". */
static bool
maildrop_ok(const char *path)
{
	struct span rest = span_of(path), first = rest;
	size_t i;

	for (i = 0; i < rest.len && rest.ptr[i] != '/'; i++)
		;
	if (i == rest.len)
		return path_component(rest);
	first.len = i;
	rest = span_mem(rest.ptr + i + 1, rest.len - i - 1);
	return path_component(first) && path_component(rest);
}

int
ticket_read(struct ticket *t, struct span text,
    const unsigned char key[TICKET_KEY], int64_t now, struct err *e)
{
	struct span record = vouched(text, key);
	struct unpack u;
	uint8_t version;

	if (record.len == 0)
		return err_set(e, ERR_PERM, "ticket: not made by auth");
	unpack_begin(&u, record.ptr, record.len);
	version = unpack_u8(&u);
	t->account = text_unpack_some(&u);
	t->maildrop = text_unpack_some(&u);
	t->addresses = text_unpack_some(&u);
	t->quota = unpack_u64(&u);
	t->expires = unpack_i64(&u);
	if (unpack_end(&u) < 0 || version != TICKET_VERSION)
		return err_set(e, ERR_PERM, "ticket: not a whole record");
	if (now >= t->expires)
		return err_set(e, ERR_PERM, "ticket: expired");
	if (!maildrop_ok(t->maildrop))
		return err_set(e, ERR_PERM, "ticket: \"%.200s\" is no maildrop",
		    t->maildrop);
	return 0;
}
