/*
 * text.c - strings in records that are read in place
 *
 * Runs in: every process.  Trusts: nothing; a length, a missing NUL or one in
 * the middle makes the record bad.
 */
#include <stddef.h>
#include <string.h>

#include "pop3srvd/ipc/text.h"

void
text_pack(struct pack *p, const char *s)
{
	pack_span(p, span_mem(s, s == NULL ? 0 : strlen(s) + 1));
}

const char *
text_unpack(struct unpack *u)
{
	struct span s = unpack_span(u);

	if (u->bad || s.len == 0)
		return NULL;
	if (memchr(s.ptr, '\0', s.len) != s.ptr + s.len - 1) {
		u->bad = true;
		return NULL;
	}
	return s.ptr;
}

void
text_pack_some(struct pack *p, const char *s)
{
	text_pack(p, s == NULL ? "" : s);
}

const char *
text_unpack_some(struct unpack *u)
{
	const char *s = text_unpack(u);

	if (s == NULL) {
		u->bad = true;
		return "";
	}
	return s;
}

bool
unpack_flag(struct unpack *u)
{
	return unpack_choice(u, 1) == 1;
}

int
unpack_choice(struct unpack *u, int most)
{
	uint8_t v = unpack_u8(u);

	if (v > most)
		u->bad = true;
	return u->bad ? 0 : v;
}

void
pack_addr(struct pack *p, const struct addr *a)
{
	pack_span(p, span_mem(a->ip, sizeof(a->ip)));
	pack_u32(p, a->port);
	pack_u8(p, a->local);
}

void
unpack_addr(struct unpack *u, struct addr *a)
{
	struct span ip = unpack_span(u);
	uint32_t port = unpack_u32(u);

	memset(a, 0, sizeof(*a));
	a->local = unpack_flag(u);
	if (ip.len != sizeof(a->ip) || port > UINT16_MAX)
		u->bad = true;
	else
		memcpy(a->ip, ip.ptr, sizeof(a->ip));
	a->port = (uint16_t)port;
}
