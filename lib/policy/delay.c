/*
 * delay.c - when each account logged in last (RFC 2449 section 6.5)
 *
 * Each entry is in a hash chain and in a list by login time.  The list is in
 * order because time only goes on, so expiry and eviction take its head.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/policy/delay.h"

#define CHAINS_MAX	((size_t)1 << 17)

struct node {
	struct node *chain;		/* next of its hash chain */
	struct node *older, *newer;
	int64_t at;
	char account[];
};

struct delay {
	size_t max, n, mask;
	uint64_t key;
	struct node **chains;		/* none until the first login */
	struct node *oldest, *newest;
};

struct delay *
delay_new(size_t max)
{
	struct delay *d = mem_new(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->max = max;
	if (digest_random(&d->key, sizeof(d->key)) < 0)
		delay_free(&d);
	return d;
}

/* The link that points to account's node, or to the NULL behind its chain. */
static struct node **
link_of(const struct delay *d, const char *account)
{
	const unsigned char *s = (const unsigned char *)account;
	uint64_t h = d->key;
	struct node **l;

	for (; *s != '\0'; s++)
		h = (h ^ *s) * 0x9e3779b97f4a7c15u;
	l = &d->chains[(size_t)(h >> 32) & d->mask];
	while (*l != NULL && strcmp((*l)->account, account) != 0)
		l = &(*l)->chain;
	return l;
}

static void
take_off(struct delay *d, struct node *nd)
{
	if (nd->older != NULL)
		nd->older->newer = nd->newer;
	else
		d->oldest = nd->newer;
	if (nd->newer != NULL)
		nd->newer->older = nd->older;
	else
		d->newest = nd->older;
}

static void
put_last(struct delay *d, struct node *nd, int64_t now)
{
	nd->at = now;
	nd->newer = NULL;
	nd->older = d->newest;
	if (d->newest != NULL)
		d->newest->newer = nd;
	else
		d->oldest = nd;
	d->newest = nd;
}

static void
forget(struct delay *d, struct node *nd)
{
	struct node **l = link_of(d, nd->account);

	*l = nd->chain;
	take_off(d, nd);
	d->n--;
	free(nd);
}

void
delay_free(struct delay **d_p)
{
	struct delay *d = *d_p;

	if (d == NULL)
		return;
	while (d->oldest != NULL)
		forget(d, d->oldest);
	free(d->chains);
	free(d);
	*d_p = NULL;
}

/* Who sets no delay pays for no table. */
static int
make_chains(struct delay *d)
{
	size_t n = 16;

	if (d->chains != NULL)
		return 0;
	while (n < d->max && n < CHAINS_MAX)
		n *= 2;
	d->chains = mem_new(n, sizeof(*d->chains));
	d->mask = n - 1;
	return d->chains == NULL ? -1 : 0;
}

static int
remember(struct delay *d, const char *account, int64_t now)
{
	size_t n = strlen(account) + 1;
	struct node *nd, **l;

	if (d->max == 0 || make_chains(d) < 0)
		return -1;
	if (d->n >= d->max)
		forget(d, d->oldest);
	nd = mem_new(1, sizeof(*nd) + n);
	if (nd == NULL)
		return -1;
	memcpy(nd->account, account, n);
	l = link_of(d, account);
	nd->chain = *l;
	*l = nd;
	put_last(d, nd, now);
	d->n++;
	return 0;
}

int
delay_login(struct delay *d, const char *account, int64_t wait, int64_t now)
{
	struct node *nd;

	while (d->oldest != NULL && now - d->oldest->at >= wait)
		forget(d, d->oldest);
	if (wait <= 0)
		return 0;
	nd = d->n == 0 ? NULL : *link_of(d, account);
	if (nd == NULL)
		return remember(d, account, now);
	take_off(d, nd);
	put_last(d, nd, now);
	return 0;
}

int64_t
delay_left(const struct delay *d, const char *account, int64_t wait,
    int64_t now)
{
	const struct node *nd = d->n == 0 ? NULL : *link_of(d, account);

	if (nd == NULL || now - nd->at >= wait)
		return 0;
	return wait - (now - nd->at);
}

size_t
delay_count(const struct delay *d)
{
	return d->n;
}
