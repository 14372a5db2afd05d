/*
 * fuzz_sasl.c - logins: the engine's AUTH, USER and PASS with lib/acct's SASL
 *
 * An even first octet: the rest is what a client sends, line by line, to an
 * engine whose questions real exchanges answer; there is one account.  A plain
 * reader of the same lines says whether that was a login: the session is in
 * TRANSACTION exactly then (S-22, S-30: one connection may fail and change the
 * mechanism as often as it likes).
 * An odd one: responses to one exchange, each behind an octet with its length;
 * what PLAIN makes of the first is compared with RFC 4616.
 */
#include <strings.h>

#include "lib/acct/sasl.h"
#include "lib/base/codec.h"

#include "lib/proto/pop3.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

#define USER		"anna"
#define PASSWORD	"secret"
#define RIGHT		"\0" USER "\0" PASSWORD
#define RIGHT_SAME	USER RIGHT

static struct sasl *sasl;
static const struct pop3_mech mechs[] = { { "PLAIN", true },
	{ "LOGIN", true } };

/* What the lines mean to somebody who knows the RFCs but not the code. */
struct reader {
	enum { NOTHING, PLAIN, LOGIN_NAME, LOGIN_PASSWORD } await;
	bool name_right;	/* the one of LOGIN */
	bool user_right;	/* the last whole USER; a whole PASS ends it */
	bool user_now;		/* and it came just before */
	bool may, must;		/* the line that came last is a login */
	bool odd;		/* something came that no RFC speaks of */
};

struct session {
	struct pop3 *p;
	struct sasl_exchange *x;
	struct droplist list;
	struct reader r;
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e;

	(void)argc;
	(void)argv;
	sasl = sasl_new(&e);
	must(sasl != NULL);
	return 0;
}

/* Base64 to text; false when it is none. */
static bool
decoded(struct span s, struct buf *b)
{
	buf_init(b, 65536);
	return base64_decode(s, b) == 0;
}

static bool
is(const struct buf *b, const char *what, size_t n)
{
	return buf_len(b) == n && memcmp(buf_data(b), what, n) == 0;
}

/* As clients write them: words with one space between, no more than fit. */
static bool
usual(struct span line)
{
	size_t i;

	for (i = 0; i < line.len; i++)
		if (line.ptr[i] < ' ' || line.ptr[i] > '~' ||
		    (line.ptr[i] == ' ' && (i == 0 || i + 1 == line.len ||
		    line.ptr[i + 1] == ' ')))
			return false;
	return line.len < 200;
}

static void
read_response(struct reader *r, struct span s)
{
	struct buf b;
	bool text = decoded(s, &b);
	int was = (int)r->await;

	r->await = NOTHING;
	if (text && was == PLAIN)
		r->may = is(&b, RIGHT, sizeof(RIGHT) - 1) ||
		    is(&b, RIGHT_SAME, sizeof(RIGHT_SAME) - 1);
	if (was == LOGIN_NAME || was == LOGIN_PASSWORD)
		r->odd = r->odd || !usual(buf_span(&b));
	if (text && was == LOGIN_NAME && buf_len(&b) > 0) {
		r->name_right = is(&b, USER, sizeof(USER) - 1);
		r->await = LOGIN_PASSWORD;
	}
	if (text && was == LOGIN_PASSWORD)
		r->may = r->name_right && is(&b, PASSWORD,
		    sizeof(PASSWORD) - 1);
	r->must = r->may;
	buf_free(&b);
}

static void
read_auth(struct reader *r, struct span args)
{
	struct span mech = span_word(&args);
	struct span response = span_rtrim(args);

	if (span_ieq(mech, "PLAIN"))
		r->await = PLAIN;
	else if (span_ieq(mech, "LOGIN"))
		r->await = LOGIN_NAME;
	if (r->await == NOTHING || response.len == 0)
		return;
	if (span_has(response, ' ') || span_eq(response, "="))
		r->await = NOTHING;
	else
		read_response(r, response);
}

static void
read_line(struct reader *r, struct span line)
{
	struct span rest = line, verb = span_word(&rest);
	bool user_now = r->user_now;

	r->odd = r->odd || !usual(line);
	r->may = r->must = r->user_now = false;
	if (r->await != NOTHING)
		read_response(r, line);
	else if (span_ieq(verb, "AUTH"))
		read_auth(r, rest);
	else if (span_ieq(verb, "USER")) {
		r->user_now = span_eq(rest, USER);
		r->user_right = r->user_now ||
		    (r->user_right && rest.len == 0);
	} else if (span_ieq(verb, "PASS")) {
		r->may = r->user_right && span_eq(rest, PASSWORD);
		r->must = r->may && user_now;
		r->user_right = r->user_right && rest.len == 0;
	}
}

/* The least that must be true of a line that logs in, however odd. */
static bool
has_password(struct span line)
{
	size_t n, k = sizeof(PASSWORD) - 1;
	struct buf b;
	bool has;

	line = span_rtrim(line);
	n = line.len;
	while (n > 0 && line.ptr[n - 1] != ' ')
		n--;
	has = decoded(span_mem(line.ptr + n, line.len - n), &b) &&
	    memmem(buf_data(&b), buf_len(&b), PASSWORD, k) != NULL;
	buf_free(&b);
	return has || memmem(line.ptr, line.len, PASSWORD, k) != NULL;
}

static enum pop3_auth_result
check(struct span user, struct span authzid, struct span password)
{
	return span_eq(user, USER) && span_eq(password, PASSWORD) &&
	    (authzid.len == 0 || span_eq(authzid, USER)) ?
	    POP3_AUTH_OK : POP3_AUTH_FAIL;
}

static void
go_on(struct session *s, const struct span *in)
{
	enum pop3_auth_result result = POP3_AUTH_FAIL;
	struct sasl_claim c;
	enum sasl_step step;
	struct buf out;
	struct err e;

	buf_init(&out, SASL_CHALLENGE_MAX);
	step = sasl_step(s->x, in, &out, &e);
	must(step != SASL_FAULT);
	if (step == SASL_CLAIM) {
		c = sasl_claim(s->x);
		must(c.authid != NULL && c.authid[0] != '\0');
		result = check(span_of(c.authid), span_of(c.authzid),
		    c.password);
	} else if (step == SASL_MORE) {
		result = POP3_AUTH_MORE;
	}
	if (step != SASL_MORE)
		sasl_end(&s->x);
	pop3_give_auth(s->p, result, buf_span(&out));
	buf_free(&out);
}

static void
give_auth(struct session *s)
{
	const struct pop3_auth *a = pop3_auth(s->p);
	struct err e;

	switch (a->kind) {
	case POP3_AUTH_PASS:
		pop3_give_auth(s->p, check(a->user, span_of(""), a->data),
		    span_of(""));
		break;
	case POP3_AUTH_BEGIN:
		must(s->x == NULL && sasl_mech(a->mech) != NULL);
		s->x = sasl_begin(sasl, a->mech, &e);
		must(s->x != NULL);
		go_on(s, a->has_data ? &a->data : NULL);
		break;
	case POP3_AUTH_STEP:
		must(s->x != NULL);
		go_on(s, &a->data);
		break;
	default:
		must(a->kind == POP3_AUTH_ABORT && s->x != NULL);
		sasl_end(&s->x);
		pop3_give_auth(s->p, POP3_AUTH_FAIL, span_of(""));
		break;
	}
}

static void
read_replies(struct session *s)
{
	struct span out = pop3_out(s->p);
	size_t i;

	for (i = 0; i < out.len; i++) {
		must(out.ptr[i] != '\0');
		must(out.ptr[i] != '\n' || (i > 0 && out.ptr[i - 1] == '\r'));
	}
	must(memmem(out.ptr, out.len, PASSWORD, 6) == NULL);
	pop3_sent(s->p, out.len);
}

/* Serve until a line is wanted, or it is the end. */
static enum pop3_want
serve(struct session *s)
{
	enum pop3_want want;

	for (;;) {
		want = pop3_run(s->p);
		if (want == POP3_AUTH)
			give_auth(s);
		else if (want == POP3_DROP)
			pop3_give_drop(s->p, &s->list);
		else if (want == POP3_DRAIN)
			read_replies(s);
		else
			break;
	}
	must(pop3_memory(s->p) < 65536);
	return want;
}

/* One line as the engine and as the reader see it. */
static bool
feed_line(struct session *s, struct span line)
{
	enum pop3_want want;
	struct span text = line;
	bool in;

	if (pop3_feed(s->p, line.ptr, line.len) < line.len)
		return false;
	if (line.len == 0 || line.ptr[line.len - 1] != '\n')
		return false;
	want = serve(s);
	in = pop3_state(s->p) == POP3_TRANSACTION;
	text.len -= line.len > 1 && line.ptr[line.len - 2] == '\r' ? 2 : 1;
	read_line(&s->r, text);
	must(!in || has_password(text));
	must(s->r.odd || ((!in || s->r.may) && (in || !s->r.must)));
	read_replies(s);
	return want == POP3_INPUT && !in;
}

static void
talk(struct input *y)
{
	static const struct pop3_conf conf = { .mechs = mechs, .n_mechs = 2,
	    .expire_days = -2, .max_bad_before = 100000,
	    .max_bad_after = 100000, .max_auth = 100000, .out_high = 8192 };
	static const struct pop3_peer peer = { .tls = true };
	struct session s = { .x = NULL };
	struct droplist_maker m;
	struct buf block;
	struct err e;

	buf_init(&block, 4096);
	droplist_begin(&m);
	must(droplist_end(&m, &block) == 0 && droplist_view(&s.list,
	    buf_data(&block), buf_len(&block), &e) == 0);
	s.p = pop3_new(&conf, &peer);
	must(s.p != NULL);
	(void)serve(&s);
	read_replies(&s);
	while (y->at < y->end && feed_line(&s, input_line(y)))
		continue;
	sasl_end(&s.x);
	pop3_free(&s.p);
	buf_free(&block);
}

/* RFC 4616 section 2: [authzid] NUL authcid NUL passwd. */
static void
compare_plain(struct span in, enum sasl_step step,
    const struct sasl_exchange *x)
{
	const char *one = memchr(in.ptr, '\0', in.len), *two = NULL, *end;
	struct sasl_claim c;
	bool right;

	end = in.ptr + in.len;
	if (one != NULL)
		two = memchr(one + 1, '\0', (size_t)(end - one - 1));
	right = two != NULL && two > one + 1 &&
	    memchr(two + 1, '\0', (size_t)(end - two - 1)) == NULL;
	must(step != SASL_CLAIM || right);
	if (step != SASL_CLAIM)
		return;
	c = sasl_claim(x);
	must(strcmp(c.authid, one + 1) == 0);
	must(c.authzid[0] == '\0' || strcmp(c.authzid, in.ptr) == 0);
	must(c.password.len == (size_t)(end - two - 1));
	must(memcmp(c.password.ptr, two + 1, c.password.len) == 0);
}

static void
exchange(struct input *y)
{
	const struct pop3_mech *m = &mechs[input_octet(y) % 2];
	struct err e;
	struct sasl_exchange *x = sasl_begin(sasl, m->name, &e);
	enum sasl_step step;
	struct span in;
	struct buf out;
	int n = 0;

	must(x != NULL);
	buf_init(&out, SASL_CHALLENGE_MAX);
	do {
		in = input_octets(y, input_octet(y));
		step = sasl_step(x, n == 0 && in.len == 0 ? NULL : &in, &out,
		    &e);
		must(step != SASL_FAULT && n++ < 8);
		if (n == 1 && m == &mechs[0] && step != SASL_MORE)
			compare_plain(in, step, x);
	} while (step == SASL_MORE && y->at < y->end);
	if (step != SASL_MORE)
		must(sasl_step(x, &in, &out, &e) == SASL_REFUSED);
	buf_free(&out);
	sasl_end(&x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input y = { data, data + size };

	if (input_octet(&y) % 2 == 0)
		talk(&y);
	else
		exchange(&y);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	return grammar_lines(data, size, max, &d, 1, grammar_login);
}
