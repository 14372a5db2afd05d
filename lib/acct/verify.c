/*
 * verify.c - may somebody with this name and password log in
 */
#include <string.h>

#include "lib/base/mem.h"

#include "lib/acct/names.h"
#include "lib/acct/sasl.h"
#include "lib/acct/verify.h"

/* One spelling of a password against one hash, by the cache if it can. */
static bool
matches(struct verify *v, const char *name, const char *hash,
    struct span password, int64_t now)
{
	struct cache_key k;
	bool keyed = cache_key(v->cache, name, hash, password, &k) == 0;

	if (keyed && cache_has(v->cache, &k, now))
		return true;
	if (!pwhash_check(v->pw, hash, password))
		return false;
	if (keyed)
		cache_put(v->cache, &k, now);
	return true;
}

/*
 * New passwords are hashed after SASLprep, imported hashes were made of who
 * knows what: try the octets as sent, then their prepared form.  How many
 * tries that are depends on the password alone.
 */
static bool
matches_any(struct verify *v, const char *name, const char *hash,
    const struct verify_ask *ask)
{
	char prepared[PWHASH_PASSWORD + 1];
	bool ok = matches(v, name, hash, ask->password, ask->now);

	if (!ok && names_utf8(ask->password) &&
	    sasl_prep(ask->password, prepared, sizeof(prepared)) == 0 &&
	    *prepared != '\0' && !span_eq(ask->password, prepared))
		ok = matches(v, name, hash, span_of(prepared), ask->now);
	mem_wipe(prepared, sizeof(prepared));
	return ok;
}

/* NULL, or why the name is none; fills a->name. */
static const char *
read_names(const struct verify_ask *ask, struct acct_account *a)
{
	char other[NAMES_MAX];

	if (names_account(ask->name, ask->default_domain, a->name,
	    NULL) < 0) {
		a->name[0] = '\0';
		return "bad-name";
	}
	if (ask->authzid.len == 0)
		return NULL;
	if (names_account(ask->authzid, ask->default_domain, other,
	    NULL) < 0 || strcmp(other, a->name) != 0)
		return "other-identity";
	return NULL;
}

/* Why this account may not log in whatever the password is, or NULL. */
static const char *
locked(const struct acct_account *a)
{
	if (a->domain_locked)
		return "domain-locked";
	return a->locked ? "locked" : NULL;
}

static const char *
barred(const struct acct_account *a)
{
	const char *why = locked(a);

	if (why == NULL && pwhash_usable(a->hash, NULL) < 0)
		why = "no-usable-hash";
	return why;
}

static enum verify_outcome
trouble(const char **reason_r, const struct err *e)
{
	*reason_r = "database";
	return e->class == ERR_PERM ? VERIFY_PERM : VERIFY_TEMP;
}

static enum verify_outcome
decide(struct verify *v, const struct verify_ask *ask,
    struct acct_account *a, const char **reason_r, struct err *e)
{
	const char *hash = pwhash_dummy(v->pw);
	struct acct_account found;
	bool right;

	*reason_r = read_names(ask, a);
	if (*reason_r == NULL) {
		if (acct_lookup(v->acct, a->name, &found, e) == 0) {
			*a = found;
			*reason_r = barred(a);
		} else if (e->class == ERR_NOTFOUND)
			*reason_r = "unknown-user";
		else
			return trouble(reason_r, e);
	}
	/* The locked account's own hash: it may cost more than a new one. */
	if (*reason_r == NULL || a->locked || a->domain_locked)
		hash = pwhash_usable(a->hash, NULL) == 0 ? a->hash : hash;
	right = matches_any(v, a->name, hash, ask);
	if (*reason_r == NULL && !right)
		*reason_r = "wrong-password";
	return *reason_r == NULL ? VERIFY_OK : VERIFY_FAIL;
}

enum verify_outcome
verify(struct verify *v, const struct verify_ask *ask,
    struct acct_account *a, const char **reason_r, struct err *e)
{
	enum verify_outcome r;

	memset(a, 0, sizeof(*a));
	err_clear(e);
	if (!pwhash_password(ask->password)) {
		*reason_r = ask->password.len == 0 ? "empty-password" :
		    "bad-password";
		(void)names_account(ask->name, ask->default_domain, a->name,
		    NULL);
		return VERIFY_FAIL;
	}
	r = decide(v, ask, a, reason_r, e);
	if (r != VERIFY_OK)
		mem_wipe(a->hash, sizeof(a->hash));
	return r;
}

static const char *
digest_fault(const struct verify *v, const struct verify_ask *ask,
    const struct acct_account *a)
{
	switch (apop_check(&v->apop, a, ask->stamp, ask->password)) {
	case APOP_RIGHT:
		return NULL;
	case APOP_UNREADABLE:
		return "apop-key";
	default:
		return a->apop_len == 0 ? "no-apop-secret" : "wrong-digest";
	}
}

enum verify_outcome
verify_apop(struct verify *v, const struct verify_ask *ask,
    struct acct_account *a, const char **reason_r, struct err *e)
{
	struct acct_account found;
	const char *digest;

	memset(a, 0, sizeof(*a));
	err_clear(e);
	*reason_r = read_names(ask, a);
	if (*reason_r == NULL) {
		if (acct_lookup(v->acct, a->name, &found, e) == 0) {
			*a = found;
			*reason_r = locked(a);
		} else if (e->class == ERR_NOTFOUND)
			*reason_r = "unknown-user";
		else
			return trouble(reason_r, e);
	}
	/* whatever the first fault is, all are worked for */
	digest = digest_fault(v, ask, a);
	if (*reason_r == NULL)
		*reason_r = digest;
	return *reason_r == NULL ? VERIFY_OK : VERIFY_FAIL;
}
