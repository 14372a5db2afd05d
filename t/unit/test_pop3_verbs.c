/*
 * test_pop3_verbs.c - the verb table itself, and the names of ends
 */
#include <ctype.h>
#include <string.h>

#include "lib/proto/pop3_priv.h"

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"

START_TEST(rows_are_sound)
{
	const struct pop3_verb *v;
	size_t i, j;

	for (i = 0; i < pop3_n_verbs; i++) {
		v = &pop3_verbs[i];
		/* RFC 1939 section 3: keywords are 3 or 4 octets */
		ck_assert_msg(strlen(v->name) == 3 || strlen(v->name) == 4,
		    "%s", v->name);
		for (j = 0; v->name[j] != '\0'; j++)
			ck_assert(isupper((unsigned char)v->name[j]));
		ck_assert(v->min <= v->max && v->max <= MAX_ARGS);
		ck_assert(v->flags & (IN_AUTH | IN_TRANS));
		ck_assert(v->run != NULL);
		ck_assert(!(v->flags & ONE_TEXT) || v->max == 1);
		ck_assert(pop3_verb_find(span_of(v->name)) == v);
	}
}
END_TEST

static const char *const unknown[] = {
	"", "X", "STA", "STATS", "TOPX", "TO", "LIST ", "RETR1", "APOP ",
	"XTNDX", "UTF8", "HELP", "\xd3TAT"
};

START_TEST(is_unknown)
{
	ck_assert(pop3_verb_find(span_of(unknown[_i])) == NULL);
}
END_TEST

/* RFC 2449: the peer may use what is named, and what it may not is not. */
START_TEST(capa_names_what_works)
{
	const struct pop3_peer clear = { .plaintext_ok = false };
	struct pop3 *p = made(pop3_new(&unit_conf, &clear));
	char line[16];
	size_t i;
	bool named;
	struct buf out;

	buf_init(&out, UNIT_ANY);
	pop3_run(p);
	unit_hear(p, NULL);
	unit_say(p, "CAPA\r\n");
	pop3_run(p);
	unit_hear(p, &out);
	ck_assert_int_eq(buf_addc(&out, '\0'), 0);
	for (i = 0; i < pop3_n_verbs; i++) {
		if (pop3_verbs[i].capa == NULL)
			continue;
		snprintf(line, sizeof(line), "\n%s", pop3_verbs[i].capa);
		named = strstr(buf_data(&out), line) != NULL;
		ck_assert_msg(named == !(pop3_verbs[i].flags &
		    (PASSWORD | IF_XMIT)),
		    "%s", pop3_verbs[i].capa);
	}
	buf_free(&out);
	pop3_free(&p);
}
END_TEST

START_TEST(ends_have_names)
{
	int i, j;

	for (i = POP3_END_NONE; i <= POP3_END_MEMORY; i++) {
		ck_assert(pop3_end_name((enum pop3_end)i) != NULL);
		for (j = POP3_END_NONE; j < i; j++)
			ck_assert_str_ne(pop3_end_name((enum pop3_end)i),
			    pop3_end_name((enum pop3_end)j));
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, rows_are_sound);
	UNIT_ROWS(tc, is_unknown, unknown);
	tcase_add_test(tc, capa_names_what_works);
	tcase_add_test(tc, ends_have_names);
}

UNIT_MAIN("pop3_verbs", add)
