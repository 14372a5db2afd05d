/*
 * grammar_mail.c - dialogues of POP3 and of password changes
 *
 * Behind a line that the engine will ask about come the octets that fuzz_pop3.c
 * and fuzz_poppass.c read as answers; mostly zero, which is "yes".
 */
#include <ctype.h>
#include <string.h>

#include "lib/proto/pop3_priv.h"
#include "lib/proto/poppass_priv.h"

#include "t/fuzz/grammar.h"

static void
add_name(struct dice *d, struct buf *b, const char *name)
{
	bool lower = dice(d, 6) == 0;

	for (; *name != '\0'; name++)
		(void)buf_addc(b, lower ? (char)tolower(*name) : *name);
}

static void
add_answers(struct dice *d, struct buf *b, uint32_t most)
{
	uint32_t n = dice(d, most + 1);

	while (n-- > 0)
		(void)buf_addc(b, (char)(dice(d, 3) > 0 ? 0 : dice(d, 256)));
}

static void
add_mechanism(struct dice *d, struct buf *b)
{
	static const char *const names[] = { "PLAIN", "LOGIN", "SCRAM-SHA-256",
		"plain", "X" };

	(void)buf_adds(b, names[dice(d, 5)]);
}

/* Argument i of a verb. */
static void
add_arg(struct dice *d, struct buf *b, const struct pop3_verb *v, unsigned i)
{
	bool auth = strcmp(v->name, "AUTH") == 0;

	if (auth && i == 0)
		add_mechanism(d, b);
	else if (auth)
		grammar_base64(d, b);
	else if ((v->flags & IF_XMIT) && dice(d, 4) > 0)
		(void)buf_adds(b, "XMIT");
	else if ((v->flags & IN_TRANS) && dice(d, 8) > 0)
		grammar_number(d, b);
	else
		grammar_word(d, b);
}

static void
add_command(struct dice *d, struct buf *b, const struct pop3_verb *v)
{
	unsigned i, n = v->min + dice(d, v->max - v->min + 1u);

	if (dice(d, 10) == 0)
		n = dice(d, 5);
	add_name(d, b, v->name);
	for (i = 0; i < n; i++) {
		(void)buf_addc(b, ' ');
		add_arg(d, b, v, i);
	}
	grammar_end_line(d, b);
}

void
grammar_pop3(struct dice *d, struct buf *b)
{
	const struct pop3_verb *v =
	    &pop3_verbs[dice(d, (uint32_t)pop3_n_verbs)];

	if (dice(d, 8) == 0) {		/* in */
		(void)buf_add(b, "USER a\r\nPASS b\r\n\0\0", 18);
	} else if (dice(d, 16) == 0) {	/* a response of AUTH */
		grammar_base64(d, b);
		grammar_end_line(d, b);
	} else {
		add_command(d, b, v);
	}
	add_answers(d, b, 3);
}

void
grammar_login(struct dice *d, struct buf *b)
{
	static const char *const lines[] = { "USER anna", "PASS secret", "*",
		"YW5uYQ==", "c2VjcmV0", "AUTH PLAIN AGFubmEAc2VjcmV0",
		"AUTH LOGIN", "AUTH PLAIN", "AGFubmEAc2VjcmV0", "=", "" };
	uint32_t n = dice(d, 14);

	if (n < 11)
		(void)buf_adds(b, lines[n]);
	else if (n == 11)
		grammar_base64(d, b);
	else
		add_command(d, b, &pop3_verbs[dice(d, (uint32_t)pop3_n_verbs)]);
	grammar_end_line(d, b);
}

void
grammar_poppass(struct dice *d, struct buf *b)
{
	const struct poppass_verb *v =
	    &poppass_verbs[dice(d, (uint32_t)poppass_n_verbs)];

	add_name(d, b, v->name);
	if (dice(d, 6) > 0) {
		(void)buf_addc(b, ' ');
		grammar_word(d, b);
	}
	grammar_end_line(d, b);
	add_answers(d, b, 1);
}

void
grammar_message(struct dice *d, struct buf *b)
{
	static const char *const lines[] = { ".", "..", ". ", "", "x", ".x",
		"Subject: a", "\r", "\n.", ".\r" };

	if (dice(d, 8) == 0)
		grammar_run(d, b);
	(void)buf_adds(b, lines[dice(d, 10)]);
	grammar_end_line(d, b);
}
