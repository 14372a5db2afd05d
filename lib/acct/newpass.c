/*
 * newpass.c - a new password of an account, in all its stored forms
 */
#include <string.h>

#include "lib/base/mem.h"

#include "lib/acct/import.h"
#include "lib/acct/newpass.h"

struct former {
	const struct newpass *n;
	struct span password;
	uint32_t left;
	bool used;
};

static bool
compare(const char *hash, void *arg)
{
	struct former *f = arg;

	if (f->left == 0)
		return false;
	f->left--;
	f->used = pwhash_check(f->n->pw, hash, f->password);
	return !f->used;
}

/* Each comparison takes the time of a hash: only after all cheaper rules. */
static int
check_former(const struct newpass *n, struct acct_backend *b,
    const struct acct_account *a, struct span password, struct err *e)
{
	struct former f = { n, password, n->history, false };

	if (pwhash_check(n->pw, a->hash, password))
		return err_set(e, ERR_CONFIG, "The new password is the old "
		    "one.");
	if (n->history > 0 && b->ops->admin->former(b, a->name, compare, &f,
	    e) < 0)
		return -1;
	if (f.used)
		return err_set(e, ERR_CONFIG, "The password was used before; "
		    "choose one that is not among the last %u.", n->history);
	return 0;
}

int
newpass_judge(const struct newpass *n, struct acct_backend *b,
    const struct acct_account *a, struct span password, struct err *e)
{
	struct passpolicy_ask ask = { a->name, password, n->old };

	if (n->forced)
		return 0;
	if (passpolicy_check(&n->policy, &ask, e) < 0)
		return -1;
	if (a->hash[0] == '\0')
		return 0;	/* there is none yet */
	return check_former(n, b, a, password, e);
}

int
newpass_set(const struct newpass *n, struct acct_backend *b,
    struct acct_account *a, struct span password, struct err *e)
{
	unsigned what = ACCT_HASH_SET | ACCT_IF_HASH;
	char was[ACCT_HASH];
	int r;

	if (newpass_judge(n, b, a, password, e) < 0)
		return -1;
	memcpy(was, a->hash, sizeof(was));
	a->was = was;
	a->changed = n->now;
	a->keep_old = n->history;
	a->locked = false;	/* which does not unlock */
	r = import_password(password, n->pw, a->hash, e);
	if (r == 0 && a->apop_len > 0 &&
	    apop_seal(n->apop, password, a, NULL) == 0)
		what |= ACCT_APOP_SET;
	if (r == 0)
		r = b->ops->admin->set(b, a, what, e);
	mem_wipe(was, sizeof(was));
	a->was = NULL;
	return r;
}
