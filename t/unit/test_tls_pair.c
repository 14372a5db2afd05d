/*
 * test_tls_pair.c - certificates and keys that do and do not serve
 */
#include "lib/base/clock.h"

#include "t/unit/certs.h"
#include "t/unit/unit.h"

static struct tls_keys *keys;

/* Texts of a test, freed at its end. */
static char *kept[8];
static int n_kept;

static struct span
keep(char *text)
{
	kept[n_kept++] = text;
	return span_of(text);
}

static void
free_kept(void)
{
	while (n_kept > 0)
		free(kept[--n_kept]);
}

static struct tls_pair
broken_pair(int kind)
{
	static char broken[8192];
	EVP_PKEY *k = cert_key(kind == 6 ? CERT_RSA_WEAK : CERT_EC);
	EVP_PKEY *other = cert_key(CERT_EC);
	struct tls_pair p = { .name = "mail.example.org" };

	p.chain = keep(cert_chain(k, p.name, 30));
	p.key = keep(cert_key_text(kind == 0 ? other : k,
	    kind == 1 ? "secret" : NULL));
	if (kind == 2)
		p.key = span_of("");
	else if (kind == 3)
		p.chain = span_of("no PEM at all\n");
	else if (kind == 4)
		p.chain.len -= 40;
	else if (kind == 5)
		p.chain = span_of(strcat(strcpy(broken, p.chain.ptr),
		    "-----BEGIN CERTIFICATE-----\nMII!\n"
		    "-----END CERTIFICATE-----\n"));
	EVP_PKEY_free(k);
	EVP_PKEY_free(other);
	return p;
}

static const char *const faults[] = {
	"do not belong together", "the key is encrypted", "no usable private",
	"no certificate", "no certificate",
	"broken certificate behind the first 1", "ee key too small",
};

START_TEST(a_bad_pair_is_named)
{
	struct tls_pair p = broken_pair(_i);
	struct tls_want want = { &p, 1, 0 };
	struct err e = { 0 };
	int64_t end;

	ck_assert_int_eq(tls_pair_check(&p, &end, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_msg(strstr(e.text, faults[_i]) != NULL, "%s", e.text);
	ck_assert_ptr_nonnull(strstr(e.text, "mail.example.org"));
	ck_assert_ptr_nonnull(keys = tls_keys_new(&e));
	ck_assert_ptr_null(tls_set_new(&want, keys, &e));
	ck_assert_msg(strstr(e.text, faults[_i]) != NULL, "%s", e.text);
	tls_keys_free(&keys);
	free_kept();
}
END_TEST

START_TEST(the_same_kind_twice_is_a_fault)
{
	struct tls_pair p[] = {
		cert_pair(CERT_EC, "mail.example.org"),
		cert_pair(CERT_EC, "MAIL.example.org"),
	};
	struct tls_want want = { p, 2, 0 };
	struct err e = { 0 };

	ck_assert_ptr_nonnull(keys = tls_keys_new(&e));
	ck_assert_ptr_null(tls_set_new(&want, keys, &e));
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "same kind of key"));
	want.n = 0;
	ck_assert_ptr_null(tls_set_new(&want, keys, &e));
	ck_assert_int_eq(e.class, ERR_CONFIG);
	tls_keys_free(&keys);
	cert_pair_free(&p[0]);
	cert_pair_free(&p[1]);
}
END_TEST

/* Ended or not is the caller's question; a pair that ended still serves. */
START_TEST(a_check_tells_the_end)
{
	static const int days[] = { 30, -10 };
	EVP_PKEY *k = cert_key(CERT_EC);
	struct tls_pair p = { .name = "x" };
	struct tls_want tls_want = { &p, 1, 0 };
	struct tls_set *set;
	struct err e = { 0 };
	int64_t end = 0, want;
	struct moment now;

	p.chain = span_of(cert_chain(k, "x", days[_i]));
	p.key = span_of(cert_key_text(k, NULL));
	EVP_PKEY_free(k);
	ck_assert_int_eq(tls_pair_check(&p, &end, &e), 0);
	clock_read(&now);
	want = now.wall / 1000 + days[_i] * 86400;
	ck_assert_int_ge(end, want - 60);
	ck_assert_int_le(end, want + 60);
	ck_assert_ptr_nonnull(keys = tls_keys_new(&e));
	ck_assert_ptr_nonnull(set = tls_set_new(&tls_want, keys, &e));
	tls_set_unref(&set);
	ck_assert_ptr_null(set);
	tls_keys_free(&keys);
	cert_pair_free(&p);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, a_bad_pair_is_named, faults);
	tcase_add_test(tc, the_same_kind_twice_is_a_fault);
	tcase_add_loop_test(tc, a_check_tells_the_end, 0, 2);
}

UNIT_MAIN("tls_pair", add)
