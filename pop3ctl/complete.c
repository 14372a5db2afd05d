/*
 * complete.c - what may follow on an unfinished command line
 *
 * Words and options come from the table of verbs, values from the server where
 * asking for them is cheap.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/span.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/complete.h"
#include "pop3ctl/print.h"

#define PATIENCE	2	/* seconds that a TAB may take */
#define WORDS_MAX	32	/* of a command; the rest is not looked at */
#define WORD_OCTETS	64

/* Where values of an argument come from: a verb, the list in its answer (NULL:
 * the keys of "settings") and what to take of its entries. */
static const struct source {
	const char *noun;	/* the first word of the command, or NULL */
	const char *arg;	/* as the table calls it, without dots */
	const char *verb, *list, *member, *help;
} sources[] = {
	{ NULL, "--listener", "status", "listeners", "name", "protocol" },
	{ "option", "OPTION", "option.list", "options", "name", "help" },
	{ "config", "KEY", "config.show", NULL, NULL, NULL },
	{ "session", "ID", "session.list", "sessions", "id", "user" },
	{ "account", "NAME", "account.list", "accounts", "name", NULL },
	{ "account", "DOMAIN", "domain.list", "domains", "name", NULL },
	{ "domain", "NAME", "domain.list", "domains", "name", NULL },
	{ "queue", "ID", "queue.list", "messages", "id", NULL },
	{ "grant", "RANGE", "grant.list", "ranges", NULL, NULL },
	{ "deny", "RANGE", "deny.list", "ranges", NULL, NULL },
	{ "autodeny", "ADDRESS", "autodeny.list", "addresses", "address",
	    "reason" },
};

/* pop3ctl's own options. */
static const struct {
	const char *name, *value, *help;
} own[] = {
	{ "--json", NULL, "print the server's replies as they are" },
	{ "--socket", "FILE", "the control socket" },
	{ "-s", "FILE", "the control socket" },
	{ "--help", NULL, "usage and example" },
};

struct line {
	struct cmd *c;
	const char *start;	/* what stands there of the word */
	const char *words[WORDS_MAX];	/* before it, without options */
	int n;
	const struct ctl_verb *verb;	/* NULL: not complete yet */
	int used;		/* of words by the verb */
};

/* What cannot be shown as it is cannot be offered: escaped it is another
 * word. */
static bool
plain(const char *word)
{
	while (*word >= 0x20 && *word <= 0x7e)
		word++;
	return *word == '\0';
}

static void
offer(const struct line *l, const char *word, const char *help)
{
	if (strncmp(word, l->start, strlen(l->start)) != 0 ||
	    word[0] == '\0' || !plain(word))
		return;
	fputs(word, stdout);
	putchar('\t');
	print_safe(stdout, help == NULL ? "" : help);
	putchar('\n');
}

/* Whether args has this option; *value_r: the word for its value, len 0 when
 * it has none. */
static bool
has_option(const char *args, const char *option, struct span *value_r)
{
	size_t n = strlen(option);
	const char *p = args;

	*value_r = span_mem("", 0);
	while ((p = strstr(p, option)) != NULL) {
		p += n;
		if (*p == ']')
			return true;
		if (*p != ' ')
			continue;
		*value_r = span_mem(p + 1, strcspn(p + 1, "] "));
		return true;
	}
	return false;
}

/* The word for the value of an option of any command, len 0: it has none. */
static struct span
value_of(const char *option)
{
	struct span value = span_mem("", 0);
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(own[i].name, option) == 0)
			return span_of(own[i].value == NULL ? "" :
			    own[i].value);
	for (i = 0; i < ctl_n_verbs; i++)
		if (has_option(ctl_verbs[i].args, option, &value))
			return value;
	return value;
}

static void
offer_options(const struct line *l)
{
	char option[WORD_OCTETS];
	const char *p = l->verb == NULL ? "" : l->verb->args;
	size_t i, n;

	while ((p = strstr(p, "[--")) != NULL) {
		n = strcspn(p + 1, "] ");
		snprintf(option, sizeof(option), "%.*s", (int)n, p + 1);
		offer(l, option, NULL);
		p += n;
	}
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].name[1] == '-')
			offer(l, own[i].name, own[i].help);
}

static void
offer_keys(const struct line *l, json_t *group, const char *prefix)
{
	char name[256];
	const char *key;
	json_t *v;

	json_object_foreach(group, key, v) {
		snprintf(name, sizeof(name), "%s%s%s", prefix,
		    prefix[0] == '\0' ? "" : ".", key);
		if (json_is_object(v))
			offer_keys(l, v, name);
		else
			offer(l, name, NULL);
	}
}

static void
too_slow(int signo)
{
	(void)signo;
	_exit(0);
}

static void
offer_live(const struct line *l, const struct source *s)
{
	struct client *client;
	json_t *reply, *result, *item;
	struct err e;
	size_t i;

	if (fflush(stdout) != 0 || ctl_find(s->verb) == NULL)
		return;
	(void)signal(SIGALRM, too_slow);
	(void)alarm(PATIENCE);
	client = client_open(l->c->socket, &e);
	reply = client == NULL ? NULL : client_ask(client, s->verb, NULL, &e);
	(void)alarm(0);
	result = json_object_get(reply, "result");
	if (s->list == NULL)
		offer_keys(l, json_object_get(result, "settings"), "");
	json_array_foreach(s->list == NULL ? NULL : json_object_get(result,
	    s->list), i, item)
		offer(l, json_is_string(item) ? json_string_value(item) :
		    cmd_str(item, s->member == NULL ? "range" : s->member),
		    s->help == NULL ? NULL : cmd_str(item, s->help));
	json_decref(reply);
	client_free(&client);
}

/* Values of what the table calls name. */
static void
offer_values(const struct line *l, const char *option, struct span name)
{
	const char *noun = l->verb == NULL ? "" : l->verb->words;
	struct span rest = span_of(noun), first = span_word(&rest);
	char word[WORD_OCTETS], *p, *at;
	size_t i, n = name.len;

	while (n > 0 && name.ptr[n - 1] == '.')
		n--;
	snprintf(word, sizeof(word), "%.*s", (int)n, name.ptr);
	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i].arg, option != NULL ? option : word) ==
		    0 && (sources[i].noun == NULL ||
		    span_eq(first, sources[i].noun)))
			offer_live(l, &sources[i]);
	if (strcmp(word, "FILE") == 0 || strcmp(word, "DIR") == 0)
		puts(":");
	if (strchr(word, '|') == NULL)
		return;
	at = word;
	while ((p = strsep(&at, "|")) != NULL)
		offer(l, p, NULL);
}

/* The nth argument of the verb, counting no options; the last one may come
 * again when it has dots. */
static struct span
argument(const struct ctl_verb *v, int n)
{
	const char *p = v->args;
	struct span w = span_mem("", 0);
	size_t len;

	for (;;) {
		p += strspn(p, " ");
		if (*p == '\0')
			return w.len > 3 && memcmp(w.ptr + w.len - 3, "...",
			    3) == 0 ? w : span_mem("", 0);
		if (strncmp(p, "[--", 3) == 0) {
			p += strcspn(p, "]") + 1;
			continue;
		}
		p += *p == '[';
		len = strcspn(p, " ]");
		w = span_mem(p, len);
		if (n-- == 0)
			return w;
		p += len;
		p += *p == ']';
	}
}

static void
offer_word(void *arg, const struct ctl_verb *v)
{
	const struct line *l = arg;
	struct span w = cmd_word(v, l->n);
	char word[WORD_OCTETS];

	snprintf(word, sizeof(word), "%.*s", (int)w.len, w.ptr);
	offer(l, word, cmd_word(v, l->n + 1).len == 0 ? v->help : NULL);
}

/* Up to the word: options away, the command found.  *option_r: the option
 * whose value stands there, or NULL.  -1: there is no such command. */
static int
understand(struct line *l, int argc, char **argv, const char **option_r)
{
	const struct ctl_verb *v = ctl_verbs;
	bool twice;
	int i;

	*option_r = NULL;
	for (i = 0; i < argc; i++) {
		if (argv[i][0] != '-' || strcmp(argv[i], "--") == 0) {
			if (argv[i][0] != '-' && l->n < WORDS_MAX)
				l->words[l->n++] = argv[i];
			continue;
		}
		if (value_of(argv[i]).len == 0)
			continue;
		if (i + 1 == argc)
			*option_r = argv[i];
		else if (strcmp(argv[i], "-s") == 0 ||
		    strcmp(argv[i], "--socket") == 0)
			l->c->socket = argv[i + 1];
		i++;
	}
	for (i = 0; i < l->n && (i == 0 || cmd_word(v, i).len > 0); i++) {
		v = cmd_meant(v, i, l->words[i], &twice);
		if (v == NULL)
			return -1;
	}
	if (i > 0 && cmd_word(v, i).len == 0) {
		l->verb = v;
		l->used = i;
	} else if (*option_r == NULL && l->start[0] != '-') {
		cmd_choices(v, l->n, l->start, offer_word, l);
	}
	return 0;
}

void
complete_print(struct cmd *c, int argc, char **words)
{
	struct line l = { .c = c, .start = words[argc - 1] };
	const char *option;
	struct span name;

	if (understand(&l, argc - 1, words, &option) < 0)
		return;
	if (option != NULL) {
		offer_values(&l, option, value_of(option));
	} else if (l.start[0] == '-') {
		offer_options(&l);
	} else if (l.verb != NULL) {
		name = argument(l.verb, l.n - l.used);
		if (name.len > 0)
			offer_values(&l, NULL, name);
	}
}
