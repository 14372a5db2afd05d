/*
 * admin_account.c - account.list, show, add, remove, lock, set
 *
 * Runs in: auth.  Trusts: front for who may ask, nothing for what.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/acct/sasl.h"
#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/base/num.h"

#include "pop3srvd/auth/admin_own.h"

static json_t *
account_json(const struct acct_account *a)
{
	json_t *quota = a->quota == ACCT_QUOTA_DEFAULT ? json_null() :
	    json_integer((json_int_t)a->quota);
	json_t *owner = a->owned ? json_integer((json_int_t)a->owner) :
	    json_null();

	return json_pack("{s:s, s:b, s:b, s:s, s:o, s:s, s:I, s:I, s:b, s:b, "
	    "s:b, s:o}",
	    "name", a->name, "locked", (int)a->locked,
	    "domain_locked", (int)a->domain_locked,
	    "maildrop", a->maildrop, "quota", quota,
	    "scheme", pwhash_scheme(a->hash),
	    "created", (json_int_t)(a->created / 1000),
	    "password_changed", (json_int_t)(a->changed / 1000),
	    "xmit", (int)a->xmit, "password_change", (int)!a->fixed,
	    "apop", (int)(a->apop_len > 0), "owner", owner);
}

/* A whole number of octets, "1G", or null. */
static int
arg_quota(const json_t *args, int64_t *quota_r, struct err *e)
{
	const json_t *v = json_object_get(args, "quota");
	uint64_t octets = 0;
	int r = 0;

	*quota_r = ACCT_QUOTA_DEFAULT;
	if (v == NULL || json_is_null(v))
		return 0;
	if (json_is_integer(v) && json_integer_value(v) >= 0)
		octets = (uint64_t)json_integer_value(v);
	else
		r = json_is_string(v) ? num_size(json_string_value(v),
		    &octets) : -1;
	if (r < 0 || octets > INT64_MAX)
		return err_set(e, ERR_CONFIG, "quota: a size such as 500M or "
		    "1G, 0 for none, null for the server's");
	*quota_r = (int64_t)octets;
	return 0;
}

static int
arg_maildrop(const json_t *args, char out[NAMES_MAILDROP], struct err *e)
{
	const json_t *v = json_object_get(args, "maildrop");
	const char *path;

	out[0] = '\0';
	if (v == NULL || json_is_null(v))
		return 0;
	path = json_str(args, "maildrop", NULL, e);
	if (path == NULL)
		return -1;
	if (*path == '\0')
		return 0;
	if (names_maildrop(path, e) < 0)
		return -1;
	memcpy(out, path, strlen(path) + 1);
	return 0;
}

static bool
add_row(const struct acct_account *a, void *arg)
{
	return admin_list_add(arg, account_json(a), a->name);
}

/* The domain argument, an alias followed; "" when there is none. */
static int
arg_domain_filter(struct acct_backend *b, const json_t *args,
    char out[NAMES_DOMAIN], struct err *e)
{
	struct acct_domain d;
	struct acct_stat s;

	out[0] = '\0';
	if (json_object_get(args, "domain") == NULL)
		return 0;
	if (admin_arg_domain(args, "domain", out, e) < 0 ||
	    b->ops->admin->domain_show(b, out, &d, &s, e) < 0)
		return -1;
	memcpy(out, d.name, sizeof(d.name));
	return 0;
}

json_t *
admin_account_list(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	char domain[NAMES_DOMAIN];
	struct acct_page page = { .domain = domain };
	struct admin_list l;
	int r;

	(void)a;
	if (arg_domain_filter(b, args, domain, e) < 0 ||
	    admin_list_begin(&l, args, &page.after, e) < 0)
		return NULL;
	page.limit = l.limit + 1;
	r = b->ops->admin->list(b, &page, add_row, &l, e);
	return admin_list_end(&l, r, "accounts", e);
}

/* What the account can log in by: names, never a secret. */
static json_t *
mechanisms(const struct admin *a, const struct acct_account *acc)
{
	const struct conf_strings *offered = a->mechanisms;
	json_t *list = json_array();
	size_t i;

	if (pwhash_usable(acc->hash, NULL) == 0) {
		json_array_append_new(list, json_string("USER"));
		for (i = 0; offered != NULL && i < offered->n; i++)
			if (sasl_mech(offered->at[i]) != NULL)
				json_array_append_new(list,
				    json_string(offered->at[i]));
	}
	if (a->rules.apop != NULL && apop_usable(a->rules.apop, acc))
		json_array_append_new(list, json_string("APOP"));
	return list;
}

static json_t *
show(struct admin *a, struct acct_backend *b, const char *name,
    struct err *e)
{
	struct acct_account acc;
	json_t *v;

	if (b->ops->lookup(b, name, &acc, e) < 0)
		return NULL;
	v = account_json(&acc);
	if (json_object_set_new(v, "mechanisms", mechanisms(a, &acc)) < 0) {
		json_decref(v);
		v = NULL;
	}
	mem_wipe(&acc, sizeof(acc));
	return admin_result(v, e);
}

json_t *
admin_account_show(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	char name[NAMES_MAX];

	if (admin_arg_account(a, args, name, e) < 0)
		return NULL;
	return show(a, b, name, e);
}

json_t *
admin_account_add(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_account acc;
	struct acct_domain d;
	struct acct_stat s;
	int r;

	memset(&acc, 0, sizeof(acc));
	acc.created = acc.changed = a->now;
	/* the domain first: its absence should not cost a hash */
	if (admin_arg_account(a, args, acc.name, e) < 0 ||
	    arg_quota(args, &acc.quota, e) < 0 ||
	    arg_maildrop(args, acc.maildrop, e) < 0 ||
	    b->ops->admin->domain_show(b, names_domain_of(acc.name), &d, &s,
	    e) < 0 || admin_new_secret(a, b, args, &acc, e) < 0)
		return NULL;
	r = b->ops->admin->add(b, &acc, e);
	mem_wipe(acc.hash, sizeof(acc.hash));
	return r < 0 ? NULL : admin_warned(a, show(a, b, acc.name, e), e);
}

json_t *
admin_account_remove(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	char name[NAMES_MAX];
	struct acct_account was;

	if (admin_arg_account(a, args, name, e) < 0 ||
	    b->ops->admin->remove(b, name, &was, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:s, s:s, s:s}", "name", was.name,
	    "maildrop", was.maildrop, "note", "mail stays on disk; an account "
	    "of this name will find it again"), e);
}

static json_t *
set_lock(struct admin *a, struct acct_backend *b, const json_t *args,
    bool lock, struct err *e)
{
	struct acct_account acc;

	memset(&acc, 0, sizeof(acc));
	acc.locked = lock;
	if (admin_arg_account(a, args, acc.name, e) < 0 ||
	    b->ops->admin->set(b, &acc, ACCT_LOCK_SET, e) < 0)
		return NULL;
	return admin_result(json_pack("{s:s, s:b}", "name", acc.name,
	    "locked", (int)lock), e);
}

json_t *
admin_account_lock(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	return set_lock(a, b, args, true, e);
}

json_t *
admin_account_unlock(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	return set_lock(a, b, args, false, e);
}

/* A user of this machine: a number, a name, or null and "none" for nobody. */
static int
arg_owner(const json_t *args, struct acct_account *acc, struct err *e)
{
	const json_t *v = json_object_get(args, "owner");
	const char *name = json_string_value(v);
	const struct passwd *pw;
	uint64_t uid;

	acc->owned = false;
	if (v == NULL || json_is_null(v) ||
	    (name != NULL && strcmp(name, "none") == 0))
		return 0;
	acc->owned = true;
	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    json_integer_value(v) < UINT32_MAX) {
		acc->owner = (uint32_t)json_integer_value(v);
	} else if (name != NULL &&
	    num_u64(span_of(name), UINT32_MAX - 1, &uid) == 0) {
		acc->owner = (uint32_t)uid;
	} else if (name != NULL && (pw = getpwnam(name)) != NULL) {
		acc->owner = pw->pw_uid;
	} else {
		return err_set(e, ERR_CONFIG, "owner: no such user of this "
		    "machine; a name, a number, or none");
	}
	return 0;
}

static int
arg_flags(const json_t *args, struct acct_account *acc, struct err *e)
{
	bool change;

	if (json_bool(args, "xmit", false, &acc->xmit, e) < 0 ||
	    json_bool(args, "password_change", true, &change, e) < 0)
		return -1;
	acc->fixed = !change;
	return arg_owner(args, acc, e);
}

json_t *
admin_account_set(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	static const struct {
		const char *key;
		unsigned what;
	} keys[] = {
		{ "quota", ACCT_QUOTA_SET },
		{ "maildrop", ACCT_MAILDROP_SET },
		{ "xmit", ACCT_XMIT_SET },
		{ "password_change", ACCT_FIXED_SET },
		{ "owner", ACCT_OWNER_SET }
	};
	struct acct_account acc;
	unsigned what = 0;
	size_t i;

	memset(&acc, 0, sizeof(acc));
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_object_get(args, keys[i].key) != NULL)
			what |= keys[i].what;
	if (what == 0) {
		err_set(e, ERR_CONFIG, "nothing to set; give quota, maildrop, "
		    "xmit, password_change or owner");
		return NULL;
	}
	if (admin_arg_account(a, args, acc.name, e) < 0 ||
	    arg_quota(args, &acc.quota, e) < 0 ||
	    arg_maildrop(args, acc.maildrop, e) < 0 ||
	    arg_flags(args, &acc, e) < 0 ||
	    b->ops->admin->set(b, &acc, what, e) < 0)
		return NULL;
	return show(a, b, acc.name, e);
}
