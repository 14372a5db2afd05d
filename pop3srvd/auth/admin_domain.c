/*
 * admin_domain.c - domain.list, add, remove, lock, unlock, stat, alias
 *
 * Runs in: auth.  Trusts: front for who may ask, nothing for what.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/auth/admin_own.h"

static bool
add_row(const struct acct_domain *d, void *arg)
{
	json_t *row = json_pack("{s:s, s:b}", "name", d->name,
	    "locked", (int)d->locked);

	if (row != NULL && d->alias_of[0] != '\0' &&
	    json_object_set_new(row, "alias_of",
	    json_string(d->alias_of)) < 0) {
		json_decref(row);
		row = NULL;
	}
	return admin_list_add(arg, row, d->name);
}

json_t *
admin_domain_list(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_page page = { .domain = "" };
	struct admin_list l;
	int r;

	(void)a;
	if (admin_list_begin(&l, args, &page.after, e) < 0)
		return NULL;
	page.limit = l.limit + 1;
	r = b->ops->admin->domain_list(b, &page, add_row, &l, e);
	return admin_list_end(&l, r, "domains", e);
}

json_t *
admin_domain_add(struct admin *a, struct acct_backend *b, const json_t *args,
    struct err *e)
{
	struct acct_domain d;

	(void)a;
	memset(&d, 0, sizeof(d));
	if (admin_arg_domain(args, "name", d.name, e) < 0 ||
	    b->ops->admin->domain_add(b, &d, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:s}", "name", d.name), e);
}

json_t *
admin_domain_remove(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	char name[NAMES_DOMAIN], note[NAMES_DOMAIN + 80];
	struct acct_stat gone;
	json_t *v;
	bool force;

	(void)a;
	if (admin_arg_domain(args, "name", name, e) < 0 ||
	    json_bool(args, "force", false, &force, e) < 0 ||
	    b->ops->admin->domain_remove(b, name, force, &gone, e) < 0)
		return NULL;
	v = json_pack("{s:s, s:I, s:I}", "name", name,
	    "accounts_removed", (json_int_t)gone.accounts,
	    "aliases_removed", (json_int_t)gone.aliases);
	snprintf(note, sizeof(note), "mail stays on disk, below %s in "
	    "mail_root", name);
	if (v != NULL && gone.accounts > 0 &&
	    json_object_set_new(v, "note", json_string(note)) < 0) {
		json_decref(v);
		v = NULL;
	}
	return admin_result(v, e);
}

static json_t *
set_lock(struct acct_backend *b, const json_t *args, bool lock, struct err *e)
{
	char name[NAMES_DOMAIN];

	if (admin_arg_domain(args, "name", name, e) < 0 ||
	    b->ops->admin->domain_lock(b, name, lock, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:s, s:b}", "name", name,
	    "locked", (int)lock), e);
}

json_t *
admin_domain_lock(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	(void)a;
	return set_lock(b, args, true, e);
}

json_t *
admin_domain_unlock(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	(void)a;
	return set_lock(b, args, false, e);
}

static json_t *
stat_all(struct acct_backend *b, struct err *e)
{
	struct acct_stat s;

	if (b->ops->admin->stat(b, &s, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:I, s:I, s:I, s:I, s:I}",
	    "domains", (json_int_t)s.domains,
	    "locked_domains", (json_int_t)s.locked_domains,
	    "aliases", (json_int_t)s.aliases,
	    "accounts", (json_int_t)s.accounts,
	    "locked_accounts", (json_int_t)s.locked_accounts), e);
}

static bool
add_alias(const struct acct_domain *d, void *arg)
{
	return admin_list_add(arg, json_string(d->name), d->name);
}

/* As many aliases as fit one reply; nobody has that many. */
static json_t *
aliases_of(struct acct_backend *b, const char *domain, struct err *e)
{
	struct acct_page page = { domain, "", 0 };
	struct admin_list l;
	json_t *none = json_object(), *v, *rows;
	int r;

	if (admin_result(none, e) == NULL)
		return NULL;
	r = admin_list_begin(&l, none, &page.after, e);
	if (r == 0) {
		page.limit = l.limit;
		r = b->ops->admin->domain_list(b, &page, add_alias, &l, e);
	}
	json_decref(none);
	v = admin_list_end(&l, r, "aliases", e);
	rows = json_incref(json_object_get(v, "aliases"));
	json_decref(v);
	return rows;
}

json_t *
admin_domain_stat(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	char name[NAMES_DOMAIN];
	struct acct_domain d;
	struct acct_stat s;
	json_t *aliases;

	(void)a;
	if (json_object_get(args, "name") == NULL)
		return stat_all(b, e);
	if (admin_arg_domain(args, "name", name, e) < 0 ||
	    b->ops->admin->domain_show(b, name, &d, &s, e) < 0)
		return NULL;
	aliases = aliases_of(b, d.name, e);
	if (aliases == NULL)
		return NULL;
	return admin_result(json_pack("{s:s, s:b, s:I, s:I, s:o}",
	    "name", d.name, "locked", (int)d.locked,
	    "accounts", (json_int_t)s.accounts,
	    "locked_accounts", (json_int_t)s.locked_accounts,
	    "aliases", aliases), e);
}

json_t *
admin_domain_alias(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_domain d;

	(void)a;
	memset(&d, 0, sizeof(d));
	if (admin_arg_domain(args, "alias", d.name, e) < 0 ||
	    admin_arg_domain(args, "name", d.alias_of, e) < 0 ||
	    b->ops->admin->domain_add(b, &d, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:s, s:s}", "alias", d.name,
	    "name", d.alias_of), e);
}

json_t *
admin_domain_unalias(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	char alias[NAMES_DOMAIN];

	(void)a;
	if (admin_arg_domain(args, "alias", alias, e) < 0 ||
	    b->ops->admin->domain_unalias(b, alias, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:s}", "alias", alias), e);
}
