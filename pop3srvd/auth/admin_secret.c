/*
 * admin_secret.c - account.passwd, apop, owned: what proves who somebody is
 *
 * An administrator sets a password; the owner of an account, a user of this
 * machine, changes it and must know the present one.
 *
 * Runs in: auth.  Trusts: front for who asks, nothing for what.
 */
#include <string.h>

#include "lib/acct/import.h"
#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/ctl/ctl.h"

#include "pop3srvd/auth/admin_own.h"
#include "pop3srvd/auth/change.h"

/* The text of a wrong value is never part of the fault: it may be a password
 * in the wrong place. */
static int
arg_text(const json_t *args, const char *key, struct span *text_r,
    struct err *e)
{
	const json_t *v = json_object_get(args, key);

	*text_r = span_of("");
	if (v == NULL)
		return 0;
	if (!json_is_string(v))
		return err_set(e, ERR_CONFIG, "%s: a string", key);
	*text_r = span_mem(json_string_value(v), json_string_length(v));
	return 1;
}

/* password or hash, one of them and only one: 1 a password, 0 a hash. */
static int
arg_secret(const json_t *args, struct span *text_r, struct err *e)
{
	struct span hash;
	int password = arg_text(args, "password", text_r, e);
	int hashed = password < 0 ? -1 : arg_text(args, "hash", &hash, e);

	if (password < 0 || hashed < 0)
		return -1;
	if (password == hashed)
		return err_set(e, ERR_CONFIG, "give a password or a hash, one "
		    "of the two");
	if (hashed)
		*text_r = hash;
	return password;
}

/* Refused as the policy says; an administrator may insist, but not on what no
 * login could ever show. */
static int
may_insist(struct span text, struct err *e)
{
	struct err policy = *e;

	if (policy.class != ERR_CONFIG || !pwhash_password(text))
		return -1;
	return err_set(e, ERR_CONFIG, "%.320s (--force takes it all the same)",
	    policy.text);
}

/* An administrator's: scripts make accounts with passwords that they were
 * given, and a dictionary must not stop them where nobody asked for that. */
static int
rules_of(struct admin *a, const json_t *args, struct newpass *n,
    struct err *e)
{
	*n = a->rules;
	n->now = a->now;
	n->doubt = a->strict ? NULL : &a->doubt;
	return json_bool(args, "force", false, &n->forced, e);
}

int
admin_new_secret(struct admin *a, struct acct_backend *b, const json_t *args,
    struct acct_account *acc, struct err *e)
{
	struct span text;
	struct newpass n;
	int password = arg_secret(args, &text, e);

	if (password < 0 || rules_of(a, args, &n, e) < 0)
		return -1;
	if (!password)
		return import_secret(text, a->pw, acc->hash, e);
	if (newpass_judge(&n, b, acc, text, e) < 0)
		return may_insist(text, e);
	return import_password(text, a->pw, acc->hash, e);
}

/* A foreign hash: nobody knows the password, so APOP is dropped with it. */
static int
set_hash(struct admin *a, struct acct_backend *b, struct acct_account *acc,
    struct span text, struct err *e)
{
	if (import_secret(text, a->pw, acc->hash, e) < 0)
		return -1;
	acc->changed = a->now;
	acc->locked = false;
	acc->keep_old = a->rules.history;
	return b->ops->admin->set(b, acc, ACCT_HASH_SET, e);
}

static int
by_admin(struct admin *a, struct acct_backend *b, const json_t *args,
    struct acct_account *acc, struct err *e)
{
	struct span text;
	struct newpass n;
	int password = arg_secret(args, &text, e);

	if (password < 0 || rules_of(a, args, &n, e) < 0)
		return -1;
	if (!password)
		return set_hash(a, b, acc, text, e);
	if (newpass_set(&n, b, acc, text, e) < 0)
		return n.forced ? -1 : may_insist(text, e);
	return 0;
}

/* The same words for an account that is not there: names are no public list. */
static int
not_yours(struct admin *a, struct err *e)
{
	a->code = CTL_NO_ROLE;
	return err_set(e, ERR_CONFIG, "this account is not yours; see account "
	    "set --owner");
}

static int
by_owner(struct admin *a, const json_t *args, struct acct_account *acc,
    struct err *e)
{
	struct change_ask ask;
	char name[NAMES_MAX];
	const char *reason;

	memset(&ask, 0, sizeof(ask));
	memcpy(name, acc->name, sizeof(name));
	if (a->auth == NULL || !acc->owned || acc->owner != a->uid)
		return not_yours(a, e);
	if (json_object_get(args, "hash") != NULL ||
	    json_object_get(args, "force") != NULL)
		return err_set(e, ERR_CONFIG, "hash and force are for "
		    "administrators");
	if (arg_text(args, "password", &ask.new, e) < 0 || arg_text(args,
	    "present_password", &ask.present.password, e) < 0)
		return -1;
	ask.present.name = span_of(name);
	ask.present.authzid = span_of("");
	ask.present.default_domain = a->default_domain;
	ask.present.now = loop_time(a->auth->loop)->mono;
	switch (change_password(a->auth, &ask, acc, &reason, e)) {
	case CHANGE_DONE:
		return 0;
	case CHANGE_WRONG:
		a->code = CTL_NO_ROLE;
		return err_set(e, ERR_CONFIG, "the present password is wrong");
	default:
		return -1;
	}
}

/* The account meant; without a name the asker's own. */
static int
find(struct admin *a, struct acct_backend *b, const json_t *args,
    struct acct_account *acc, struct err *e)
{
	char name[NAMES_MAX];

	if (json_object_get(args, "name") == NULL)
		return b->ops->admin->owned(b, a->uid, acc, e);
	if (admin_arg_account(a, args, name, e) < 0)
		return -1;
	if (b->ops->lookup(b, name, acc, e) == 0)
		return 0;
	if (e->class == ERR_NOTFOUND && !a->is_admin)
		return not_yours(a, e);
	return -1;
}

json_t *
admin_account_passwd(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_account acc;
	char name[NAMES_MAX];
	int r;

	if (find(a, b, args, &acc, e) < 0)
		return NULL;
	memcpy(name, acc.name, sizeof(name));
	r = a->is_admin ? by_admin(a, b, args, &acc, e) :
	    by_owner(a, args, &acc, e);
	mem_wipe(&acc, sizeof(acc));
	if (r < 0)
		return NULL;
	if (a->auth != NULL)
		change_log(a->auth, name, a->is_admin ? "admin" : "owner",
		    NULL);
	return admin_warned(a, json_pack("{s:s}", "name", name), e);
}

/* Who asks, and whose account that is. */
json_t *
admin_account_owned(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_account acc;
	struct err none;

	(void)args;
	err_clear(&none);
	acc.name[0] = '\0';
	if (b->ops->admin->owned(b, a->uid, &acc, &none) < 0) {
		if (none.class != ERR_NOTFOUND && none.class != ERR_CONFIG) {
			*e = none;
			return NULL;
		}
		acc.name[0] = '\0';
	}
	return admin_result(json_pack("{s:s, s:b}", "name", acc.name, "admin",
	    (int)a->is_admin), e);
}

/* Without TLS its digest is seen, and guessed at leisure: a weak one is never
 * only doubted. */
static int
new_apop(struct admin *a, const json_t *args, struct acct_account *acc,
    struct err *e)
{
	struct passpolicy_ask ask = { .name = acc->name };
	struct newpass n;

	if (arg_text(args, "password", &ask.password, e) < 0 ||
	    rules_of(a, args, &n, e) < 0)
		return -1;
	ask.old = span_of("");
	if (!n.forced && passpolicy_check(&n.policy, &ask, e) < 0)
		return may_insist(ask.password, e);
	return apop_seal(n.apop, ask.password, acc, e);
}

json_t *
admin_account_apop(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_account acc;
	bool off;
	int r;

	memset(&acc, 0, sizeof(acc));
	if (json_bool(args, "off", false, &off, e) < 0 ||
	    find(a, b, args, &acc, e) < 0)
		return NULL;
	if (off == (json_object_get(args, "password") != NULL)) {
		err_set(e, ERR_CONFIG, "give a password, or off");
		return NULL;
	}
	acc.apop_len = 0;
	r = off ? 0 : new_apop(a, args, &acc, e);
	if (r == 0)
		r = b->ops->admin->set(b, &acc, ACCT_APOP_SET, e);
	r = r < 0 ? -1 : 0;
	if (r < 0)
		return NULL;
	return admin_result(json_pack("{s:s, s:b}", "name", acc.name, "apop",
	    (int)!off), e);
}
