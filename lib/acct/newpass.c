/*
 * newpass.c - a new password of an account, in all its stored forms
 */
#include <string.h>

#include "lib/base/mem.h"

#include "lib/acct/import.h"
#include "lib/acct/names.h"
#include "lib/acct/newpass.h"
#include "lib/acct/sasl.h"

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

/*
 * What will be hashed, in out: of several ways to type one password none is a
 * new one, and characters that SASLprep maps to nothing count for nothing.
 * What it forbids stays as it is, to be refused when it is hashed.
 */
static struct span
as_hashed(struct span password, char out[PWHASH_PASSWORD + 1])
{
	if (!pwhash_password(password) || !names_utf8(password) ||
	    sasl_prep(password, out, PWHASH_PASSWORD + 1) != 0)
		return password;
	return span_of(out);
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

static int
judge(const struct newpass *n, struct acct_backend *b,
    const struct acct_account *a, struct span password, struct err *e)
{
	struct passpolicy_ask ask = { a->name, password, n->old };

	if (passpolicy_check(&n->policy, &ask, e) < 0)
		return -1;
	if (a->hash[0] == '\0')
		return 0;	/* there is none yet */
	return check_former(n, b, a, password, e);
}

int
newpass_judge(const struct newpass *n, struct acct_backend *b,
    const struct acct_account *a, struct span password, struct err *e)
{
	char hashed[PWHASH_PASSWORD + 1];
	struct err why;
	int r;

	if (n->forced)
		return 0;
	err_clear(&why);
	r = judge(n, b, a, as_hashed(password, hashed), &why);
	mem_wipe(hashed, sizeof(hashed));
	if (r < 0 && n->doubt != NULL && why.class == ERR_CONFIG &&
	    pwhash_password(password)) {
		*n->doubt = why;
		return 0;
	}
	if (r < 0 && e != NULL)
		*e = why;
	return r;
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
