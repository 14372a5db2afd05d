/*
 * fuzz_poppass.c - the password-change engine under any peer and any session
 *
 * As fuzz_pop3.c: the first octet chooses the settings, then lines are fed and
 * an octet answers each question.  Checked all the time: one reply a line,
 * three digits and a space before its words, no new password without the old
 * one, no question without a name, silence after CLOSE.
 */
#include "lib/proto/poppass.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

struct play {
	const uint8_t *at, *end;
	struct poppass *p;
	uint64_t lines, replies;
	bool partial, in;
	char password[1024];
	size_t password_len;
};

static uint8_t
take(struct play *y)
{
	return y->at < y->end ? *y->at++ : 0;
}

static void
read_reply(const char *s, size_t n)
{
	size_t i;

	must(n >= 6 && n <= 502 && s[n - 1] == '\r');
	must(s[0] >= '2' && s[0] <= '5' && s[3] == ' ');
	for (i = 1; i < 3; i++)
		must(s[i] >= '0' && s[i] <= '9');
	for (i = 0; i + 1 < n; i++)
		must(s[i] >= ' ' && s[i] <= '~');
}

static void
read_out(struct play *y)
{
	struct span out = poppass_out(y->p);
	const char *lf;
	size_t n;

	while (out.len > 0) {
		lf = memchr(out.ptr, '\n', out.len);
		must(lf != NULL);
		n = (size_t)(lf - out.ptr);
		read_reply(out.ptr, n);
		y->replies++;
		out.ptr += n + 1;
		out.len -= n + 1;
	}
	poppass_sent(y->p, poppass_out(y->p).len);
}

static void
feed(struct play *y)
{
	const uint8_t *lf;
	size_t n, i;

	if (*y->at >= 0xf0) {
		n = (size_t)(take(y) & 15) + 1;
		if (n > (size_t)(y->end - y->at))
			n = (size_t)(y->end - y->at);
	} else {
		lf = memchr(y->at, '\n', (size_t)(y->end - y->at));
		n = (size_t)((lf == NULL ? y->end : lf + 1) - y->at);
	}
	n = poppass_feed(y->p, y->at, n);
	for (i = 0; i < n; i++)
		y->lines += y->at[i] == '\n';
	if (n > 0)
		y->partial = y->at[n - 1] != '\n';
	y->at += n;
}

static void
answer(struct play *y, enum poppass_want want)
{
	const struct poppass_question *q = poppass_question(y->p);
	uint8_t c = take(y);
	enum poppass_result r = (enum poppass_result)(c % 4);
	size_t n = c / 4;

	must(q->user.len > 0 && q->user.len <= 255 && q->password.len > 0);
	must((want == POPPASS_CHANGE) == (q->wish.len > 0));
	must(poppass_logged_in(y->p) == (want == POPPASS_CHANGE));
	if (want == POPPASS_AUTH) {
		must(q->password.len < sizeof(y->password));
		memcpy(y->password, q->password.ptr, q->password.len);
		y->password_len = q->password.len;
		y->in = r == POPPASS_OK;
	} else {
		must(y->in && q->password.len == y->password_len);
		must(memcmp(q->password.ptr, y->password,
		    y->password_len) == 0);
		y->in = r == POPPASS_TEMP || r == POPPASS_PERM;
	}
	if (n > (size_t)(y->end - y->at))
		n = (size_t)(y->end - y->at);
	poppass_give(y->p, r, span_mem(y->at, n));
	if (poppass_run(y->p) != POPPASS_CLOSE)
		must(poppass_logged_in(y->p) == y->in ||
		    poppass_run(y->p) != POPPASS_INPUT);
}

static void
stay_silent(struct play *y)
{
	read_out(y);
	must(poppass_feed(y->p, "quit\r\n", 6) == 0);
	poppass_give(y->p, POPPASS_OK, span_of("x"));
	poppass_abort(y->p, "late");
	must(poppass_run(y->p) == POPPASS_CLOSE);
	must(poppass_out(y->p).len == 0);
	must(!poppass_logged_in(y->p));
}

static bool
turn(struct play *y)
{
	enum poppass_want want = poppass_run(y->p);

	must(poppass_out(y->p).len < 32768);
	read_out(y);
	must(poppass_memory(y->p) < 65536);
	must(y->replies <= y->lines + 2);
	if (want == POPPASS_CLOSE) {
		stay_silent(y);
		return false;
	}
	if (want == POPPASS_INPUT)
		must(y->replies == y->lines + 1);
	if (y->at == y->end)
		return false;
	if (want == POPPASS_INPUT)
		feed(y);
	else
		answer(y, want);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct play y;
	struct poppass_conf conf;
	uint8_t c;

	memset(&y, 0, sizeof(y));
	y.at = data;
	y.end = data + n;
	c = take(&y);
	conf = (struct poppass_conf){ .on = (c & 3) != 3, .auto_deny = c & 4,
		.max_bad_before = 20, .max_bad_after = 20, .max_auth = 10 };
	y.p = poppass_new(&conf, !(c & 8));
	must(y.p != NULL);
	while (turn(&y))
		continue;
	poppass_free(&y.p);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	return grammar_lines(data, size, max, &d, 1, grammar_poppass);
}
