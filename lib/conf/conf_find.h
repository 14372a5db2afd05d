/*
 * conf_find.h - finding rows by key, and what a mistyped word meant
 */
#ifndef CONF_FIND_H
#define CONF_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/span.h"
#include "lib/conf/conf_row.h"

/* The row of a whole key ("limits.per_address"), also in included sets. */
const struct conf_row *conf_find(const struct conf_set *set,
    const char *key);

/* key names a group: some row begins with it and a dot. */
bool conf_find_group(const struct conf_set *set, const char *key);

/* The nearest of several words; a candidate too far away is none. */
struct conf_guess {
	struct span got;
	struct span best;	/* len 0: none */
	size_t distance;
};
void conf_guess_begin(struct conf_guess *g, const char *got);
void conf_guess_try(struct conf_guess *g, struct span candidate);

/* Offer the members that may follow group ("" at the top) in this set. */
void conf_guess_keys(struct conf_guess *g, const struct conf_set *set,
    const char *group);
/* Offer words that spaces separate. */
void conf_guess_words(struct conf_guess *g, const char *words);

/* The place of word among words that spaces separate, or -1. */
int conf_word_index(const char *words, const char *word);

#endif
