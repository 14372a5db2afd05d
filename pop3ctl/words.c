/*
 * words.c - from typed words to a row of the verb table, and help
 *
 * A word may be shortened as long as only one is meant.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/span.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

struct span
cmd_word(const struct ctl_verb *v, int n)
{
	struct span rest = span_of(v->words), w = span_word(&rest);

	while (n-- > 0)
		w = span_word(&rest);
	return w;
}

static bool
same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* The first n words of both rows are the same. */
static bool
same_start(const struct ctl_verb *a, const struct ctl_verb *b, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (!same(cmd_word(a, i), cmd_word(b, i)))
			return false;
	return true;
}

void
cmd_choices(const struct ctl_verb *like, int n, const char *start,
    void (*each)(void *arg, const struct ctl_verb *v), void *arg)
{
	const struct ctl_verb *v, *u;
	struct span w;

	for (v = ctl_verbs; v < ctl_verbs + ctl_n_verbs; v++) {
		w = cmd_word(v, n);
		if (w.len == 0 || w.len < strlen(start) ||
		    !same_start(v, like, n) ||
		    memcmp(w.ptr, start, strlen(start)) != 0)
			continue;
		for (u = ctl_verbs; u < v; u++)
			if (same_start(u, v, n + 1))
				break;
		if (u == v)
			each(arg, v);
	}
}

static void
print_choice(void *arg, const struct ctl_verb *v)
{
	struct span w = cmd_word(v, *(const int *)arg);

	fprintf(stderr, " %.*s", (int)w.len, w.ptr);
}

static void
print_choices(const struct ctl_verb *like, int n, const char *start)
{
	cmd_choices(like, n, start, print_choice, &n);
	fputc('\n', stderr);
}

const struct ctl_verb *
cmd_meant(const struct ctl_verb *like, int n, const char *typed, bool *twice_r)
{
	const struct ctl_verb *v, *found = NULL;
	struct span w;

	*twice_r = false;
	for (v = ctl_verbs; v < ctl_verbs + ctl_n_verbs; v++) {
		w = cmd_word(v, n);
		if (!same_start(v, like, n))
			continue;
		if (span_eq(w, typed)) {
			*twice_r = false;
			return v;
		}
		if (strlen(typed) == 0 || w.len < strlen(typed) ||
		    memcmp(w.ptr, typed, strlen(typed)) != 0)
			continue;
		if (found != NULL && !same(cmd_word(found, n), w))
			*twice_r = true;
		else if (found == NULL)
			found = v;
	}
	return *twice_r ? NULL : found;
}

const struct ctl_verb *
cmd_match(int argc, char **argv, int *used_r)
{
	const struct ctl_verb *v = ctl_verbs, *next;
	bool twice;
	int n;

	for (n = 0; n == 0 || cmd_word(v, n).len > 0; n++) {
		if (n == argc) {
			fprintf(stderr, "pop3ctl: one more word is needed:");
			print_choices(v, n, "");
			return NULL;
		}
		next = cmd_meant(v, n, argv[n], &twice);
		if (next == NULL) {
			fprintf(stderr, "pop3ctl: ");
			print_safe(stderr, argv[n]);
			fprintf(stderr, twice ? ": may mean" :
			    ": no such command; possible are");
			fputc(':', stderr);
			print_choices(v, n, twice ? argv[n] : "");
			return NULL;
		}
		v = next;
	}
	*used_r = n;
	return v;
}

bool
cmd_is_noun(const char *word)
{
	bool twice;
	const struct ctl_verb *v = cmd_meant(ctl_verbs, 0, word, &twice);

	return v != NULL && cmd_word(v, 1).len > 0;
}

void
cmd_help(const struct ctl_verb *v)
{
	printf("usage: pop3ctl %s%s%s\n  %s\n", v->words,
	    v->args[0] == '\0' ? "" : " ", v->args, v->help);
	if (v->role == CTL_OWNER)
		printf("needs the role admin, or the account must be yours\n");
	else if (v->role != CTL_NOBODY && v->where != CTL_LOCAL)
		printf("needs the role %s\n", ctl_role_name(v->role));
	printf("example:\n  %s\n", v->example);
}

void
cmd_help_all(const char *word)
{
	const struct ctl_verb *v, *like = NULL;
	char line[64];
	bool twice;

	if (word != NULL)
		like = cmd_meant(ctl_verbs, 0, word, &twice);
	for (v = ctl_verbs; v < ctl_verbs + ctl_n_verbs; v++) {
		if (like != NULL && !same_start(v, like, 1))
			continue;
		snprintf(line, sizeof(line), "%s", v->words);
		printf("  %-16s  %s\n", line, v->help);
	}
}
