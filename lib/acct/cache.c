/*
 * cache.c - passwords that were right a moment ago
 *
 * A table of small sets: the MAC says which set, so nobody outside can steer
 * entries into one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"

#include "lib/acct/cache.h"
#include "lib/acct/names.h"
#include "lib/acct/pwhash.h"

#define SETS	2048			/* a power of two */
#define WAYS	8
#define INPUT	(NAMES_MAX + PWHASH_TEXT + PWHASH_PASSWORD + 64)

struct entry {
	struct cache_key key;
	int64_t ends;			/* 0: free */
};

struct cache {
	unsigned char secret[MAC_OCTETS];
	int64_t ttl;
	struct entry set[SETS][WAYS];
};

static size_t
set_of(const struct cache_key *k)
{
	return ((size_t)k->mac[0] << 8 | k->mac[1]) % SETS;
}

struct cache *
cache_new(int64_t ttl, struct err *e)
{
	struct cache *c = mem_new(1, sizeof(*c));

	if (c == NULL) {
		err_set(e, ERR_TEMP, "no memory for the login cache");
		return NULL;
	}
	c->ttl = ttl;
	if (digest_random(c->secret, sizeof(c->secret)) < 0) {
		err_set(e, ERR_TEMP, "no random octets for the login cache");
		cache_free(&c);
	}
	return c;
}

void
cache_free(struct cache **c_p)
{
	if (*c_p == NULL)
		return;
	mem_wipe(*c_p, sizeof(**c_p));
	free(*c_p);
	*c_p = NULL;
}

/* Length-prefixed, so that no part can pass for another (S-21). */
int
cache_key(const struct cache *c, const char *name, const char *hash,
    struct span password, struct cache_key *k_r)
{
	struct buf b;
	struct pack p;
	int r;

	buf_init(&b, INPUT);
	pack_begin(&p, &b);
	pack_str(&p, name);
	pack_str(&p, hash);
	pack_span(&p, password);
	r = pack_end(&p);
	if (r == 0)
		r = digest_mac(c->secret, sizeof(c->secret), buf_data(&b),
		    buf_len(&b), k_r->mac);
	buf_wipe(&b);
	return r;
}

bool
cache_has(const struct cache *c, const struct cache_key *k, int64_t now)
{
	const struct entry *at = c->set[set_of(k)];
	bool found = false;
	int i;

	for (i = 0; i < WAYS; i++)
		if (at[i].ends > now && digest_same(&at[i].key, k, sizeof(*k)))
			found = true;
	return found;
}

void
cache_put(struct cache *c, const struct cache_key *k, int64_t now)
{
	struct entry *at = c->set[set_of(k)], *to = at;
	int i;

	if (c->ttl <= 0)
		return;
	for (i = 0; i < WAYS; i++) {
		if (digest_same(&at[i].key, k, sizeof(*k))) {
			to = &at[i];
			break;
		}
		if (at[i].ends < to->ends)
			to = &at[i];
	}
	to->key = *k;
	to->ends = now + c->ttl;
}
