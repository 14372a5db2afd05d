/*
 * failures.c - failed logins counted by source: who guesses, who harvests
 *
 * Each source is in a hash chain and in a list by its last failure, whose head
 * is what expiry and eviction take.  The window slides by keeping the count of
 * the one before it, which weighs what is left of it.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/policy/failures.h"

#define CHAINS_MAX	((size_t)1 << 16)
#define SEEN		16		/* last pairs of a source */
#define DAY		((int64_t)24 * 3600 * 1000)
#define FORGIVEN	(7 * DAY)
#define LEAST		3		/* failures that anybody may have */
#define STRIKES_MAX	16

struct seen {
	uint64_t user, pair;
	bool unknown;
	bool counted;		/* and not forgiven yet */
};

struct tally {
	uint32_t now, before;	/* in this window and the one before */
};

struct node {
	struct node *chain;		/* next of its hash chain */
	struct node *older, *newer;
	uint8_t ip[16];
	int64_t last;
	int64_t window;			/* when the present one began */
	struct tally failed, unknown;
	uint8_t strikes;
	uint8_t next;			/* in seen */
	struct seen seen[SEEN];
};

struct failures {
	size_t max, n, mask;
	uint64_t key;
	struct node **chains;
	struct node *oldest, *newest;
};

struct failures *
failures_new(size_t max)
{
	struct failures *f = mem_new(1, sizeof(*f));
	size_t chains = 16;

	if (f == NULL)
		return NULL;
	while (chains < max && chains < CHAINS_MAX)
		chains *= 2;
	f->max = max;
	f->mask = chains - 1;
	f->chains = mem_new(chains, sizeof(*f->chains));
	if (f->chains == NULL || digest_random(&f->key, sizeof(f->key)) < 0)
		failures_free(&f);
	return f;
}

/* The link that points to the node of ip, or to the NULL behind its chain. */
static struct node **
link_of(const struct failures *f, const uint8_t ip[16])
{
	struct node **l = &f->chains[addr_hash(ip, f->key) & f->mask];

	while (*l != NULL && memcmp((*l)->ip, ip, 16) != 0)
		l = &(*l)->chain;
	return l;
}

static void
take_off(struct failures *f, struct node *nd)
{
	if (nd->older != NULL)
		nd->older->newer = nd->newer;
	else
		f->oldest = nd->newer;
	if (nd->newer != NULL)
		nd->newer->older = nd->older;
	else
		f->newest = nd->older;
}

static void
put_last(struct failures *f, struct node *nd, int64_t now)
{
	nd->last = now;
	nd->newer = NULL;
	nd->older = f->newest;
	if (f->newest != NULL)
		f->newest->newer = nd;
	else
		f->oldest = nd;
	f->newest = nd;
}

static void
forget(struct failures *f, struct node *nd)
{
	struct node **l = link_of(f, nd->ip);

	*l = nd->chain;
	take_off(f, nd);
	f->n--;
	free(nd);
}

void
failures_clear(struct failures *f)
{
	while (f->oldest != NULL)
		forget(f, f->oldest);
}

void
failures_free(struct failures **f_p)
{
	struct failures *f = *f_p;

	if (f == NULL)
		return;
	failures_clear(f);
	free(f->chains);
	free(f);
	*f_p = NULL;
}

static struct node *
find(const struct failures *f, const struct addr *peer)
{
	struct prefix p;

	if (peer->local)
		return NULL;
	prefix_of_peer(peer, &p);
	return *link_of(f, p.ip);
}

/* The source's node as the last of the list; NULL without memory. */
static struct node *
touch(struct failures *f, const struct addr *peer, int64_t now)
{
	struct node *nd, **l;
	struct prefix p;

	while (f->oldest != NULL && now - f->oldest->last >= FORGIVEN)
		forget(f, f->oldest);
	nd = find(f, peer);
	if (nd != NULL) {
		take_off(f, nd);
		put_last(f, nd, now);
		return nd;
	}
	if (f->n >= f->max && f->oldest != NULL)
		forget(f, f->oldest);
	nd = f->n >= f->max ? NULL : mem_new(1, sizeof(*nd));
	if (nd == NULL)
		return NULL;
	prefix_of_peer(peer, &p);
	memcpy(nd->ip, p.ip, sizeof(nd->ip));
	nd->window = now;
	l = link_of(f, nd->ip);
	nd->chain = *l;
	*l = nd;
	put_last(f, nd, now);
	f->n++;
	return nd;
}

static void
slide(struct node *nd, int64_t window, int64_t now)
{
	int64_t passed = (now - nd->window) / window;

	if (passed == 0)
		return;
	nd->failed.before = passed == 1 ? nd->failed.now : 0;
	nd->unknown.before = passed == 1 ? nd->unknown.now : 0;
	nd->failed.now = nd->unknown.now = 0;
	nd->window += passed * window;
}

/* How many in the window that ends now, rounded up. */
static int64_t
total(const struct node *nd, struct tally t, int64_t window, int64_t now)
{
	int64_t left = window - (now - nd->window);

	return t.now + (t.before * left + window - 1) / window;
}

static bool
same_pair(const struct node *nd, const struct failures_try *t)
{
	size_t i;

	for (i = 0; i < SEEN && t->pair != 0; i++)
		if (nd->seen[i].pair == t->pair)
			return true;
	return false;
}

static bool
same_unknown(const struct node *nd, uint64_t user)
{
	size_t i;

	for (i = 0; i < SEEN; i++)
		if (nd->seen[i].unknown && nd->seen[i].user == user)
			return true;
	return false;
}

static void
count(struct node *nd, const struct failures_try *t)
{
	nd->failed.now++;
	if (t->unknown && !same_unknown(nd, t->user))
		nd->unknown.now++;
	nd->seen[nd->next] = (struct seen){ t->user, t->pair, t->unknown,
		true };
	nd->next = (uint8_t)((nd->next + 1) % SEEN);
}

static bool
reached(int64_t n, int64_t limit, unsigned strikes)
{
	int64_t least = limit < LEAST ? limit : LEAST;
	int64_t now = limit >> strikes;

	return limit > 0 && n >= (now < least ? least : now);
}

/* The next stay outside. */
static int64_t
sentence(const struct node *nd, int64_t duration, int64_t now)
{
	int64_t most = duration > DAY ? duration : DAY, stay = duration;
	unsigned i;

	if (duration <= 0)
		return FAILURES_FOREVER;
	for (i = 0; i < nd->strikes && stay < most; i++)
		stay *= 2;
	return now + (stay > most ? most : stay);
}

static enum failures_verdict
judge(const struct node *nd, const struct failures_rules *r, int64_t now)
{
	if (reached(total(nd, nd->unknown, r->window, now), r->unknown_users,
	    nd->strikes))
		return FAILURES_HARVEST;
	if (reached(total(nd, nd->failed, r->window, now), r->failures,
	    nd->strikes))
		return FAILURES_TOO_MANY;
	return FAILURES_BEARABLE;
}

enum failures_verdict
failures_add(struct failures *f, const struct failures_rules *r,
    const struct failures_try *t, int64_t now, int64_t *until_r)
{
	enum failures_verdict v;
	struct node *nd;

	if (t->peer->local || r->window <= 0 ||
	    (nd = touch(f, t->peer, now)) == NULL || same_pair(nd, t))
		return FAILURES_BEARABLE;
	slide(nd, r->window, now);
	count(nd, t);
	v = judge(nd, r, now);
	if (v == FAILURES_BEARABLE)
		return v;
	*until_r = sentence(nd, r->duration, now);
	nd->strikes = (uint8_t)(nd->strikes < STRIKES_MAX ?
	    nd->strikes + 1 : STRIKES_MAX);
	memset(&nd->failed, 0, sizeof(nd->failed));
	memset(&nd->unknown, 0, sizeof(nd->unknown));
	return v;
}

void
failures_forgive(struct failures *f, const struct addr *peer, uint64_t user)
{
	struct node *nd = f->n == 0 ? NULL : find(f, peer);
	struct seen *s;
	size_t i;

	for (i = 0; nd != NULL && i < SEEN; i++) {
		s = &nd->seen[i];
		if (!s->counted || s->user != user)
			continue;
		s->counted = false;
		if (nd->failed.now > 0)
			nd->failed.now--;
		else if (nd->failed.before > 0)
			nd->failed.before--;
	}
}

void
failures_forget(struct failures *f, const struct addr *peer)
{
	struct node *nd = find(f, peer);

	if (nd != NULL)
		forget(f, nd);
}

size_t
failures_count(const struct failures *f)
{
	return f->n;
}
