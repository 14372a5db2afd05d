/*
 * test_pwhash.c - making and checking crypt(5) strings
 */
#include <string.h>

#include "lib/acct/pwhash.h"

#include "t/unit/unit.h"

#define CANARY	"Correct-Horse"

static struct pwhash *
fresh(const char *prefix)
{
	struct err e;
	struct pwhash *p = pwhash_new(prefix, &e);

	ck_assert_msg(p != NULL, "%s", e.text);
	return p;
}

/* Published test vectors: crypt_blowfish, and the SHA-crypt specification. */
static const struct {
	const char *hash;
	const char *scheme;
	const char *password;
} known[] = {
	{ "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
	    "bcrypt", "U*U" },
	{ "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
	    "sha256crypt", "Hello world!" },
	{ "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNj"
	    "nQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1", "sha512crypt",
	    "Hello world!" },
};

static const struct {
	const char *prefix;
	const char *scheme;
} schemes[] = {
	{ "$y$", "yescrypt" },
	{ "$gy$", "gost-yescrypt" },
	{ "$7$", "scrypt" },
	{ "$2b$", "bcrypt" },
	{ "$6$", "sha512crypt" },
	{ "$5$", "sha256crypt" },
};

START_TEST(makes_and_checks)
{
	struct pwhash *p = fresh(schemes[_i].prefix);
	char hash[PWHASH_TEXT], other[PWHASH_TEXT];

	ck_assert_int_eq(pwhash_make(p, span_of(CANARY), hash, NULL), 0);
	ck_assert_int_eq(pwhash_make(p, span_of(CANARY), other, NULL), 0);
	ck_assert_str_ne(hash, other);
	ck_assert_str_eq(pwhash_scheme(hash), schemes[_i].scheme);
	ck_assert(pwhash_check(p, hash, span_of(CANARY)));
	ck_assert(!pwhash_check(p, hash, span_of("correct-horse")));
	ck_assert(!pwhash_check(p, hash, span_of(CANARY "x")));
	ck_assert(!pwhash_check(p, pwhash_dummy(p), span_of(CANARY)));
	/* any changed character of the hash is another hash */
	hash[strlen(hash) - 3] ^= 1;
	ck_assert(!pwhash_check(p, hash, span_of(CANARY)));
	pwhash_free(&p);
	ck_assert_ptr_null(p);
}
END_TEST

/* What fits a name that does not exist would come from the cache next time,
 * and so tell that it does not. */
START_TEST(no_password_of_the_dummy_is_known)
{
	struct pwhash *p = fresh("$5$");

	ck_assert(!pwhash_check(p, pwhash_dummy(p),
	    span_of("no such account")));
	ck_assert(!pwhash_check(p, pwhash_dummy(p), span_of("")));
	pwhash_free(&p);
}
END_TEST

START_TEST(the_dummy_is_of_the_new_scheme)
{
	struct pwhash *p = fresh("$y$");
	char hash[PWHASH_TEXT];

	ck_assert_int_eq(pwhash_make(p, span_of("x"), hash, NULL), 0);
	/* "$y$j9T$": scheme and cost are the same */
	ck_assert_int_eq(strncmp(hash, pwhash_dummy(p), 7), 0);
	pwhash_free(&p);
}
END_TEST

/* S-23, and what libcrypt returns for its own failures. */
static const char *const never[] = {
	"", "*", "!", "x", "*0", "*1", "!!", "NP", "*LK*", "secret",
	"$", "$y$", "$y$j9T$", "$y$j9T$abc$", "$y$j9T$abc$short",
	"$6$salt$", "$6$salt$short", "$2b$05$tooshort",
	"$1$abcdefgh$ZmZmZmZmZmZmZmZmZmZmZ1", "ab01234567890",
	"_J9..abcd01234567890", "$3$$8846f7eaee8fb117ad06bdd830b7586c",
	"$md5$abc$$0123456789abcdef012345",
	"$sha1$4000$abcdefgh$0123456789012345678901234567",
	"$y$j9T$abc\n$0123456789012345678901234567890123456789012",
	"{PLAIN}secret", "plain",
};

START_TEST(never_matches)
{
	struct pwhash *p = fresh("$6$");
	static const char *const tries[] = { "", "*", "!", "x", "*0", "*1",
		"secret" };
	size_t i;

	ck_assert_int_eq(pwhash_usable(never[_i], NULL), -1);
	ck_assert_str_eq(pwhash_scheme(never[_i]), "none");
	for (i = 0; i < COUNT(tries); i++)
		ck_assert(!pwhash_check(p, never[_i], span_of(tries[i])));
	ck_assert(!pwhash_check(p, never[_i], span_of(never[_i])));
	pwhash_free(&p);
}
END_TEST

START_TEST(foreign_hashes_match)
{
	struct pwhash *p = fresh("$6$");

	ck_assert_int_eq(pwhash_usable(known[_i].hash, NULL), 0);
	ck_assert_str_eq(pwhash_scheme(known[_i].hash), known[_i].scheme);
	ck_assert(pwhash_check(p, known[_i].hash,
	    span_of(known[_i].password)));
	ck_assert(!pwhash_check(p, known[_i].hash, span_of("Secret")));
	pwhash_free(&p);
}
END_TEST

START_TEST(passwords_that_never_reach_crypt)
{
	struct pwhash *p = fresh("$5$");
	char hash[PWHASH_TEXT], text[PWHASH_PASSWORD + 1];
	struct err e;

	memset(text, 'a', sizeof(text));
	ck_assert(!pwhash_password(span_of("")));
	ck_assert(!pwhash_password(span_mem("a\0b", 3)));
	ck_assert(!pwhash_password(span_mem("\0secret", 7)));
	ck_assert(!pwhash_password(span_mem(text, PWHASH_PASSWORD + 1)));
	ck_assert(pwhash_password(span_mem(text, PWHASH_PASSWORD)));
	ck_assert_int_eq(pwhash_make(p, span_mem(text, PWHASH_PASSWORD + 1),
	    hash, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_int_eq(pwhash_make(p, span_of(""), hash, &e), -1);
	ck_assert_int_eq(pwhash_make(p, span_mem("a\0b", 3), hash, &e), -1);
	/* the longest one works */
	ck_assert_int_eq(pwhash_make(p, span_mem(text, 511), hash, &e), 0);
	ck_assert(pwhash_check(p, hash, span_mem(text, 511)));
	ck_assert(!pwhash_check(p, hash, span_mem(text, 510)));
	/* a password is not cut at its NUL */
	ck_assert_int_eq(pwhash_make(p, span_of("a"), hash, &e), 0);
	ck_assert(!pwhash_check(p, hash, span_mem("a\0b", 3)));
	pwhash_free(&p);
}
END_TEST

static const char *const bad_prefixes[] = { "", "y", "$1$", "yescrypt",
	"$y$j9T$", "*" };

START_TEST(prefixes_for_new_hashes)
{
	struct err e;

	ck_assert_ptr_null(pwhash_new(bad_prefixes[_i], &e));
	ck_assert_int_eq(e.class, ERR_CONFIG);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, makes_and_checks, schemes);
	tcase_add_test(tc, no_password_of_the_dummy_is_known);
	tcase_add_test(tc, the_dummy_is_of_the_new_scheme);
	UNIT_ROWS(tc, never_matches, never);
	UNIT_ROWS(tc, foreign_hashes_match, known);
	tcase_add_test(tc, passwords_that_never_reach_crypt);
	UNIT_ROWS(tc, prefixes_for_new_hashes, bad_prefixes);
}
UNIT_MAIN("pwhash", add)
