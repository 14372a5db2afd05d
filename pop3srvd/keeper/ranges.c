/*
 * ranges.c - a list of ranges with some put in or taken out
 *
 * What is asked for is sorted and each range of the list looked up in it, so
 * that both may be long.
 *
 * Runs in: keeper.  Trusts: lib/conf for the list; what is asked for was
 * parsed.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/policy/netacl.h"

#include "pop3srvd/keeper/ranges.h"

struct sorted {
	const struct prefix *p;
	size_t i;		/* its place among those asked for */
};

int
ranges_add(struct ranges *r, const struct prefix *p, struct err *e)
{
	struct prefix *grown;

	if (r->n >= NETACL_RULES_MAX)
		return err_set(e, ERR_LIMIT, "more than %u ranges",
		    NETACL_RULES_MAX);
	grown = mem_grow(r->at, &r->cap, r->n + 1, sizeof(*r->at));
	if (grown == NULL)
		return err_set(e, ERR_TEMP, "out of memory for ranges");
	r->at = grown;
	r->at[r->n++] = *p;
	return 0;
}

void
ranges_clear(struct ranges *r)
{
	free(r->at);
	memset(r, 0, sizeof(*r));
}

void
ranges_done_clear(struct ranges_done *d)
{
	json_decref(d->list);
	free(d->there);
	memset(d, 0, sizeof(*d));
}

static int
compare(const struct prefix *a, const struct prefix *b)
{
	int d = memcmp(a->ip, b->ip, sizeof(a->ip));

	return d != 0 ? d : (int)a->len - (int)b->len;
}

static int
order(const void *va, const void *vb)
{
	const struct sorted *a = va, *b = vb;
	int d = compare(a->p, b->p);

	return d != 0 ? d : (a->i > b->i) - (a->i < b->i);
}

static struct sorted *
sort(const struct ranges *r)
{
	struct sorted *s = mem_new(r->n, sizeof(*s));
	size_t i;

	for (i = 0; s != NULL && i < r->n; i++)
		s[i] = (struct sorted){ &r->at[i], i };
	if (s != NULL && r->n > 1)
		qsort(s, r->n, sizeof(*s), order);
	return s;
}

/* Mark all that equal p; false: nobody asked for it. */
static bool
mark(const struct sorted *s, size_t n, const struct prefix *p, bool *there)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (compare(s[mid].p, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (hi = lo; hi < n && compare(s[hi].p, p) == 0; hi++)
		there[s[hi].i] = true;
	return hi > lo;
}

static int
append(json_t *list, const struct prefix *p)
{
	char text[ADDR_TEXT];

	return json_array_append_new(list,
	    json_string_nocheck(prefix_text(p, text)));
}

static int
begin(struct ranges_done *d, const struct ranges *r, struct sorted **s_r,
    struct err *e)
{
	d->list = json_array();
	d->there = mem_new(r->n + 1, sizeof(*d->there));
	d->n_there = 0;
	*s_r = sort(r);
	if (d->list != NULL && d->there != NULL && *s_r != NULL)
		return 0;
	free(*s_r);
	ranges_done_clear(d);
	return err_set(e, ERR_TEMP, "out of memory for ranges");
}

static int
end(struct ranges_done *d, const struct ranges *r, struct sorted *s,
    int status, struct err *e)
{
	size_t i;

	free(s);
	for (i = 0; i < r->n; i++)
		d->n_there += d->there[i];
	if (status == 0)
		return 0;
	ranges_done_clear(d);
	return err_set(e, ERR_TEMP, "out of memory for ranges");
}

int
ranges_put(const struct conf_strings *base, const struct ranges *r,
    bool replace, struct ranges_done *d, struct err *e)
{
	struct sorted *s;
	struct prefix p;
	size_t i;
	int status = 0;

	if (begin(d, r, &s, e) < 0)
		return -1;
	for (i = 0; status == 0 && i < base->n; i++) {
		if (prefix_parse(base->at[i], &p, NULL) < 0)
			continue;
		(void)mark(s, r->n, &p, d->there);
		if (!replace)
			status = append(d->list, &p);
	}
	if (replace)
		memset(d->there, 0, r->n * sizeof(*d->there));
	for (i = 1; i < r->n; i++)
		if (compare(s[i].p, s[i - 1].p) == 0)
			d->there[s[i].i] = true;
	for (i = 0; status == 0 && i < r->n; i++)
		if (!d->there[i])
			status = append(d->list, &r->at[i]);
	return end(d, r, s, status, e);
}

int
ranges_take(const struct conf_strings *base, const struct ranges *r,
    struct ranges_done *d, struct err *e)
{
	struct sorted *s;
	struct prefix p;
	size_t i;
	int status = 0;

	if (begin(d, r, &s, e) < 0)
		return -1;
	for (i = 0; status == 0 && i < base->n; i++)
		if (prefix_parse(base->at[i], &p, NULL) == 0 &&
		    !mark(s, r->n, &p, d->there))
			status = append(d->list, &p);
	return end(d, r, s, status, e);
}
