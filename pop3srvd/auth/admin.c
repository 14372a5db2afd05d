/*
 * admin.c - the control verbs that auth serves: table and common parts
 *
 * Runs in: auth.  Trusts: front for who may ask, nothing for what.
 */
#include <stdint.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/base/visible.h"

#include "pop3srvd/auth/admin_own.h"

#define LIST_LIMIT	1000

static const struct {
	const char *verb;
	admin_handler *serve;
	const char *args;	/* the names that may be there */
} verbs[] = {
	{ "domain.list",	admin_domain_list,	"after limit" },
	{ "domain.add",		admin_domain_add,	"name" },
	{ "domain.remove",	admin_domain_remove,	"name force" },
	{ "domain.lock",	admin_domain_lock,	"name" },
	{ "domain.unlock",	admin_domain_unlock,	"name" },
	{ "domain.stat",	admin_domain_stat,	"name" },
	{ "domain.alias",	admin_domain_alias,	"alias name" },
	{ "domain.unalias",	admin_domain_unalias,	"alias" },
	{ "account.list",	admin_account_list,	"domain after limit" },
	{ "account.show",	admin_account_show,	"name" },
	{ "account.add",	admin_account_add,
	    "name password hash maildrop quota force" },
	{ "account.remove",	admin_account_remove,	"name" },
	{ "account.lock",	admin_account_lock,	"name" },
	{ "account.unlock",	admin_account_unlock,	"name" },
	{ "account.set",	admin_account_set,
	    "name quota maildrop xmit password_change owner" },
	{ "account.passwd",	admin_account_passwd,
	    "name password hash present_password force" },
	{ "account.apop",	admin_account_apop,
	    "name password off force" },
	{ "account.owned",	admin_account_owned,	"" },
	{ "account.import",	admin_account_import,	"lines first" },
	{ "account.export",	admin_account_export,	"after limit" },
};

#define VERBS	(sizeof(verbs) / sizeof(verbs[0]))

/* A mistyped optional argument must not pass for an absent one. */
static int
check_args(const json_t *args, const char *known, struct err *e)
{
	struct span rest, word;
	char shown[96];
	const char *key;
	json_t *v;

	if (!json_is_object(args))
		return err_set(e, ERR_CONFIG, "the arguments are no object");
	json_object_foreach((json_t *)(uintptr_t)args, key, v) {
		rest = span_of(known);
		do
			word = span_word(&rest);
		while (word.len > 0 && !span_eq(word, key));
		if (word.len == 0)
			return err_set(e, ERR_CONFIG, "unknown argument %s; "
			    "known are: %s", visible(span_of(key), 20, shown,
			    sizeof(shown)), known);
	}
	return 0;
}

int
admin_arg_account(const struct admin *a, const json_t *args,
    char out[NAMES_MAX], struct err *e)
{
	const char *name = json_str(args, "name", NULL, e);

	if (name == NULL)
		return -1;
	return names_account(span_of(name), a->default_domain, out, e);
}

int
admin_arg_domain(const json_t *args, const char *key, char out[NAMES_DOMAIN],
    struct err *e)
{
	const char *name = json_str(args, key, NULL, e);

	return name == NULL ? -1 : names_domain(span_of(name), out, e);
}

json_t *
admin_result(json_t *v, struct err *e)
{
	if (v == NULL)
		err_set(e, ERR_TEMP, "no memory for the reply");
	return v;
}

json_t *
admin_warned(const struct admin *a, json_t *v, struct err *e)
{
	if (v != NULL && a->doubt.class != ERR_NONE &&
	    json_object_set_new(v, "warning", json_string(a->doubt.text)) < 0) {
		json_decref(v);
		v = NULL;
	}
	return admin_result(v, e);
}

int
admin_list_begin(struct admin_list *l, const json_t *args,
    const char **after_r, struct err *e)
{
	memset(l, 0, sizeof(*l));
	*after_r = json_str(args, "after", "", e);
	if (*after_r == NULL ||
	    json_int(args, "limit", LIST_LIMIT, &l->limit, e) < 0)
		return -1;
	if (l->limit < 1 || l->limit > LIST_LIMIT)
		return err_set(e, ERR_CONFIG, "limit: 1 to %d", LIST_LIMIT);
	l->rows = json_array();
	return admin_result(l->rows, e) == NULL ? -1 : 0;
}

bool
admin_list_add(struct admin_list *l, json_t *row, const char *name)
{
	size_t n = row == NULL ? 0 : json_dumpb(row, NULL, 0,
	    JSON_COMPACT | JSON_ENCODE_ANY) + 1;

	if (n == 0) {
		l->failed = true;
		return false;
	}
	if ((int64_t)json_array_size(l->rows) >= l->limit ||
	    l->octets + n > ADMIN_LIST_OCTETS) {
		l->more = true;
		json_decref(row);
		return false;
	}
	l->octets += n;
	memcpy(l->last, name, strlen(name) + 1);
	l->failed = json_array_append_new(l->rows, row) < 0;
	return !l->failed;
}

json_t *
admin_list_end(struct admin_list *l, int r, const char *key, struct err *e)
{
	json_t *v = NULL;

	if (r == 0 && !l->failed)
		v = admin_result(json_pack("{s:O}", key, l->rows), e);
	else if (r == 0)
		admin_result(NULL, e);
	json_decref(l->rows);
	if (v != NULL && l->more &&
	    json_object_set_new(v, "next", json_string(l->last)) < 0) {
		json_decref(v);
		v = admin_result(NULL, e);
	}
	return v;
}

json_t *
admin_serve(struct admin *a, const char *verb, const json_t *args,
    struct err *e)
{
	struct acct_backend *b;
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			break;
	if (i == VERBS) {
		err_set(e, ERR_CONFIG, "%.40s: not served here", verb);
		return NULL;
	}
	if (check_args(args, verbs[i].args, e) < 0)
		return NULL;
	b = acct_administered(a->acct, e);
	return b == NULL ? NULL : verbs[i].serve(a, b, args, e);
}

static void
wipe_string(json_t *v)
{
	const char *text = json_string_value(v);

	if (text != NULL)
		mem_wipe((char *)(uintptr_t)text, json_string_length(v));
}

void
admin_wipe(json_t *args)
{
	json_t *line;
	size_t i;

	wipe_string(json_object_get(args, "password"));
	wipe_string(json_object_get(args, "present_password"));
	wipe_string(json_object_get(args, "hash"));
	json_array_foreach(json_object_get(args, "lines"), i, line)
		wipe_string(line);
}

const char *
admin_verb(size_t i)
{
	return i < VERBS ? verbs[i].verb : NULL;
}
