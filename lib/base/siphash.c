/*
 * siphash.c - a short keyed hash for tables
 */
#include "lib/base/siphash.h"

struct state {
	uint64_t a, b, c, d;
};

static uint64_t
turn(uint64_t v, int n)
{
	return v << n | v >> (64 - n);
}

static void
mix(struct state *s, int rounds)
{
	while (rounds-- > 0) {
		s->a += s->b;
		s->c += s->d;
		s->b = turn(s->b, 13) ^ s->a;
		s->d = turn(s->d, 16) ^ s->c;
		s->a = turn(s->a, 32) + s->d;
		s->c += s->b;
		s->d = turn(s->d, 21) ^ s->a;
		s->b = turn(s->b, 17) ^ s->c;
		s->c = turn(s->c, 32);
	}
}

/* Up to eight octets, the least one first. */
static uint64_t
word(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static void
take(struct state *s, uint64_t v)
{
	s->d ^= v;
	mix(s, 2);
	s->a ^= v;
}

uint64_t
siphash(const unsigned char key[SIPHASH_KEY], const void *p, size_t n)
{
	const unsigned char *at = p;
	uint64_t k0 = word(key, 8), k1 = word(key + 8, 8), last;
	struct state s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };

	last = (uint64_t)n << 56;
	for (; n >= 8; n -= 8, at += 8)
		take(&s, word(at, 8));
	take(&s, last | word(at, n));
	s.c ^= 0xff;
	mix(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}
