/*
 * print_tables.c - the tables as text, for t/rules/tables
 *
 *	print_tables keys	key, type and facts of each configuration key
 *	print_tables verbs	verb, words, role, server, arguments and example
 *				of each control verb
 *	print_tables lacking FILE	keys that this sample does not name, or not
 *				with their defaults
 *	print_tables faults FILE	what is wrong with this configuration alone
 *
 * Fields are separated by tabs.  Facts are worded as the manual words them.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/base/span.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_row.h"
#include "lib/conf/conf_source.h"
#include "lib/conf/conf_value.h"
#include "lib/ctl/ctl.h"

static const char *const type_names[] = {
	[CONF_T_LIST] = "list of objects",
	[CONF_T_STRING] = "string",
	[CONF_T_WORD] = "word",
	[CONF_T_PATH] = "path",
	[CONF_T_FILE] = "file",
	[CONF_T_SECRET] = "secret file",
	[CONF_T_ADDRESS] = "address",
	[CONF_T_ENUM] = "word",
	[CONF_T_BOOL] = "boolean",
	[CONF_T_NUMBER] = "number",
	[CONF_T_SIZE] = "size",
	[CONF_T_DURATION] = "duration",
	[CONF_T_STRINGS] = "list of strings",
	[CONF_T_RANGES] = "list of ranges",
	[CONF_T_PATHS] = "list of paths",
};

/* The manual shows the folders of the usual prefix, not of this build. */
static const struct {
	const char *here, *usual;
} folders[] = {
	{ PKGMAILDIR, "/var/mail/pop3srvd" },
	{ PKGSTATEDIR, "/var/lib/pop3srvd" },
	{ PKGLIBEXECDIR, "/usr/libexec/pop3srvd" },
	{ PKGRUNDIR, "/run/pop3srvd" },
};

static void
print_default(const struct conf_row *r)
{
	size_t i, n;

	if (r->dflt[0] == '\0') {
		printf("Default: none");
		return;
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		n = strlen(folders[i].here);
		if (strncmp(r->dflt, folders[i].here, n) == 0 &&
		    (r->dflt[n] == '\0' || r->dflt[n] == '/')) {
			printf("Default: %s%s", folders[i].usual, r->dflt + n);
			return;
		}
	}
	printf("Default: %s", r->dflt);
}

/* Those of words that are, or are not, among later. */
static void
print_words(const char *label, const char *words, const char *later, bool in)
{
	struct span rest = span_of(words), w;
	const char *before = label;
	char text[64];

	while (rest.len > 0) {
		w = span_word(&rest);
		snprintf(text, sizeof(text), "%.*s", (int)w.len, w.ptr);
		if ((later != NULL && conf_word_index(later, text) >= 0) != in)
			continue;
		printf("%s%s", before, text);
		before = ", ";
	}
}

static const char *
number_text(const struct conf_row *r, int64_t n, char out[24])
{
	if (r->type == CONF_T_DURATION)
		return num_duration_text(n, out);
	if (r->type == CONF_T_SIZE)
		return num_size_text((uint64_t)n, out);
	snprintf(out, 24, "%" PRId64, n);
	return out;
}

static void
print_bounds(const struct conf_row *r)
{
	char lo[24], hi[24];

	switch (r->type) {
	case CONF_T_NUMBER:
	case CONF_T_SIZE:
	case CONF_T_DURATION:
		if (r->hi == INT64_MAX)
			printf("; %s or more", number_text(r, r->lo, lo));
		else
			printf("; %s to %s", number_text(r, r->lo, lo),
			    number_text(r, r->hi, hi));
		break;
	case CONF_T_STRING:
	case CONF_T_PATH:
	case CONF_T_FILE:
	case CONF_T_SECRET:
		if (r->lo > 0 && r->hi > 0)
			printf("; %d to %d octets", (int)r->lo, (int)r->hi);
		else if (r->hi > 0)
			printf("; at most %d octets", (int)r->hi);
		else if (r->lo > 0)
			printf("; not empty");
		break;
	default:
		break;
	}
}

static void
print_facts(const struct conf_row *r, bool per_listener)
{
	print_default(r);
	print_bounds(r);
	if (r->words != NULL) {
		print_words("; one of ", r->words, r->later, false);
		print_words("; not in this version: ", r->words, r->later,
		    true);
	} else if (r->later != NULL) {
		printf("; not in this version: %s", r->later);
	}
	printf("; %s", (r->when & CONF_RESTART) != 0 ? "restart" :
	    (r->when & CONF_RELOAD) != 0 ? "reload" : "live");
	if ((r->when & CONF_FILE_ONLY) != 0)
		printf("; configuration file only");
	if (per_listener)
		printf("; per listener");
	printf(".\n");
}

static void
print_keys(const struct conf_set *set, const char *prefix)
{
	const struct conf_row *r;
	char inner[64];

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			if (set == &conf_root_set)
				print_keys(r->set, prefix);
			continue;
		}
		printf("%s%s\t%s\t", prefix, r->key, type_names[r->type]);
		print_facts(r, set == &conf_server_set);
		if (r->type == CONF_T_LIST) {
			snprintf(inner, sizeof(inner), "%s%s[].", prefix,
			    r->key);
			print_keys(r->set, inner);
		}
	}
}

static int
print_verbs(void)
{
	static const char *const where[] = {
		[CTL_FRONT] = "front", [CTL_KEEPER] = "keeper",
		[CTL_AUTH] = "auth", [CTL_LOG] = "log",
		[CTL_RELAY] = "relay", [CTL_LOCAL] = "pop3ctl"
	};
	size_t i;

	for (i = 0; i < ctl_n_verbs; i++)
		printf("%s\t%s\t%s\t%s\t%s\t%s\n", ctl_verbs[i].verb,
		    ctl_verbs[i].words, ctl_verbs[i].role == CTL_NOBODY ?
		    "none" : ctl_role_name(ctl_verbs[i].role),
		    where[ctl_verbs[i].where], ctl_verbs[i].args,
		    ctl_verbs[i].example);
	return 0;
}

/* As text, quotes aside: 500 and "500" are one size. */
static bool
same_value(const json_t *a, const json_t *b)
{
	char *x = json_dumps(a, JSON_ENCODE_ANY | JSON_COMPACT);
	char *y = json_dumps(b, JSON_ENCODE_ANY | JSON_COMPACT);
	size_t n = x == NULL ? 0 : strlen(x), skip_x, skip_y;
	bool same = false;

	if (x != NULL && y != NULL) {
		skip_x = json_is_string(a) ? 1 : 0;
		skip_y = json_is_string(b) ? 1 : 0;
		same = n - 2 * skip_x == strlen(y) - 2 * skip_y &&
		    memcmp(x + skip_x, y + skip_y, n - 2 * skip_x) == 0;
	}
	free(x);
	free(y);
	return same;
}

/* Folders are the build's, and a certificate has no default. */
static void
check_value(const struct conf_row *r, const json_t *v)
{
	json_t *dflt;

	if (r->type == CONF_T_PATH || r->type == CONF_T_FILE ||
	    r->type == CONF_T_SECRET || r->type == CONF_T_LIST)
		return;
	dflt = conf_value_text(r, r->dflt);
	if (!same_value(dflt, v))
		printf("%s with its default\n", r->key);
	json_decref(dflt);
}

/* Each entry of a list has all keys of one. */
static void
check_entries(const struct conf_row *list, json_t *entries)
{
	const struct conf_row *r;
	json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
		for (r = list->set->rows; r < list->set->rows + list->set->n;
		    r++)
			if (r->type != CONF_T_SET &&
			    conf_path_get(entry, r->key) == NULL)
				printf("%s[%zu].%s\n", list->key, i, r->key);
}

static void
print_lacking(const struct conf_set *set, json_t *file)
{
	const struct conf_row *r;
	json_t *v;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			print_lacking(r->set, file);
			continue;
		}
		v = conf_path_get(file, r->key);
		if (v == NULL) {
			printf("%s\n", r->key);
			continue;
		}
		check_value(r, v);
		if (r->type == CONF_T_LIST)
			check_entries(r, v);
	}
}

static int
lacking(const char *name)
{
	json_error_t e;
	json_t *file = json_load_file(name, JSON_REJECT_DUPLICATES, &e);

	if (file == NULL) {
		fprintf(stderr, "%s:%d: %s\n", name, e.line, e.text);
		return 1;
	}
	print_lacking(&conf_root_set, file);
	json_decref(file);
	return 0;
}

/* No settings.json of this machine is to be read. */
static int
faults(const char *name)
{
	struct conf_faults f = { NULL, 0 };
	json_t *none = json_object();
	struct conf *c = conf_load_layers(name, none, NULL, NULL, &f);

	conf_faults_print(&f, stdout);
	conf_faults_free(&f);
	conf_free(&c);
	json_decref(none);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "keys") == 0) {
		print_keys(&conf_root_set, "");
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "verbs") == 0)
		return print_verbs();
	if (argc == 3 && strcmp(argv[1], "lacking") == 0)
		return lacking(argv[2]);
	if (argc == 3 && strcmp(argv[1], "faults") == 0)
		return faults(argv[2]);
	fprintf(stderr, "usage: print_tables keys | verbs | lacking FILE | "
	    "faults FILE\n");
	return 64;
}
