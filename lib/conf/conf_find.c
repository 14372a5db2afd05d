/*
 * conf_find.c - finding rows by key, and what a mistyped word meant
 */
#include <string.h>

#include "lib/conf/conf_find.h"

#define WORD_MAX	48	/* longer ones are not compared */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours that lead from a to
 * b: the slips of a typist. */
static size_t
distance(struct span a, struct span b)
{
	size_t row[3][WORD_MAX + 1], *two = row[0], *one = row[1], *now = row[2];
	size_t *swap, i, j, d;

	for (j = 0; j <= b.len; j++)
		one[j] = j;
	for (i = 1; i <= a.len; i++) {
		now[0] = i;
		for (j = 1; j <= b.len; j++) {
			d = one[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
			d = least(d, least(one[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				d = least(d, two[j - 2] + 1);
			now[j] = d;
		}
		swap = two;
		two = one;
		one = now;
		now = swap;
	}
	return one[b.len];
}

void
conf_guess_begin(struct conf_guess *g, const char *got)
{
	g->got = span_of(got);
	g->best = span_mem("", 0);
	g->distance = g->got.len / 3 + 2;
}

void
conf_guess_try(struct conf_guess *g, struct span candidate)
{
	size_t d;

	if (g->got.len > WORD_MAX || candidate.len > WORD_MAX)
		return;
	d = distance(g->got, candidate);
	if (d < g->distance && d < candidate.len) {
		g->distance = d;
		g->best = candidate;
	}
}

void
conf_guess_words(struct conf_guess *g, const char *words)
{
	struct span rest = span_of(words);

	while (rest.len > 0)
		conf_guess_try(g, span_word(&rest));
}

/* What follows "group." in key, or NULL. */
static const char *
below(const char *key, const char *group)
{
	size_t n = strlen(group);

	if (n == 0)
		return key;
	if (strncmp(key, group, n) != 0 || key[n] != '.')
		return NULL;
	return key + n + 1;
}

void
conf_guess_keys(struct conf_guess *g, const struct conf_set *set,
    const char *group)
{
	const struct conf_row *r;
	const char *rest;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			conf_guess_keys(g, r->set, group);
			continue;
		}
		rest = below(r->key, group);
		if (rest != NULL)
			conf_guess_try(g, span_mem(rest, strcspn(rest, ".")));
	}
}

const struct conf_row *
conf_find(const struct conf_set *set, const char *key)
{
	const struct conf_row *r, *inner;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			inner = conf_find(r->set, key);
			if (inner != NULL)
				return inner;
		} else if (strcmp(r->key, key) == 0) {
			return r;
		}
	}
	return NULL;
}

bool
conf_find_group(const struct conf_set *set, const char *key)
{
	const struct conf_row *r;

	for (r = set->rows; r < set->rows + set->n; r++)
		if (r->type == CONF_T_SET ? conf_find_group(r->set, key) :
		    below(r->key, key) != NULL)
			return true;
	return false;
}

int
conf_word_index(const char *words, const char *word)
{
	struct span rest = span_of(words);
	int i;

	for (i = 0; rest.len > 0; i++)
		if (span_eq(span_word(&rest), word))
			return i;
	return -1;
}
