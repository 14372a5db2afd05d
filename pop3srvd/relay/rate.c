/*
 * rate.c - how many messages an account may send in an hour
 *
 * Runs in: relay.  Trusts: auth for the account's name.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "pop3srvd/relay/rate.h"

#define ACCOUNTS	4096
#define WAYS		8	/* places an account may stand in */
#define HOUR		((int64_t)3600 * 1000)

/* Used allowance in message milliseconds: a message is an hour. */
struct slot {
	unsigned char key[SHA256_OCTETS];
	int64_t used;
	int64_t at;
	bool taken;
};

struct rate {
	struct slot slots[ACCOUNTS];
};

struct rate *
rate_new(void)
{
	return mem_new(1, sizeof(struct rate));
}

void
rate_free(struct rate **r_p)
{
	free(*r_p);
	*r_p = NULL;
}

/* What is used at now, with what has grown back since taken off. */
static int64_t
used(const struct slot *s, int64_t per_hour, int64_t now)
{
	int64_t passed = now > s->at ? now - s->at : 0;

	if (!s->taken || passed >= HOUR)
		return 0;
	passed *= per_hour;
	return s->used > passed ? s->used - passed : 0;
}

static struct slot *
place(struct rate *r, const char *account, int64_t per_hour, int64_t now)
{
	unsigned char key[SHA256_OCTETS];
	struct slot *s, *best = NULL;
	size_t i, from;

	if (digest_sha256(account, strlen(account), key) < 0)
		return NULL;
	from = ((size_t)key[0] << 8 | key[1]) % (ACCOUNTS - WAYS + 1);
	for (i = from; i < from + WAYS; i++) {
		s = &r->slots[i];
		if (s->taken && memcmp(s->key, key, sizeof(key)) == 0)
			return s;
		if (best == NULL || used(s, per_hour, now) <
		    used(best, per_hour, now))
			best = s;
	}
	memset(best, 0, sizeof(*best));
	memcpy(best->key, key, sizeof(key));
	best->taken = true;
	best->at = now;
	return best;
}

bool
rate_allows(struct rate *r, const char *account, int64_t per_hour,
    int64_t now)
{
	struct slot *s = per_hour == 0 ? NULL :
	    place(r, account, per_hour, now);

	return s == NULL || used(s, per_hour, now) + HOUR <= per_hour * HOUR;
}

void
rate_count(struct rate *r, const char *account, int64_t per_hour, int64_t now)
{
	struct slot *s = per_hour == 0 ? NULL :
	    place(r, account, per_hour, now);

	if (s == NULL)
		return;
	s->used = used(s, per_hour, now) + HOUR;
	s->at = now;
}

void
rate_return(struct rate *r, const char *account, int64_t per_hour,
    int64_t now)
{
	struct slot *s = per_hour == 0 ? NULL :
	    place(r, account, per_hour, now);
	int64_t left;

	if (s == NULL)
		return;
	left = used(s, per_hour, now) - HOUR;
	s->used = left > 0 ? left : 0;
	s->at = now;
}
