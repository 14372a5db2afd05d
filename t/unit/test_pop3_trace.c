/*
 * test_pop3_trace.c - what a trace shows, and what it never does (I10)
 */
#include "lib/base/codec.h"
#include "lib/base/mem.h"

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"

#define CANARY	"C4n4ry"
#define B64	"QzRuNHJ5"	/* the same six octets */
#define FORTY	"0123456789012345678901234567890123456789"
#define ROOM	65536

static const struct pop3_mech mechs[] = {
	{ "SCRAM-SHA-256", false }, { "PLAIN", true }, { "LOGIN", true }
};

static const struct pop3_conf conf = {
	.mechs = mechs, .n_mechs = 3, .starttls = true, .last = true,
	.expire_days = -2, .max_bad_before = 1000, .max_bad_after = 1000,
	.max_auth = 1000, .out_high = 16384
};

static void
collect(enum trace_dir dir, struct span text, void *arg)
{
	struct buf *b = arg;

	ck_assert_int_eq(buf_adds(b, dir == TRACE_CLIENT ? "C: " : "S: "), 0);
	ck_assert_int_eq(buf_add(b, text.ptr, text.len), 0);
	ck_assert_int_eq(buf_addc(b, '\n'), 0);
}

/* What auth says to each of its questions, in order; then FAIL. */
static enum pop3_auth_result
next_answer(const char **answers)
{
	switch (**answers == '\0' ? 'F' : *(*answers)++) {
	case 'O':
		return POP3_AUTH_OK;
	case 'M':
		return POP3_AUTH_MORE;
	case 'T':
		return POP3_AUTH_TEMP;
	case 'P':
		return POP3_AUTH_PERM;
	default:
		return POP3_AUTH_FAIL;
	}
}

/* Serve whatever is wanted until input is; false: it is over. */
static bool
serve(struct pop3 *p, const struct droplist *l, const char **answers)
{
	for (;;) {
		switch (pop3_run(p)) {
		case POP3_INPUT:
			unit_hear(p, NULL);
			return true;
		case POP3_DRAIN:
			unit_hear(p, NULL);
			break;
		case POP3_AUTH:
			pop3_give_auth(p, next_answer(answers),
			    span_of(CANARY));
			break;
		case POP3_DROP:
			pop3_give_drop(p, l);
			break;
		case POP3_TLS:
			pop3_give_tls(p, true);
			break;
		case POP3_MSG:
			pop3_give_msg(p, CANARY "\r\n", 8, true);
			break;
		case POP3_COMMIT:
			pop3_give_commit(p, true);
			break;
		default:
			return false;
		}
	}
}

/* The script goes in by pieces of `step` octets; the trace is NUL-ended. */
static char *
play(struct span script, const char *answers, size_t step, bool plaintext)
{
	const struct pop3_peer peer = { .plaintext_ok = plaintext };
	struct pop3 *p = made(pop3_new(&conf, &peer));
	struct buf out, block;
	struct droplist l;
	size_t n;
	char *text;

	unit_list(&l, &block, 3, 10);	/* with the blank line it lacks */
	buf_init(&out, ROOM);
	pop3_trace(p, collect, &out);
	while (serve(p, &l, &answers) && script.len > 0) {
		n = script.len < step ? script.len : step;
		n = pop3_feed(p, script.ptr, n);
		script.ptr += n;
		script.len -= n;
	}
	pop3_abort(p, "[SYS/TEMP] end of the test");
	text = span_dup(buf_span(&out));
	pop3_free(&p);
	buf_free(&out);
	buf_free(&block);
	return text;
}

#define S(text)	{ text, sizeof(text) - 1 }
static const struct {
	struct span script;
	const char *answers;
} secrets[] = {
	{ S("USER anna\r\nPASS " CANARY "\r\n"), "O" },
	{ S("USER anna\r\nPASS " CANARY "\r\n"), "F" },
	{ S("USER anna\r\nPASS " CANARY "\r\n"), "T" },
	{ S("USER anna\r\nPASS " CANARY "\r\n"), "P" },
	{ S("USER anna\r\npAsS  " CANARY " x \r\n"), "O" },
	{ S("PASS " CANARY "\r\nUSER anna\r\n"), "" },
	{ S("PASS\t" CANARY "\r\n"), "" },
	{ S("PASS" CANARY "\r\n"), "" },
	{ S("PAS " CANARY "\r\n"), "" },
	{ S(" PASS " CANARY "\r\n"), "" },
	{ S("USER anna\nPASS " CANARY "\n"), "F" },
	{ S("USER anna\r\nPASS " CANARY "\0x\r\n"), "F" },
	{ S("USER anna\r\nPASS x\0" CANARY "\r\n"), "F" },
	{ S("USER anna\r\nPASS " CANARY FORTY FORTY FORTY FORTY FORTY FORTY
	    FORTY "\r\n"), "F" },
	{ S("USER anna\r\nPASS " FORTY FORTY FORTY FORTY FORTY FORTY FORTY
	    FORTY FORTY FORTY FORTY FORTY FORTY FORTY CANARY "\r\n"), "F" },
	{ S("USER anna\r\nPASS x\r\n" CANARY "\r\n"), "F" },
	{ S("AUTH PLAIN " B64 "\r\n"), "O" },
	{ S("AUTH PLAIN " B64 "\r\n"), "F" },
	{ S("auth plain " B64 " " B64 "\r\n"), "" },
	{ S("AUTH PLAIN\r\n" B64 "\r\n"), "MO" },
	{ S("AUTH PLAIN\r\n" B64 "\r\n"), "F" },
	{ S("AUTH PLAIN\r\n" B64 "=\r\n"), "M" },
	{ S("AUTH PLAIN\r\n" CANARY "!\r\n"), "M" },
	{ S("AUTH LOGIN\r\n" B64 "\r\n" B64 "\r\n"), "MMO" },
	{ S("AUTH LOGIN\r\n*\r\n" B64 "\r\n"), "M" },
	{ S("AUTH SCRAM-SHA-256 " B64 "\r\n" B64 "\r\n\r\n"), "MMO" },
	{ S("AUTH SCRAM-SHA-256 " B64 "\r\n" B64 "\r\n"), "F" },
	{ S("AUTH CRAM-MD5\r\n" B64 "\r\n"), "" },
	{ S("AUTH " CANARY "\r\n"), "" },
	{ S("AUTH " CANARY " PLAIN\r\n"), "" },
	{ S("AUTH " B64 B64 B64 "\r\n"), "" },
	{ S("AUTH PLAIN " B64 "\0\r\n"), "" },
	{ S("APOP anna " CANARY "\r\n"), "F" },
	{ S("APOP " CANARY " anna\r\n"), "F" },
	{ S("APOP anna " CANARY "\r\n"), "O" },
	{ S(CANARY "\r\n"), "" },
	{ S(B64 "\r\n"), "" },
	{ S("USER anna\r\nPASS x\r\nAUTH PLAIN " B64 "\r\n" B64 "\r\n"), "O" },
	{ S("USER anna\r\nPASS x\r\nPASS " CANARY "\r\n"), "O" },
	{ S("USER anna\r\nPASS x\r\nNOOP " CANARY "\r\nSTAT " CANARY
	    "\r\nRSET " CANARY "\r\nQUIT " CANARY "\r\n"), "O" },
	{ S("USER anna\r\nPASS x\r\nRETR 1\r\nTOP 1 1\r\nRETR 2\r\n"), "O" },
	{ S("STLS " CANARY "\r\n"), "" },
	{ S("CAPA " CANARY "\r\n"), "" },
	{ S("GET /" CANARY " HTTP/1.1\r\n"), "" },
	{ S("\x16\x03\x01" CANARY), "" },
};

START_TEST(no_secret_is_shown)
{
	static const size_t steps[] = { 1, 2, 3, 7, 4096 };
	size_t i;
	char *text;
	int k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			text = play(secrets[_i].script, secrets[_i].answers,
			    steps[i], k == 0);
			ck_assert_msg(strstr(text, "4n4r") == NULL &&
			    strstr(text, "QzRu") == NULL &&
			    strstr(text, "NHJ5") == NULL, "%s", text);
			ck_assert_msg(strstr(text, "S: ") != NULL, "%s", text);
			free(text);
		}
}
END_TEST

static const struct {
	const char *script, *answers, *trace;
} shown[] = {
	{ "USER anna\r\nPASS x\r\nSTAT\r\nLIST\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n",
	    "O",
	    "S: +OK POP3 server ready\n"
	    "C: USER anna\nS: +OK send the password\n"
	    "C: PASS ...\nS: +OK maildrop has 3 messages (30 octets)\n"
	    "C: STAT\nS: +OK 3 30\n"
	    "C: LIST\nS: +OK 3 messages (30 octets)\nS: (3 lines)\n"
	    "C: RETR 1\nS: +OK 10 octets\nS: (10 octets)\n"
	    "C: DELE 1\nS: +OK marked for deletion\n"
	    "C: QUIT\nS: +OK bye\n" },
	{ "user a b=\"c\r\nAUTH PLAIN\r\n*\r\n", "M",
	    "S: +OK POP3 server ready\n"
	    "C: USER a\\x20b=\\x22c\nS: +OK send the password\n"
	    "C: AUTH PLAIN\nS: + (challenge)\n"
	    "C: *\nS: -ERR authentication cancelled\n"
	    "S: -ERR [SYS/TEMP] end of the test\n" },
	{ "AUTH LOGIN xxxx\r\nxxxx\r\n", "MF",
	    "S: +OK POP3 server ready\n"
	    "C: AUTH LOGIN ...\nS: + (challenge)\n"
	    "C: (response)\nS: -ERR [AUTH] authentication failed\n"
	    "S: -ERR [SYS/TEMP] end of the test\n" },
	{ "HELO x\r\nAUTH XYZ\r\nTOP 1  2\r\n", "",
	    "S: +OK POP3 server ready\n"
	    "C: (unknown command)\nS: -ERR unknown command\n"
	    "C: AUTH ...\nS: -ERR mechanism not supported\n"
	    "C: TOP 1  2\nS: -ERR log in first\n"
	    "S: -ERR [SYS/TEMP] end of the test\n" },
};

START_TEST(a_dialogue_is_shown)
{
	char *text = play(span_of(shown[_i].script), shown[_i].answers, 4096,
	    true);

	ck_assert_str_eq(text, shown[_i].trace);
	free(text);
}
END_TEST

/* Every argument of every verb, unless its row says that it may be seen. */
START_TEST(arguments_are_hidden_by_default)
{
	static const char *const open[] = { "USER", "LIST", "UIDL", "RETR",
		"TOP", "DELE", "XTND" };
	static const char *const verbs[] = { "CAPA", "QUIT", "USER", "PASS",
		"AUTH", "APOP", "STLS", "STAT", "LIST", "UIDL", "RETR", "TOP",
		"DELE", "NOOP", "RSET", "LAST", "XTND" };
	char script[64], *text;
	bool may, is;
	size_t k;

	snprintf(script, sizeof(script), "%s 4711\r\n", verbs[_i]);
	text = play(span_of(script), "", 4096, true);
	is = strstr(text, "4711") != NULL;
	for (may = false, k = 0; k < sizeof(open) / sizeof(open[0]); k++)
		may = may || strcmp(verbs[_i], open[k]) == 0;
	ck_assert_msg(may || !is, "%s", text);
	free(text);
}
END_TEST

START_TEST(nobody_reads_by_default)
{
	struct pop3 *p = made(pop3_new(&conf, &unit_peer));
	struct buf out;

	buf_init(&out, ROOM);
	pop3_trace(p, collect, &out);
	pop3_trace(p, NULL, NULL);
	pop3_run(p);
	unit_say(p, "CAPA\r\n");
	pop3_run(p);
	ck_assert_uint_eq(buf_len(&out), 0);
	pop3_free(&p);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, no_secret_is_shown, secrets);
	UNIT_ROWS(tc, a_dialogue_is_shown, shown);
	tcase_add_loop_test(tc, arguments_are_hidden_by_default, 0, 17);
	tcase_add_test(tc, nobody_reads_by_default);
}

UNIT_MAIN("pop3_trace", add)
