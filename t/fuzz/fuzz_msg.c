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
empty_##name(struct buf *b) \
{ \
	static const struct name m; \
	must(name##_pack(&m, b) == 0); \
} \
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
empty_certs(struct buf *b)
{
	static const struct certs c;

	must(certs_pack(&c, b) == 0);
}

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

static void
empty_droplist(struct buf *b)
{
	struct droplist_maker m;

	droplist_begin(&m);
	droplist_add(&m, 7, span_of("uidl"));
	must(droplist_end(&m, b) == 0);
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

/* The record without its MAC. */
static void
empty_ticket(struct buf *b)
{
	static const struct ticket t = { "a@b", "b/a", 0, INT64_MAX, "" };
	struct buf whole;

	buf_init(&whole, RECORD_MAX);
	must(ticket_write(&t, key, &whole) == 0);
	must(buf_add(b, buf_data(&whole), buf_len(&whole) - MAC_OCTETS) == 0);
	buf_free(&whole);
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

#define ROW(name)	{ try_##name, empty_##name }
static const struct {
	void (*try)(struct span body);
	void (*empty)(struct buf *b);
} bodies[] = { ROW(msg_conf), ROW(msg_channel), ROW(msg_control),
	ROW(msg_ctl), ROW(msg_ctl_reply), ROW(msg_auth), ROW(msg_auth_result),
	ROW(msg_change), ROW(msg_xmit_open), ROW(msg_xmit_answer),
	ROW(msg_queue), ROW(msg_audit), ROW(msg_line), ROW(msg_drop_open),
	ROW(msg_fault), ROW(msg_fetch), ROW(msg_message), ROW(msg_ahead),
	ROW(msg_mark), ROW(msg_committed), ROW(msg_verbatim), ROW(logrec),
	ROW(certs), ROW(droplist), ROW(ticket) };

#define BODIES	(sizeof(bodies) / sizeof(bodies[0]))

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size == 0)
		return 0;
	copy = malloc(size);
	must(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	bodies[data[0] % BODIES].try(span_mem(copy, size - 1));
	free(copy);
	return 0;
}

/* A body of empty fields. */
static size_t
begin(uint8_t *data, size_t max, struct dice *d)
{
	struct buf b;
	size_t n;

	buf_init(&b, RECORD_MAX);
	data[0] = (uint8_t)dice(d, BODIES);
	bodies[data[0]].empty(&b);
	n = buf_len(&b) < max ? buf_len(&b) : max - 1;
	memcpy(data + 1, buf_data(&b), n);
	buf_free(&b);
	return n + 1;
}

/* Octets put into a field: behind what looks like its length. */
static size_t
grow(uint8_t *data, size_t size, size_t max, struct dice *d)
{
	static const char text[] = "DOMAIN/user %n\xff";
	size_t i = 1 + dice(d, (uint32_t)size), n = 1 + dice(d, 14);

	while (i + 4 < size && (data[i] > 200 || data[i + 1] != 0 ||
	    data[i + 2] != 0 || data[i + 3] != 0))
		i++;
	if (i + 4 > size || size + n > max)
		return size;
	memmove(data + i + 4 + n, data + i + 4, size - i - 4);
	memcpy(data + i + 4, text, n);
	data[i] = (uint8_t)(data[i] + n);
	return size + n;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	switch (dice(&d, 6)) {
	case 0:
		if (dice(&d, 3) == 0 && max > 1)
			return begin(data, max, &d);
		/* fall through */
	case 1:
	case 2:
		return grow(data, size, max, &d);
	case 3:
		if (size > 0)
			data[dice(&d, (uint32_t)size)] = (uint8_t)dice(&d, 4);
		return size > 0 ? size : begin(data, max, &d);
	default:
		return LLVMFuzzerMutate(data, size, max);
	}
}
