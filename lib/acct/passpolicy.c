/*
 * passpolicy.c - what a new password must be
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_PWQUALITY
#include <pwquality.h>
#endif

#include "lib/base/mem.h"

#include "lib/acct/names.h"
#include "lib/acct/passpolicy.h"
#include "lib/acct/pwhash.h"

#define NAME_PART	4	/* shorter names are part of many words */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Characters of UTF-8; octets of anything else. */
static int64_t
length(struct span s)
{
	int64_t n = 0;
	size_t i;

	if (!names_utf8(s))
		return (int64_t)s.len;
	for (i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

static int64_t
classes(struct span s)
{
	bool small = false, capital = false, digit = false, other = false;
	size_t i;

	for (i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c >= 'a' && c <= 'z')
			small = true;
		else if (c >= 'A' && c <= 'Z')
			capital = true;
		else if (c >= '0' && c <= '9')
			digit = true;
		else
			other = true;
	}
	return small + capital + digit + other;
}

static bool
same(struct span a, const char *b, size_t n)
{
	size_t i;

	if (a.len != n)
		return false;
	for (i = 0; i < n; i++)
		if (lower(a.ptr[i]) != lower(b[i]))
			return false;
	return true;
}

/* As it stands or backwards. */
static bool
same_or_back(struct span a, const char *b, size_t n)
{
	size_t i;

	if (same(a, b, n))
		return true;
	if (a.len != n)
		return false;
	for (i = 0; i < n; i++)
		if (lower(a.ptr[i]) != lower(b[n - 1 - i]))
			return false;
	return true;
}

static bool
has_name(struct span password, const char *name)
{
	size_t n = strcspn(name, "@"), i;

	if (same(password, name, strlen(name)) ||
	    same_or_back(password, name, n))
		return true;
	for (i = 0; n >= NAME_PART && i + n <= password.len; i++)
		if (same_or_back(span_mem(password.ptr + i, n), name, n))
			return true;
	return false;
}

static int
own_rules(const struct passpolicy *p, const struct passpolicy_ask *ask,
    struct err *e)
{
	struct span w = ask->password;

	if (!pwhash_password(w))
		return err_set(e, ERR_CONFIG, w.len == 0 ?
		    "The password is empty." :
		    "The password is longer than %d octets or has a NUL in "
		    "it.", PWHASH_PASSWORD);
	if (length(w) < p->min_length)
		return err_set(e, ERR_CONFIG, "The password is shorter than "
		    "%lld characters.", (long long)p->min_length);
	if (classes(w) < p->classes)
		return err_set(e, ERR_CONFIG, "The password needs %lld of: "
		    "small letters, capital letters, digits, others.",
		    (long long)p->classes);
	if (has_name(w, ask->name))
		return err_set(e, ERR_CONFIG, "The password contains the user "
		    "name.");
	if (ask->old.len == w.len && memcmp(ask->old.ptr, w.ptr, w.len) == 0)
		return err_set(e, ERR_CONFIG, "The new password is the old "
		    "one.");
	return 0;
}

#ifdef HAVE_PWQUALITY

/* A machine without cracklib's files, or one where the user whom auth runs as
 * has a number but no name; not a fault of the password. */
static bool
no_dictionary(int rc, void *aux)
{
	return rc == PWQ_ERROR_MEM_ALLOC || (rc == PWQ_ERROR_CRACKLIB_CHECK &&
	    aux != NULL && (strstr(aux, "loading dictionary") != NULL ||
	    strstr(aux, "not registered in the password file") != NULL));
}

/* Its own words, made a sentence; frees aux. */
static int
refuse(int rc, void *aux, struct err *e)
{
	char words[PWQ_MAX_ERROR_MESSAGE_LEN];
	const char *why = pwquality_strerror(words, sizeof(words), rc, aux);
	size_t n = why == NULL ? 0 : strlen(why);

	return err_set(e, ERR_CONFIG, "%.300s%s", n == 0 ?
	    "The password is too weak" : why,
	    n > 0 && why[n - 1] == '.' ? "" : ".");
}

/* Length is ours to judge; without a dictionary or memory our own rules must
 * do. */
static int
dictionary(const struct passpolicy_ask *ask, struct err *e)
{
	pwquality_settings_t *q = pwquality_default_settings();
	char *word, *old, *user, unused[PWQ_MAX_ERROR_MESSAGE_LEN];
	void *aux = NULL;
	int rc = 0;

	if (q == NULL)
		return 0;
	(void)pwquality_read_config(q, NULL, &aux);
	aux = NULL;
	(void)pwquality_set_int_value(q, PWQ_SETTING_MIN_LENGTH, 1);
	word = mem_strndup(ask->password.ptr, ask->password.len);
	old = ask->old.len == 0 ? NULL :
	    mem_strndup(ask->old.ptr, ask->old.len);
	user = mem_strndup(ask->name, strcspn(ask->name, "@"));
	if (word != NULL && user != NULL)
		rc = pwquality_check(q, word, old, user, &aux);
	mem_free_secret(&word);
	mem_free_secret(&old);
	mem_free_secret(&user);
	pwquality_free_settings(q);
	if (rc >= 0)
		return 0;
	if (no_dictionary(rc, aux)) {
		/* it knows whether aux is to be freed: cracklib's is not */
		(void)pwquality_strerror(unused, sizeof(unused), rc, aux);
		return 0;
	}
	return refuse(rc, aux, e);
}

bool
passpolicy_has_dictionary(void)
{
	return true;
}

#else

static int
dictionary(const struct passpolicy_ask *ask, struct err *e)
{
	(void)ask;
	(void)e;
	return 0;
}

bool
passpolicy_has_dictionary(void)
{
	return false;
}

#endif

int
passpolicy_check(const struct passpolicy *p, const struct passpolicy_ask *ask,
    struct err *e)
{
	if (own_rules(p, ask, e) < 0)
		return -1;
	return dictionary(ask, e);
}
