/*
 * fuzz_pop3.c - the POP3 engine under any peer and any session
 *
 * The input is a play: its first octet chooses the settings, then it is read
 * as the engine's wants come: a line for INPUT (or, behind an octet from 0xf0
 * on, so many octets), one octet for every answer.  Checked all the time:
 * one reply a line, replies well formed, output bounded, nobody in without an
 * OK, a message sent as it was given (I3), silence after CLOSE.
 */
#include "lib/base/droplist.h"
#include "lib/base/err.h"

#include "lib/proto/pop3.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

#define MESSAGES	5
#define LINE_ROOM	32768
#define STAMP	"<1896.697170952@dbc.mtview.ca.us>"

struct play {
	const uint8_t *at, *end;
	struct pop3_conf conf;
	struct pop3 *p;
	struct droplist list;
	struct buf block;
	char line[LINE_ROOM];	/* reply line being read */
	size_t line_len;
	size_t read;		/* octets of pop3_out() read already */
	uint64_t lines, replies;
	bool body, auth_ok;
	bool retr;		/* the body is a whole message */
	bool taken;		/* XTND XMIT was begun: its lines are no
				 * commands, and no longer counted */
	uint32_t message;	/* turn of the message that is given */
	struct buf given;	/* it, as the store has it */
	struct buf sent;	/* as it came out, without the added dots */
	bool partial;		/* the octet fed last did not end a line */
};

/* What a trace shows is printable, and of a password nothing at all (I10). */
static void
on_trace(enum trace_dir dir, struct span text, void *arg)
{
	size_t i;

	(void)arg;
	must(text.len > 0 && text.len < 1200);
	for (i = 0; i < text.len; i++)
		must(text.ptr[i] >= ' ' && text.ptr[i] <= '~');
	if (dir == TRACE_SERVER || text.len < 4)
		return;
	if (memcmp(text.ptr, "PASS", 4) == 0 ||
	    memcmp(text.ptr, "APOP", 4) == 0)
		must(text.len == 4 || span_eq(span_mem(text.ptr + 4,
		    text.len - 4), " ..."));
}

static uint8_t
take(struct play *y)
{
	return y->at < y->end ? *y->at++ : 0;
}

static bool
begins(const struct play *y, const char *with)
{
	size_t n = strlen(with);

	return y->line_len >= n && memcmp(y->line, with, n) == 0;
}

static bool
has(const struct play *y, const char *what)
{
	return memmem(y->line, y->line_len, what, strlen(what)) != NULL;
}

/* A first line behind which a body comes. */
static bool
opens_body(const struct play *y)
{
	if (!begins(y, "+OK "))
		return false;
	return has(y, " follow") || has(y, " octets\r") ||
	    (has(y, " messages (") && !has(y, "maildrop"));
}

/* A plain second writer of wire.h's rules. */
static void
add_wire(struct buf *b, struct span s, bool no_nuls)
{
	bool separated = false;
	size_t i, bol = 0;
	char c;

	for (i = 0; i < s.len; i++) {
		c = s.ptr[i] == '\0' && no_nuls ? (char)0x80 : s.ptr[i];
		if (c == '\n' && (i == 0 || s.ptr[i - 1] != '\r'))
			must(buf_addc(b, '\r') == 0);
		must(buf_addc(b, c) == 0);
		if (c != '\n')
			continue;
		separated = separated || i == bol ||
		    (i == bol + 1 && s.ptr[bol] == '\r');
		bol = i + 1;
	}
	if (bol < s.len)
		must(buf_adds(b, "\r\n") == 0);
	if (!separated)
		must(buf_adds(b, "\r\n") == 0);
}

static void
compare_message(struct play *y)
{
	struct buf want;

	buf_init(&want, LINE_ROOM * 2);
	add_wire(&want, buf_span(&y->given), y->conf.no_nuls);
	must(buf_len(&want) == buf_len(&y->sent));
	must(memcmp(buf_data(&want), buf_data(&y->sent),
	    buf_len(&want)) == 0);
	buf_free(&want);
}

static void
read_body(struct play *y)
{
	size_t dot = y->line[0] == '.';

	y->body = !(y->line_len == 3 && dot);
	must(!y->body || !dot || y->line[1] == '.');
	if (y->body && y->retr)
		must(buf_add(&y->sent, y->line + dot, y->line_len - dot) == 0);
	else if (y->retr)
		compare_message(y);
}

static void
read_line(struct play *y)
{
	must(y->line_len >= 2 && y->line[y->line_len - 2] == '\r');
	if (y->body) {
		read_body(y);
		return;
	}
	must(begins(y, "+OK") || begins(y, "-ERR ") || begins(y, "+ "));
	y->replies++;
	y->body = opens_body(y);
	y->retr = y->body && has(y, " octets\r");
	buf_eat(&y->sent, buf_len(&y->sent));
}

/* Read what was put out since the last time. */
static void
read_out(struct play *y)
{
	struct span out = pop3_out(y->p);

	for (; y->read < out.len; y->read++) {
		must(y->line_len < sizeof(y->line));
		y->line[y->line_len++] = out.ptr[y->read];
		if (out.ptr[y->read] == '\n') {
			read_line(y);
			y->line_len = 0;
		}
	}
}

static void
send_some(struct play *y, size_t n)
{
	size_t waits = pop3_out(y->p).len;

	if (n > waits)
		n = waits;
	pop3_sent(y->p, n);
	y->read -= n;
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
	n = pop3_feed(y->p, y->at, n);
	for (i = 0; i < n; i++)
		y->lines += y->at[i] == '\n';
	if (n > 0)
		y->partial = y->at[n - 1] != '\n';
	y->at += n;
}

/* Sometimes more comes before the handshake does. */
static void
give_tls(struct play *y)
{
	uint8_t c = take(y);

	if (c % 8 == 7 && y->at < y->end)
		feed(y);
	else
		pop3_give_tls(y->p, c % 4 != 0);
}

static void
give_auth(struct play *y)
{
	static const enum pop3_auth_result all[] = { POP3_AUTH_OK,
		POP3_AUTH_MORE, POP3_AUTH_FAIL, POP3_AUTH_TEMP,
		POP3_AUTH_PERM, POP3_AUTH_DELAY };
	const struct pop3_auth *a = pop3_auth(y->p);
	enum pop3_auth_result r = all[take(y) % 6];
	size_t n = r == POP3_AUTH_MORE ? take(y) : 0;

	must(a->mech != NULL && a->user.ptr != NULL && a->data.ptr != NULL);
	must(a->kind != POP3_AUTH_PASS ||
	    (a->user.len > 0 && a->data.len > 0));
	must(memchr(a->user.ptr, '\n', a->user.len) == NULL);
	must(a->kind != POP3_AUTH_APOP || (a->user.len > 0 &&
	    a->data.len > 0 && span_eq(pop3_stamp(y->p), STAMP)));
	if (n > (size_t)(y->end - y->at))
		n = (size_t)(y->end - y->at);
	y->auth_ok = y->auth_ok ||
	    (r == POP3_AUTH_OK && a->kind != POP3_AUTH_ABORT);
	pop3_give_auth(y->p, r, span_mem(y->at, n));
	pop3_permit_xmit(y->p, r == POP3_AUTH_OK);
}

static void
give_drop(struct play *y)
{
	uint8_t c = take(y);

	must(y->auth_ok);
	if (c % 4 == 3)
		y->auth_ok = false;
	if (c % 4 == 3)
		pop3_give_drop_fault(y->p, (enum pop3_drop_fault)(c / 4 % 3),
		    c - 40);
	else
		pop3_give_drop(y->p, &y->list);
}

static void
give_msg(struct play *y)
{
	const struct pop3_msg *m = pop3_msg(y->p);
	uint8_t c = take(y);
	size_t n = c / 4;

	must(m->number >= 1 && m->number <= MESSAGES);
	must(pop3_state(y->p) == POP3_TRANSACTION);
	if (n > (size_t)(y->end - y->at))
		n = (size_t)(y->end - y->at);
	if (m->turn != y->message)
		buf_eat(&y->given, buf_len(&y->given));
	y->message = m->turn;
	if (c % 16 == 15) {
		pop3_give_msg_fault(y->p, c / 16 % 2 == 0);
		return;
	}
	if (c % 16 == 14 && pop3_may_pass(y->p)) {
		must(buf_adds(&y->given, "it passes\r\n") == 0);
		pop3_give_passed(y->p, 0, span_of("it passes\r\n"),
		    c / 16 % 2 == 0);
		return;
	}
	must(buf_add(&y->given, y->at, n) == 0);
	pop3_give_msg(y->p, y->at, n, c % 4 == 0);
	y->at += n;
}

static void
give_xmit(struct play *y)
{
	static const enum pop3_xmit_result all[] = { POP3_XMIT_GO,
		POP3_XMIT_GO, POP3_XMIT_TEMP, POP3_XMIT_PERM };
	const struct pop3_xmit *x = pop3_xmit(y->p);

	must(y->auth_ok && pop3_state(y->p) == POP3_TRANSACTION);
	must(x->kind != POP3_XMIT_DATA ||
	    (x->data.len > 0 && x->data.len <= POP3_XMIT_BLOCK));
	y->taken = true;
	pop3_give_xmit(y->p, x->kind == POP3_XMIT_ABORT ? POP3_XMIT_GO :
	    all[take(y) % 4], span_of("id"));
}

static void
give_commit(struct play *y)
{
	uint32_t count, i, bits = 0;
	const uint8_t *marks = pop3_deleted(y->p, &count);

	must(y->auth_ok && count > 0 && marks != NULL);
	for (i = 0; i < MESSAGES; i++)
		bits += marks[i / 8] >> (i & 7) & 1;
	must(bits == count);
	pop3_give_commit(y->p, take(y) % 2 == 0);
}

/* After CLOSE nothing said or answered brings another octet. */
static void
stay_silent(struct play *y)
{
	size_t waits = pop3_out(y->p).len;

	pop3_feed(y->p, "QUIT\r\n", 6);
	pop3_give_auth(y->p, POP3_AUTH_OK, span_of(""));
	pop3_give_drop(y->p, &y->list);
	pop3_give_msg(y->p, "x", 1, true);
	pop3_give_commit(y->p, true);
	pop3_abort(y->p, "late");
	must(pop3_run(y->p) == POP3_CLOSE);
	must(pop3_out(y->p).len == waits);
}

static void
check_always(struct play *y, enum pop3_want want)
{
	read_out(y);
	must(pop3_out(y->p).len <= y->conf.out_high + LINE_ROOM);
	must(pop3_memory(y->p) <= y->conf.out_high + 4 * LINE_ROOM);
	must(pop3_state(y->p) == POP3_AUTHORIZATION || y->auth_ok);
	must(y->replies <= y->lines + 2);
	/* S-20: nothing that came in the clear is left for TLS. */
	must(want != POP3_TLS || !y->partial);
	if (want == POP3_TLS || want == POP3_INPUT)
		must(y->taken || y->replies == y->lines + 1);
	if (want == POP3_INPUT)
		must(!y->body && y->line_len == 0);
}

/* One want served; false at the end of the play. */
static bool
turn(struct play *y)
{
	enum pop3_want want = pop3_run(y->p);

	check_always(y, want);
	if (want == POP3_DRAIN)
		send_some(y, (size_t)take(y) + 1);
	else if (want == POP3_CLOSE)
		stay_silent(y);
	else if (y->at == y->end)
		return false;
	else if (want == POP3_INPUT)
		feed(y);
	else if (want == POP3_TLS)
		give_tls(y);
	else if (want == POP3_AUTH)
		give_auth(y);
	else if (want == POP3_DROP)
		give_drop(y);
	else if (want == POP3_MSG)
		give_msg(y);
	else if (want == POP3_XMIT)
		give_xmit(y);
	else
		give_commit(y);
	return want != POP3_CLOSE;
}

static void
make_list(struct play *y)
{
	static const char *const uidls[MESSAGES] = { "a", "b", "c", "d", "e" };
	struct droplist_maker m;
	struct err e;
	int i;

	buf_init(&y->block, 4096);
	droplist_begin(&m);
	for (i = 0; i < MESSAGES; i++)
		droplist_add(&m, (uint64_t)1 << (8 * i), span_of(uidls[i]));
	must(droplist_end(&m, &y->block) == 0);
	must(droplist_view(&y->list, buf_data(&y->block),
	    buf_len(&y->block), &e) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct pop3_mech mechs[] = { { "SCRAM-SHA-256", false },
		{ "PLAIN", true }, { "LOGIN", true } };
	static struct play y;
	struct pop3_peer peer;
	uint8_t c;

	memset(&y, 0, sizeof(y));
	y.at = data;
	y.end = data + n;
	c = take(&y);
	y.conf = (struct pop3_conf){ .mechs = mechs, .n_mechs = 3,
	    .xmit = true, .xmit_max = 1000, .starttls = c & 1, .last = c & 2, .no_nuls = c & 4,
	    .auto_deny = c & 8, .expire_days = -2, .max_bad_before = 50,
	    .max_bad_after = 50, .max_auth = 20,
	    .out_high = c & 16 ? 64 : 8192 };
	peer = (struct pop3_peer){ .tls = c & 32, .plaintext_ok = !(c & 64),
	    .stamp = c & 128 ? STAMP : NULL };
	make_list(&y);
	buf_init(&y.given, 65536);
	buf_init(&y.sent, 4 * 65536);
	y.p = pop3_new(&y.conf, &peer);
	must(y.p != NULL);
	pop3_trace(y.p, on_trace, NULL);
	while (turn(&y))
		continue;
	pop3_free(&y.p);
	buf_free(&y.given);
	buf_free(&y.sent);
	buf_free(&y.block);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	return grammar_lines(data, size, max, &d, 1, grammar_pop3);
}
