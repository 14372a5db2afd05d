/*
 * aclset.c - the access lists of all listeners on their way to front
 *
 * Runs in: keeper (packs), front (unpacks).  Trusts: keeper for the verdicts,
 * nothing for the form.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "pop3srvd/ipc/aclset.h"
#include "pop3srvd/ipc/text.h"

#define MAGIC		0x53434150u
#define ALIGNED		8u
/* The least that an entry takes in the table of contents. */
#define OF_LEAST	8
#define LIST_LEAST	8
#define SOURCE_LEAST	4

struct head {
	uint32_t magic;
	uint32_t contents;	/* octets of the table */
};

static size_t
aligned(size_t n)
{
	return (n + ALIGNED - 1) / ALIGNED * ALIGNED;
}

static int
pad(struct buf *b)
{
	static const char zero[ALIGNED];

	return buf_add(b, zero, aligned(buf_len(b)) - buf_len(b));
}

static int
pack_contents(const struct aclset *s, struct buf *b)
{
	struct pack p;
	size_t i;

	pack_begin(&p, b);
	pack_u32(&p, (uint32_t)s->n_lists);
	for (i = 0; i < s->n_lists; i++)
		pack_u64(&p, s->lists[i].len);
	pack_u32(&p, (uint32_t)s->n_sources);
	for (i = 0; i < s->n_sources; i++)
		text_pack_some(&p, s->sources[i]);
	pack_u32(&p, (uint32_t)s->n);
	for (i = 0; i < s->n; i++) {
		text_pack_some(&p, s->of[i].listener);
		pack_u32(&p, s->of[i].list);
	}
	return pack_end(&p);
}

int
aclset_pack(const struct aclset *s, struct buf *b)
{
	struct head h = { MAGIC, 0 };
	struct buf contents;
	size_t i;
	int r;

	buf_init(&contents, ACLSET_MAX);
	r = pack_contents(s, &contents);
	h.contents = (uint32_t)buf_len(&contents);
	if (r == 0)
		r = buf_add(b, &h, sizeof(h));
	if (r == 0)
		r = buf_add(b, buf_data(&contents), buf_len(&contents));
	buf_free(&contents);
	for (i = 0; r == 0 && i < s->n_lists; i++)
		if (pad(b) < 0 ||
		    buf_add(b, s->lists[i].ptr, s->lists[i].len) < 0)
			r = -1;
	return r;
}

/* Zeroed room for as many as the rest of the table could hold. */
static void *
room(struct unpack *u, size_t n, size_t least, size_t size)
{
	void *mem = NULL;

	if (!u->bad && n <= (size_t)(u->end - u->at) / least)
		mem = mem_new(n > 0 ? n : 1, size);
	if (mem == NULL)
		u->bad = true;
	return mem;
}

/* at moves behind the list. */
static struct span
place_list(struct unpack *u, struct span whole, size_t *at)
{
	uint64_t len = unpack_u64(u);
	size_t from = aligned(*at);

	if (from > whole.len || len > whole.len - from)
		u->bad = true;
	if (u->bad)
		return span_mem(NULL, 0);
	*at = from + (size_t)len;
	return span_mem(whole.ptr + from, (size_t)len);
}

static void
unpack_contents(struct unpack *u, struct aclset *s, struct span whole,
    size_t *at)
{
	size_t i, n = unpack_u32(u);

	s->lists = room(u, n, LIST_LEAST, sizeof(*s->lists));
	for (i = 0; !u->bad && i < n; i++)
		s->lists[i] = place_list(u, whole, at);
	s->n_lists = u->bad ? 0 : n;
	n = unpack_u32(u);
	s->sources = room(u, n, SOURCE_LEAST, sizeof(*s->sources));
	for (i = 0; !u->bad && i < n; i++)
		s->sources[i] = text_unpack_some(u);
	s->n_sources = u->bad ? 0 : n;
	n = unpack_u32(u);
	s->of = room(u, n, OF_LEAST, sizeof(*s->of));
	for (i = 0; !u->bad && i < n; i++) {
		s->of[i].listener = text_unpack_some(u);
		s->of[i].list = unpack_u32(u);
		u->bad = u->bad || s->of[i].list >= s->n_lists;
	}
	s->n = u->bad ? 0 : n;
}

int
aclset_unpack(struct aclset *s_r, const void *mem, size_t n, struct err *e)
{
	struct span whole = span_mem(mem, n);
	struct head h = { 0, 0 };
	struct unpack u;
	size_t at;

	memset(s_r, 0, sizeof(*s_r));
	if (n >= sizeof(h))
		memcpy(&h, mem, sizeof(h));
	if (h.magic == MAGIC && h.contents <= n - sizeof(h)) {
		at = sizeof(h) + h.contents;
		unpack_begin(&u, whole.ptr + sizeof(h), h.contents);
		unpack_contents(&u, s_r, whole, &at);
		if (unpack_end(&u) == 0 && at == n)
			return 0;
	}
	aclset_clear(s_r);
	return err_set(e, ERR_BUG, "access lists: not a whole record");
}

void
aclset_clear(struct aclset *s)
{
	free(s->of);
	free(s->lists);
	free(s->sources);
	memset(s, 0, sizeof(*s));
}
