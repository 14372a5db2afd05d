/*
 * test_names.c - one canonical form for each account, domain and maildrop
 */
#include "config.h"

#include <string.h>

#include "lib/acct/names.h"

#include "t/unit/unit.h"

#define U16	"abcdefghijklmnop"
#define U64	U16 U16 U16 U16
#define L63	U16 U16 U16 "abcdefghijklmno"
#define DOMAIN_253 L63 "." L63 "." L63 "." U16 U16 U16 "abcdefghijklm"

static const struct {
	const char *holds;
	const char *typed;
	size_t len;			/* 0: strlen */
	const char *canonical;		/* NULL: refused */
} accounts[] = {
	{ "a whole name stays", "anna@example.org", 0, "anna@example.org" },
	{ "a bare name gets the default domain", "anna", 0,
	    "anna@default.example" },
	{ "upper and lower case are twins", "Anna@EXAMPLE.Org", 0,
	    "anna@example.org" },
	{ "64 octets are a user part", U64 "@example.org", 0,
	    U64 "@example.org" },
	{ "65 are not", U64 "q@example.org", 0, NULL },
	{ "253 octets are a domain", "a@" DOMAIN_253, 0, "a@" DOMAIN_253 },
	{ "254 are not", "a@" DOMAIN_253 "n", 0, NULL },
	{ "300 octets are refused", U64 U64 U64 U64 U64, 0, NULL },
	{ "an empty name", "", 0, NULL },
	{ "nothing before the @", "@example.org", 0, NULL },
	{ "nothing behind the @", "anna@", 0, NULL },
	{ "dot", ".", 0, NULL },
	{ "dot dot", "..", 0, NULL },
	{ "dot dot with a domain", "..@example.org", 0, NULL },
	{ "a leading dot", ".anna@example.org", 0, NULL },
	{ "an inner dot is fine", "anna.b@example.org", 0,
	    "anna.b@example.org" },
	{ "a slash", "a/b@example.org", 0, NULL },
	{ "a way out", "../../etc@example.org", 0, NULL },
	{ "a slash in the domain", "a@example.org/x", 0, NULL },
	{ "a way out in the domain", "a@../x", 0, NULL },
	{ "NUL", "a\0b@example.org", 15, NULL },
	{ "TAB", "a\tb@example.org", 0, NULL },
	{ "LF", "a\nb", 0, NULL },
	{ "CR", "a\rb", 0, NULL },
	{ "SOH", "a\001b", 0, NULL },
	{ "DEL", "a\177b", 0, NULL },
	{ "C1 control", "a\xc2\x85" "b", 0, NULL },
	{ "a colon would break account files", "a:b", 0, NULL },
	{ "a # would make a comment of it", "#a@example.org", 0, NULL },
	{ "an inner # is fine", "a#b@example.org", 0, "a#b@example.org" },
	{ "a second @", "a@b@example.org", 0, NULL },
	{ "a blank inside", "a b@example.org", 0, NULL },
	{ "a blank at the end", "anna@example.org ", 0, NULL },
	{ "a dot at the end of the domain", "anna@example.org.", 0, NULL },
	{ "two dots in the domain", "anna@example..org", 0, NULL },
	{ "a label beginning with -", "anna@-example.org", 0, NULL },
	{ "a label ending with -", "anna@example-.org", 0, NULL },
	{ "a domain without a dot", "anna@example", 0, NULL },
	{ "but localhost", "anna@localhost", 0, "anna@localhost" },
	{ "an address is no domain name with brackets", "a@[192.0.2.1]", 0,
	    NULL },
	{ "= and , and + and % are only octets", "a=,+%u${x}", 0,
	    "a=,+%u${x}@default.example" },
	{ "UTF-8 in the user part", "j\xc3\xb6rg@example.org", 0,
	    "j\xc3\xb6rg@example.org" },
	{ "UTF-8 in the domain", "a@ex\xc3\xa4mple.org", 0, NULL },
	{ "Latin-1 is no UTF-8", "j\xf6rg@example.org", 0, NULL },
	{ "overlong slash", "a\xc0\xaf" "b@example.org", 0, NULL },
	{ "cut-off sequence", "a\xe2\x82", 0, NULL },
	{ "surrogate", "a\xed\xa0\x80", 0, NULL },
#ifdef HAVE_GSASL
	{ "decomposed and composed are twins", "jo\xcc\x88rg@example.org", 0,
	    "j\xc3\xb6rg@example.org" },
	{ "wide letters fold", "\xef\xbc\xa1nna@example.org", 0,
	    "anna@example.org" },
	{ "a wide # is a #", "\xef\xbc\x83" "a@example.org", 0, NULL },
	{ "a wide slash is a slash", "a\xef\xbc\x8f" "b@example.org", 0,
	    NULL },
	{ "a wide @ is an @", "a\xef\xbc\xa0" "b@example.org", 0, NULL },
	{ "a small full stop is a dot", "\xef\xb9\x92" "a@example.org", 0,
	    NULL },
	{ "letters from right to left", "\xd9\x81\xd8\xad", 0,
	    "\xd9\x81\xd8\xad@default.example" },
	{ "the same with a domain", "\xef\xb0\xb0@Example.org", 0,
	    "\xd9\x81\xd9\x85@example.org" },
	{ "both directions in one user part", "a\xd9\x81\xd8\xad@example.org",
	    0, NULL },
	{ "what is mapped to nothing is nothing", "\xc2\xad@example.org", 0,
	    NULL },
	{ "a zero width space is a blank", "a\xe2\x80\x8b" "b@example.org",
	    0, NULL },
#endif
};

START_TEST(account_names)
{
	size_t n = accounts[_i].len == 0 ? strlen(accounts[_i].typed) :
	    accounts[_i].len;
	const char *want = accounts[_i].canonical;
	char out[NAMES_MAX], again[NAMES_MAX];
	struct err e;
	int r;

	err_clear(&e);
	r = names_account(span_mem(accounts[_i].typed, n), "Default.Example",
	    out, &e);
	ck_assert_msg(r == (want == NULL ? -1 : 0), "%s: %s",
	    accounts[_i].holds, e.text);
	if (want == NULL) {
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert(e.text[0] != '\0');
		return;
	}
	ck_assert_msg(strcmp(out, want) == 0, "%s: %s", accounts[_i].holds,
	    out);
	/* canonical is a fixed point */
	ck_assert_int_eq(names_account(span_of(out), "", again, NULL), 0);
	ck_assert_str_eq(out, again);
}
END_TEST

START_TEST(no_default_domain_refuses_bare_names)
{
	char out[NAMES_MAX];
	struct err e;

	ck_assert_int_eq(names_account(span_of("anna"), "", out, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "default_domain"));
	ck_assert_int_eq(names_account(span_of("anna"), NULL, out, &e), -1);
}
END_TEST

/* No fault may carry a control octet of the name to a log or a terminal. */
START_TEST(faults_are_printable)
{
	char out[NAMES_MAX], typed[3] = { 'a', 0, 'b' };
	struct err e;
	const char *p;
	int c;

	for (c = 0; c < 256; c++) {
		typed[1] = (char)c;
		err_clear(&e);
		if (names_account(span_mem(typed, 3), "x.org", out, &e) == 0)
			continue;
		for (p = e.text; *p != '\0'; p++)
			ck_assert_msg((unsigned char)*p >= 0x20 && *p != 0x7f,
			    "octet %d", c);
	}
}
END_TEST

static const struct {
	const char *path;
	bool ok;
} maildrops[] = {
	{ "example.org/anna", true },
	{ "anna", true },
	{ "shared box/all", true },
	{ "", false },
	{ "/", false },
	{ "/anna", false },
	{ "anna/", false },
	{ "a//b", false },
	{ "a/b/c", false },
	{ "..", false },
	{ "../x", false },
	{ "x/..", false },
	{ ".", false },
	{ ".x/y", false },
	{ "x/.y", false },
	{ "a\nb", false },
	{ "a\xff", false },
};

START_TEST(maildrop_paths)
{
	ck_assert_msg((names_maildrop(maildrops[_i].path, NULL) == 0) ==
	    maildrops[_i].ok, "\"%s\"", maildrops[_i].path);
}
END_TEST

/* Every second octet behind every lead octet, against the Unicode table. */
START_TEST(utf8_pairs)
{
	char s[3] = "";
	int a, b;

	for (a = 1; a < 256; a++)
		for (b = 0; b < 256; b++) {
			bool two = a >= 0xc2 && a <= 0xdf && b >= 0x80 &&
			    b <= 0xbf;
			bool ascii = a < 0x80 && b < 0x80;

			s[0] = (char)a;
			s[1] = (char)b;
			ck_assert_msg(names_utf8(span_mem(s, 2)) ==
			    (two || ascii), "%02x %02x", a, b);
		}
}
END_TEST

static const struct {
	const char *octets;
	bool ok;
} sequences[] = {
	{ "\xe0\xa0\x80", true }, { "\xe0\x9f\xbf", false },
	{ "\xed\x9f\xbf", true }, { "\xed\xa0\x80", false },
	{ "\xef\xbf\xbf", true }, { "\xe1\x80", false },
	{ "\xf0\x90\x80\x80", true }, { "\xf0\x8f\xbf\xbf", false },
	{ "\xf4\x8f\xbf\xbf", true }, { "\xf4\x90\x80\x80", false },
	{ "\xf5\x80\x80\x80", false }, { "\xf1\x80\x80", false },
	{ "\x80", false }, { "\xc1\xbf", false }, { "\xff", false },
};

START_TEST(utf8_sequences)
{
	ck_assert_msg(names_utf8(span_of(sequences[_i].octets)) ==
	    sequences[_i].ok, "row %d", _i);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, account_names, accounts);
	tcase_add_test(tc, no_default_domain_refuses_bare_names);
	tcase_add_test(tc, faults_are_printable);
	UNIT_ROWS(tc, maildrop_paths, maildrops);
	tcase_add_test(tc, utf8_pairs);
	UNIT_ROWS(tc, utf8_sequences, sequences);
}
UNIT_MAIN("names", add)
