/*
 * certs.c - certificates and keys on their way from keeper to front
 *
 * Runs in: keeper (packs), front (unpacks).  Trusts: keeper's files for their
 * content, nothing for their form.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "pop3srvd/ipc/certs.h"
#include "pop3srvd/ipc/text.h"

/* The least a listener and a pair take: their length fields. */
#define OF_LEAST	12
#define PAIR_LEAST	12

int
certs_pack(const struct certs *c, struct buf *b)
{
	const struct certs_of *of;
	struct pack p;
	size_t i, k;

	pack_begin(&p, b);
	pack_u32(&p, (uint32_t)c->n);
	for (i = 0; i < c->n; i++) {
		of = &c->of[i];
		text_pack_some(&p, of->listener);
		pack_u32(&p, (uint32_t)of->min_version);
		pack_u32(&p, (uint32_t)of->n);
		for (k = 0; k < of->n; k++) {
			text_pack(&p, of->pairs[k].name);
			pack_span(&p, of->pairs[k].chain);
			pack_span(&p, of->pairs[k].key);
		}
	}
	return pack_end(&p);
}

/* Zeroed room for as many elements as the rest of the record could hold. */
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

static void
unpack_of(struct unpack *u, struct certs_of *of)
{
	size_t k, n;

	of->listener = text_unpack_some(u);
	of->min_version = (int)unpack_u32(u);
	n = unpack_u32(u);
	of->pairs = room(u, n, PAIR_LEAST, sizeof(*of->pairs));
	for (k = 0; !u->bad && k < n; k++) {
		of->pairs[k].name = text_unpack(u);
		of->pairs[k].chain = unpack_span(u);
		of->pairs[k].key = unpack_span(u);
	}
	of->n = u->bad ? 0 : n;
}

int
certs_unpack(struct certs *c_r, const void *mem, size_t n, struct err *e)
{
	struct unpack u;
	size_t i, count;

	memset(c_r, 0, sizeof(*c_r));
	unpack_begin(&u, mem, n);
	count = unpack_u32(&u);
	c_r->of = room(&u, count, OF_LEAST, sizeof(*c_r->of));
	c_r->n = u.bad ? 0 : count;
	for (i = 0; !u.bad && i < count; i++)
		unpack_of(&u, &c_r->of[i]);
	if (unpack_end(&u) == 0)
		return 0;
	certs_clear(c_r);
	return err_set(e, ERR_BUG, "certificates: not a whole record");
}

void
certs_clear(struct certs *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->of[i].pairs);
	free(c->of);
	memset(c, 0, sizeof(*c));
}
