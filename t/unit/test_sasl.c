/*
 * test_sasl.c - exchanges as a client drives them
 */
#include "config.h"

#include <string.h>

#include "lib/acct/sasl.h"

#include "t/unit/unit.h"
#include "t/unit/rss.h"

#define MESSAGES	4

struct row {
	const char *holds;
	const char *mech;
	bool initial;			/* the first message is one */
	struct span in[MESSAGES];
	enum sasl_step ends;
	const char *authid, *authzid, *password;
};
#define S(text)	{ text, sizeof(text) - 1 }

static const struct row rows[] = {
	{ "PLAIN at once", "PLAIN", true, { S("\0anna\0pass word") },
	    SASL_CLAIM, "anna", "", "pass word" },
	{ "PLAIN asked for", "plain", false, { S("\0anna\0p") },
	    SASL_CLAIM, "anna", "", "p" },
	{ "PLAIN with authzid", "PLAIN", true, { S("bob\0anna\0p") },
	    SASL_CLAIM, "anna", "bob", "p" },
	{ "PLAIN with octets that separate elsewhere", "PLAIN", true,
	    { S("\0a=,:b\0p=,:%u") }, SASL_CLAIM, "a=,:b", "", "p=,:%u" },
	{ "PLAIN with the same authzid", "PLAIN", true,
	    { S("anna\0anna\0p") }, SASL_CLAIM, "anna", "", "p" },
	{ "PLAIN UTF-8", "PLAIN", true, { S("\0j\xc3\xb6rg\0\xc3\xa4") },
	    SASL_CLAIM, "j\xc3\xb6rg", "", "\xc3\xa4" },
	{ "PLAIN without name", "PLAIN", true, { S("\0\0p") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "PLAIN with one NUL", "PLAIN", true, { S("anna\0p") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "PLAIN without NUL", "PLAIN", true, { S("anna") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "PLAIN with three NULs", "PLAIN", true, { S("\0anna\0p\0q") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "PLAIN, empty initial response", "PLAIN", true, { S("") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "PLAIN, empty response", "PLAIN", false, { S("") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "PLAIN in Latin-1", "PLAIN", true, { S("\0j\xf6rg\0p") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "LOGIN", "LOGIN", false, { S("anna"), S("p q") },
	    SASL_CLAIM, "anna", "", "p q" },
	{ "LOGIN with the name at once", "login", true,
	    { S("anna"), S("p") }, SASL_CLAIM, "anna", "", "p" },
	{ "LOGIN with an empty name", "LOGIN", false, { S("") },
	    SASL_REFUSED, NULL, NULL, NULL },
	{ "LOGIN with an empty password", "LOGIN", false,
	    { S("anna"), S("") }, SASL_REFUSED, NULL, NULL, NULL },
	{ "LOGIN with NUL in the password", "LOGIN", false,
	    { S("anna"), S("p\0q") }, SASL_REFUSED, NULL, NULL, NULL },
	{ "LOGIN with NUL in the name", "LOGIN", false,
	    { S("an\0na"), S("p") }, SASL_REFUSED, NULL, NULL, NULL },
};

static struct sasl *
fresh(void)
{
	struct err e;
	struct sasl *s = sasl_new(&e);

	ck_assert_msg(s != NULL, "%s", e.text);
	return s;
}

/* Messages until the exchange is over; out is cleared between. */
static enum sasl_step
talk(struct sasl_exchange *x, const struct row *row)
{
	enum sasl_step r = SASL_MORE;
	struct buf out;
	struct err e;
	int i = 0;

	buf_init(&out, SASL_CHALLENGE_MAX);
	if (!row->initial)
		r = sasl_step(x, NULL, &out, &e);
	for (; r == SASL_MORE && i < MESSAGES && row->in[i].ptr != NULL; i++) {
		buf_free(&out);
		r = sasl_step(x, &row->in[i], &out, &e);
	}
	buf_free(&out);
	return r;
}

START_TEST(exchanges)
{
	struct sasl *s = fresh();
	struct err e;
	struct sasl_exchange *x = sasl_begin(s, rows[_i].mech, &e);
	struct sasl_claim c;
	struct buf out;

	ck_assert_msg(x != NULL, "%s", rows[_i].holds);
	ck_assert_msg(talk(x, &rows[_i]) == rows[_i].ends, "%s",
	    rows[_i].holds);
	c = sasl_claim(x);
	if (rows[_i].ends == SASL_CLAIM) {
		ck_assert_str_eq(c.authid, rows[_i].authid);
		ck_assert_str_eq(c.authzid, rows[_i].authzid);
		ck_assert_msg(span_eq(c.password, rows[_i].password), "%s",
		    rows[_i].holds);
	}
	/* over is over, whatever comes (S-30) */
	buf_init(&out, 100);
	ck_assert_int_eq(sasl_step(x, &rows[0].in[0], &out, &e),
	    SASL_REFUSED);
	ck_assert_uint_eq(buf_len(&out), 0);
	sasl_end(&x);
	sasl_free(&s);
}
END_TEST

START_TEST(who_speaks_first)
{
	struct sasl *s = fresh();
	struct buf out;
	struct sasl_exchange *x;
	struct span name = span_of("anna");

	buf_init(&out, SASL_CHALLENGE_MAX);
	x = sasl_begin(s, "PLAIN", NULL);
	ck_assert_int_eq(sasl_step(x, NULL, &out, NULL), SASL_MORE);
	ck_assert_uint_eq(buf_len(&out), 0);
	sasl_end(&x);
	x = sasl_begin(s, "LOGIN", NULL);
	ck_assert_int_eq(sasl_step(x, NULL, &out, NULL), SASL_MORE);
	ck_assert(span_eq(buf_span(&out), "User Name"));
	buf_free(&out);
	ck_assert_int_eq(sasl_step(x, &name, &out, NULL), SASL_MORE);
	ck_assert(span_eq(buf_span(&out), "Password"));
	buf_free(&out);
	sasl_end(&x);
	/* the question that the client has answered already is not asked */
	x = sasl_begin(s, "LOGIN", NULL);
	ck_assert_int_eq(sasl_step(x, &name, &out, NULL), SASL_MORE);
	ck_assert(span_eq(buf_span(&out), "Password"));
	buf_free(&out);
	sasl_end(&x);
	sasl_end(&x);
	sasl_free(&s);
}
END_TEST

START_TEST(unknown_mechanisms)
{
	static const char *const names[] = { "", "CRAM-MD5", "PLAIN ", "PLAI",
		"ANONYMOUS", "EXTERNAL", "SCRAM-SHA-256" };
	struct sasl *s = fresh();
	struct err e;

	ck_assert_ptr_null(sasl_mech(names[_i]));
	ck_assert_ptr_null(sasl_begin(s, names[_i], &e));
	ck_assert_int_eq(e.class, ERR_PROTO);
	ck_assert_str_eq(sasl_mech("login"), "LOGIN");
	sasl_free(&s);
}
END_TEST

START_TEST(a_response_has_a_ceiling)
{
	static char text[20000];
	struct sasl *s = fresh();
	struct sasl_exchange *x = sasl_begin(s, "PLAIN", NULL);
	struct span in = { text, sizeof(text) };
	struct buf out;

	memset(text, 'a', sizeof(text));
	text[0] = text[5] = '\0';
	buf_init(&out, 100);
	ck_assert_int_eq(sasl_step(x, &in, &out, NULL), SASL_REFUSED);
	sasl_end(&x);
	sasl_free(&s);
}
END_TEST

#define ABORTS		100000
#define FIRST		1000	/* until memory has its usual size */

/* S-28: begun and dropped in every state, by both endings. */
START_TEST(aborted_exchanges)
{
	long before = 0;
	struct sasl *s = fresh();
	struct sasl_exchange *x;
	struct span name = span_of("anna");
	struct buf out;
	int i;

	buf_init(&out, SASL_CHALLENGE_MAX);
	for (i = 0; i < ABORTS; i++) {
		if (i == FIRST)
			before = rss_kib();
		x = sasl_begin(s, i % 2 == 0 ? "LOGIN" : "PLAIN", NULL);
		ck_assert_ptr_nonnull(x);
		if (i % 3 > 0)
			(void)sasl_step(x, NULL, &out, NULL);
		if (i % 3 > 1)
			(void)sasl_step(x, &name, &out, NULL);
		buf_eat(&out, buf_len(&out));
		sasl_end(&x);
		ck_assert_ptr_null(x);
	}
	rss_check(before);
	buf_free(&out);
	sasl_free(&s);
}
END_TEST

/* Any octets: no crash, and a claim always has a name. */
START_TEST(random_responses)
{
	struct sasl *s = fresh();
	unsigned seed = 20261121, n, i, k;
	char text[24];
	struct buf out;

	buf_init(&out, SASL_CHALLENGE_MAX);
	for (i = 0; i < 20000; i++) {
		struct sasl_exchange *x = sasl_begin(s,
		    i % 2 == 0 ? "PLAIN" : "LOGIN", NULL);
		enum sasl_step r = SASL_MORE;

		for (k = 0; k < 4 && r == SASL_MORE; k++) {
			struct span in = { text, 0 };

			for (n = 0; n < sizeof(text); n++) {
				seed = seed * 1103515245 + 12345;
				text[n] = "\0\0ab\xc3\xa4\xff="[seed >> 16 & 7];
			}
			in.len = seed >> 20 & 15;
			r = sasl_step(x, &in, &out, NULL);
			buf_eat(&out, buf_len(&out));
		}
		ck_assert(r != SASL_MORE);
		if (r == SASL_CLAIM)
			ck_assert(sasl_claim(x).authid[0] != '\0');
		sasl_end(&x);
	}
	buf_free(&out);
	sasl_free(&s);
}
END_TEST

START_TEST(prep)
{
	char out[64];

	ck_assert_int_eq(sasl_prep(span_of("plain ascii"), out, 64), 0);
	ck_assert_str_eq(out, "plain ascii");
	ck_assert_int_ne(sasl_prep(span_of("too long"), out, 8), 0);
	ck_assert_int_eq(sasl_prep(span_of("fits"), out, 5), 0);
#ifdef HAVE_GSASL
	/* RFC 4013 section 3 */
	ck_assert_int_eq(sasl_prep(span_of("I\xc2\xadX"), out, 64), 0);
	ck_assert_str_eq(out, "IX");
	ck_assert_int_eq(sasl_prep(span_of("\xc2\xaa"), out, 64), 0);
	ck_assert_str_eq(out, "a");
	ck_assert_int_eq(sasl_prep(span_of("\xe2\x85\xa8"), out, 64), 0);
	ck_assert_str_eq(out, "IX");
	ck_assert_int_ne(sasl_prep(span_of("\x07"), out, 64), 0);
	ck_assert_int_ne(sasl_prep(span_of("\xd8\xa7\x31"), out, 64), 0);
#endif
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, exchanges, rows);
	tcase_add_test(tc, who_speaks_first);
	tcase_add_loop_test(tc, unknown_mechanisms, 0, 7);
	tcase_add_test(tc, a_response_has_a_ceiling);
	tcase_add_test(tc, aborted_exchanges);
	tcase_add_test(tc, random_responses);
	tcase_add_test(tc, prep);
}
UNIT_MAIN("sasl", add)
