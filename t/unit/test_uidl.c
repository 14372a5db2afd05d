/*
 * test_uidl.c - unique ids from names, and when two want the same
 */
#include <stdio.h>
#include <string.h>

#include "lib/mail/uidl.h"

#include "t/unit/unit.h"

static struct msgs m;

static void
add_row(const char *name, const char *id)
{
	struct msgs_row row = { 0 };

	ck_assert_int_eq(msgs_add(&m, &row, span_of(name), span_of(id), NULL),
	    0);
}

static void
fill(void)
{
	struct uidl_fill f = { 0 };
	struct slice s;
	struct err e;
	int r;

	do {
		slice_begin(&s);
		r = uidl_fill(&f, &m, &s, &e);
	} while (r > 0);
	ck_assert_int_eq(r, 0);
	uidl_fill_end(&f);
}

static const char *
id(size_t i)
{
	static char text[4][256];
	static int turn;
	char *out = text[turn++ % 4];
	struct span u = msgs_uidl(&m, &m.rows[i]);

	memcpy(out, u.ptr, u.len);
	out[u.len] = '\0';
	return out;
}

static const struct derived {
	const char *base;
	const char *uidl;	/* printf %s BASE | sha256sum | xxd -r -p |
				 * head -c 15 | base64 | tr +/ -_ */
} derived[] = {
	{ "1700000000.M1P2Q3R4.host", "baYOwIoH9AwFPRoE_t8X" },
	{ "a", "ypeBEsobvcr6wjGzmiPc" },
	{ "abc", "ungWv48Bz-pBQUDeXa4i" },
};

START_TEST(derived_from_the_base_name)
{
	char out[UIDL_OCTETS + 1];

	ck_assert_int_eq(uidl_derive(span_of(derived[_i].base), 0, out), 0);
	ck_assert_str_eq(out, derived[_i].uidl);
	ck_assert(uidl_valid(span_of(out)));
}
END_TEST

START_TEST(further_ones_differ)
{
	char a[UIDL_OCTETS + 1], b[UIDL_OCTETS + 1], c[UIDL_OCTETS + 1];

	ck_assert_int_eq(uidl_derive(span_of("abc"), 0, a), 0);
	ck_assert_int_eq(uidl_derive(span_of("abc"), 1, b), 0);
	ck_assert_int_eq(uidl_derive(span_of("abc"), 2, c), 0);
	ck_assert_str_ne(a, b);
	ck_assert_str_ne(a, c);
	ck_assert_str_ne(b, c);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
} texts[] = {
	{ "!", true },
	{ "~", true },
	{ "1234567890123456789012345678901234567890123456789012345678901234567890",
	    true },
	{ "", false },
	{ " ", false },
	{ "a b", false },
	{ "\177", false },
	{ "a\n", false },
	{ "\303\244", false },
	{ "12345678901234567890123456789012345678901234567890123456789012345678901",
	    false },
};

START_TEST(valid_is_what_rfc1939_says)
{
	ck_assert_int_eq(uidl_valid(span_of(texts[_i].text)), texts[_i].ok);
}
END_TEST

START_TEST(kept_ids_stay_and_others_are_derived)
{
	char out[UIDL_OCTETS + 1];

	add_row("a:2,S", "");
	add_row("b", "imported/1");
	fill();
	ck_assert_int_eq(uidl_derive(span_of("a"), 0, out), 0);
	ck_assert_str_eq(id(0), out);
	ck_assert_str_eq(id(1), "imported/1");
	msgs_free(&m);
}
END_TEST

START_TEST(a_derived_id_gives_way_to_a_kept_one)
{
	char first[UIDL_OCTETS + 1], second[UIDL_OCTETS + 1];
	int turn;

	ck_assert_int_eq(uidl_derive(span_of("a"), 0, first), 0);
	ck_assert_int_eq(uidl_derive(span_of("a"), 1, second), 0);
	for (turn = 0; turn < 2; turn++) {
		if (turn == 0)
			add_row("a", "");
		add_row("b", first);
		if (turn == 1)
			add_row("a", "");
		fill();
		ck_assert_str_eq(id((size_t)turn), second);
		ck_assert_str_eq(id((size_t)!turn), first);
		msgs_free(&m);
	}
}
END_TEST

START_TEST(of_two_equal_kept_ids_the_first_stays)
{
	char out[UIDL_OCTETS + 1];

	add_row("a", "same");
	add_row("b:2,S", "same");
	add_row("c", "this-one-is-longer-than-twenty-octets");
	add_row("d", "this-one-is-longer-than-twenty-octets");
	fill();
	ck_assert_str_eq(id(0), "same");
	ck_assert_int_eq(uidl_derive(span_of("b"), 0, out), 0);
	ck_assert_str_eq(id(1), out);
	ck_assert_int_eq(uidl_derive(span_of("d"), 0, out), 0);
	ck_assert_str_eq(id(3), out);
	ck_assert(span_eq(msgs_name(&m, &m.rows[1]), "b:2,S"));
	ck_assert(span_eq(msgs_name(&m, &m.rows[3]), "d"));
	msgs_free(&m);
}
END_TEST

START_TEST(many_are_all_different)
{
	char name[32];
	size_t i, j;

	for (i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "%zu.x", i);
		add_row(name, "");
	}
	fill();
	for (i = 0; i < m.count; i++)
		for (j = 0; j < i; j++)
			ck_assert_int_ne(memcmp(msgs_uidl(&m, &m.rows[i]).ptr,
			    msgs_uidl(&m, &m.rows[j]).ptr, UIDL_OCTETS), 0);
	msgs_free(&m);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, derived_from_the_base_name, derived);
	tcase_add_test(tc, further_ones_differ);
	UNIT_ROWS(tc, valid_is_what_rfc1939_says, texts);
	tcase_add_test(tc, kept_ids_stay_and_others_are_derived);
	tcase_add_test(tc, a_derived_id_gives_way_to_a_kept_one);
	tcase_add_test(tc, of_two_equal_kept_ids_the_first_stays);
	tcase_add_test(tc, many_are_all_different);
}

UNIT_MAIN("uidl", add)
