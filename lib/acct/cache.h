/*
 * cache.h - passwords that were right a moment ago
 *
 * POP3 clients ask every few minutes, and each time would cost 15 ms of
 * yescrypt.  Only a MAC of name, stored hash and password is kept, under a key
 * that never leaves the process; a changed hash or name misses by
 * construction.  A fixed number of entries; the one that ends first makes
 * room.  Time comes in as an argument (milliseconds, monotonic).
 */
#ifndef ACCT_CACHE_H
#define ACCT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/digest.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

struct cache;

struct cache_key {
	unsigned char mac[MAC_OCTETS];
};

/* Every entry lives ttl milliseconds; 0: nothing is ever kept. */
struct cache *cache_new(int64_t ttl, struct err *e);
void cache_free(struct cache **c_p);

/* 0, or -1 when the MAC cannot be made: then go without the cache. */
int cache_key(const struct cache *c, const char *name, const char *hash,
    struct span password, struct cache_key *k_r);

bool cache_has(const struct cache *c, const struct cache_key *k,
    int64_t now);
void cache_put(struct cache *c, const struct cache_key *k, int64_t now);

#endif
