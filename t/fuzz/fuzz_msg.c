/*
 * fuzz_msg.c - what a process in hostile hands may send the others
 *
 * The first octet chooses the body, the rest is it.  A body that is taken is
 * packed again to the same octets: so nothing in it was overlooked, doubled or
 * read beyond its end (it is an exact copy).  A ticket gets a right MAC, so
 * that its record is read; one octet changed, it must be refused.
 */
#include "lib/base/digest.h"
#include "lib/base/droplist.h"

#include "pop3srvd/ipc/certs.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/ticket.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

#define RECORD_MAX	((size_t)1 << 20)

static const unsigned char key[TICKET_KEY] = "a key of two processes";

static void
same(const struct buf *b, struct span body)
{
	must(buf_len(b) == body.len);
	must(memcmp(buf_data(b), body.ptr, body.len) == 0);
}

#define CODEC(name) \
static void \
try_##name(struct span body) \
{ \
	struct name m; \
	struct buf b; \
	if (name##_unpack(&m, body) < 0) \
		return; \
	buf_init(&b, RECORD_MAX); \
	must(name##_pack(&m, &b) == 0); \
	same(&b, body); \
	buf_free(&b); \
}
CODEC(msg_conf)
CODEC(msg_channel)
CODEC(msg_control)
CODEC(msg_ctl)
CODEC(msg_ctl_reply)
CODEC(msg_auth)
CODEC(msg_auth_result)
CODEC(msg_change)
CODEC(msg_xmit_open)
CODEC(msg_xmit_answer)
CODEC(msg_queue)
CODEC(msg_audit)
CODEC(msg_line)
CODEC(msg_drop_open)
CODEC(msg_fault)
CODEC(msg_fetch)
CODEC(msg_message)
CODEC(msg_ahead)
CODEC(msg_mark)
CODEC(msg_verbatim)
CODEC(msg_committed)
CODEC(logrec)

static void
try_certs(struct span body)
{
	struct certs c;
	struct buf b;
	struct err e;

	if (certs_unpack(&c, body.ptr, body.len, &e) < 0)
		return;
	buf_init(&b, RECORD_MAX);
	must(certs_pack(&c, &b) == 0);
	same(&b, body);
	buf_free(&b);
	certs_clear(&c);
}

/* The list that drop sends front. */
static void
try_droplist(struct span body)
{
	struct droplist l;
	uint64_t sum = 0;
	struct err e;
	uint32_t i;

	if (droplist_view(&l, body.ptr, body.len, &e) < 0)
		return;
	for (i = 0; i < l.count; i++) {
		struct span uidl = droplist_uidl(&l, i);

		sum += droplist_size(&l, i);
		must(uidl.len > 0 && uidl.len <= UIDL_MAX);
		must(memchr(uidl.ptr, '\n', uidl.len) == NULL);
	}
	must(sum == l.octets);
}

static void
check_maildrop(const char *path)
{
	const char *slash = strchr(path, '/');

	must(path[0] != '\0' && path[0] != '/' && strcmp(path, "..") != 0);
	must(slash == NULL || strchr(slash + 1, '/') == NULL);
	must(slash == NULL || (strcmp(slash, "/..") != 0 &&
	    strcmp(slash, "/.") != 0 && slash[1] != '\0'));
	must(strncmp(path, "../", 3) != 0 && strncmp(path, "./", 2) != 0);
}

static void
try_ticket(struct span body)
{
	unsigned char mac[64];
	struct ticket t;
	struct buf b, again;
	struct err e;

	buf_init(&b, RECORD_MAX);
	buf_init(&again, RECORD_MAX);
	must(digest_mac(key, TICKET_KEY, body.ptr, body.len, mac) == 0);
	must(buf_add(&b, body.ptr, body.len) == 0);
	must(buf_add(&b, mac, MAC_OCTETS) == 0);
	if (ticket_read(&t, buf_span(&b), key, 1795300000000, &e) == 0) {
		check_maildrop(t.maildrop);
		must(t.expires > 1795300000000);
		must(ticket_write(&t, key, &again) == 0);
		same(&again, buf_span(&b));
		b.mem[b.head + body.len / 2] ^= 1;
		must(ticket_read(&t, buf_span(&b), key, 1795300000000,
		    &e) < 0);
	}
	buf_free(&again);
	buf_free(&b);
}

static void (*const bodies[])(struct span) = { try_msg_conf, try_msg_channel,
	try_msg_control, try_msg_ctl, try_msg_ctl_reply, try_msg_auth,
	try_msg_auth_result, try_msg_change, try_msg_xmit_open,
	try_msg_xmit_answer, try_msg_queue, try_msg_audit, try_msg_line,
	try_msg_drop_open, try_msg_fault, try_msg_fetch, try_msg_message,
	try_msg_ahead, try_msg_mark, try_msg_committed, try_msg_verbatim,
	try_logrec, try_certs, try_droplist, try_ticket };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size == 0)
		return 0;
	copy = malloc(size);
	must(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	bodies[data[0] % (sizeof(bodies) / sizeof(bodies[0]))](
	    span_mem(copy, size - 1));
	free(copy);
	return 0;
}

static void
add_number(struct dice *d, struct buf *b, unsigned octets)
{
	uint32_t v = dice(d, 4) == 0 ? dice(d, UINT32_MAX) : dice(d, 3);

	for (; octets > 0; octets--, v >>= 8)
		(void)buf_addc(b, (char)v);
}

/* A field as pack.h writes it. */
static void
add_field(struct dice *d, struct buf *b)
{
	static const uint8_t widths[] = { 1, 1, 4, 8 };
	char text[24] = "DOMAIN/user and more";
	uint32_t n;

	if (dice(d, 2) == 0) {
		add_number(d, b, widths[dice(d, 4)]);
		return;
	}
	n = dice(d, 21);
	(void)buf_addc(b, (char)(n + 1));	/* with a NUL: a string */
	(void)buf_add(b, "\0\0\0", 3);
	(void)buf_add(b, text, n);
	(void)buf_addc(b, '\0');
}

/* Fields at the end, one more or one octet less. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;
	struct buf b;

	dice_begin(&d, seed);
	if (size == 0 || dice(&d, 2) == 0)
		return LLVMFuzzerMutate(data, size, max);
	if (dice(&d, 4) == 0)
		return size - 1;
	if (dice(&d, 8) == 0) {			/* anew */
		data[0] = (uint8_t)dice(&d, 256);
		size = 1;
	}
	buf_init(&b, 4096);
	do
		add_field(&d, &b);
	while (dice(&d, 3) > 0);
	if (buf_len(&b) <= max - size) {
		memcpy(data + size, buf_data(&b), buf_len(&b));
		size += buf_len(&b);
	}
	buf_free(&b);
	return size;
}
