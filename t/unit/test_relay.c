/*
 * test_relay.c - relay over its channel, as front sees it; the header that it
 * makes of a client's; its reports
 */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/net/frame.h"

#include "pop3srvd/relay/compose.h"
#include "pop3srvd/relay/link.h"
#include "pop3srvd/relay/report.h"

#include "t/unit/unit.h"

static const unsigned char key[TICKET_KEY] = "known to auth and relay";

static char top[64], sendmail[128], hostname[] = "mail.example.org";
static char empty[] = "", retry[] = "1h", *retries[] = { retry };
static struct conf conf;
static struct loop *l;
static struct log_out *out;
static struct desk_env desk;
static struct links links;
static struct channel *front;
static struct timer limit;

static struct got {
	int n;
	bool gone;
	uint32_t id;
	enum msg_xmit_outcome outcome;
	char text[512];
	uint32_t waiting;
} got;
static int wanted;

static void
on_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct msg_xmit_answer a;
	struct msg_queue q;

	(void)ch;
	(void)arg;
	if (f->type == MSG_XMIT_QUEUE) {
		ck_assert_int_eq(msg_queue_unpack(&q, f->body), 0);
		got.waiting = q.messages;
		return;
	}
	ck_assert_uint_eq(f->type, MSG_XMIT_ANSWER);
	ck_assert_int_eq(msg_xmit_answer_unpack(&a, f->body), 0);
	got.n++;
	got.id = f->id;
	got.outcome = a.outcome;
	snprintf(got.text, sizeof(got.text), "%s", a.text);
	if (got.n == wanted)
		loop_stop(l);
}

static void
on_gone(struct channel *ch, void *arg)
{
	(void)ch;
	(void)arg;
	got.gone = true;
	loop_stop(l);
}

static void
on_limit(struct loop *lp, struct timer *t)
{
	(void)t;
	loop_stop(lp);
}

static void
connect_front(void)
{
	static const struct channel_ops ops = { on_frame, on_gone };
	int fds[2];

	ck_assert_int_eq(channel_pair(fds, NULL), 0);
	front = channel_new(l, fds[0], &ops, NULL);
	ck_assert_ptr_nonnull(front);
	ck_assert_int_eq(links_add(&links, 0, fds[1]), 0);
}

static void
fill_conf(void)
{
	conf.state_dir = top;
	conf.libexec_dir = top;
	conf.server.hostname = hostname;
	conf.relay = (struct conf_relay){ .smart_host = empty,
		.sendmail = sendmail, .helo_name = empty,
		.masquerade_domain = empty, .max_size = 100000,
		.max_recipients = 3, .per_hour = 100, .queue_length = 10,
		.retries = { retries, 1 }, .expire = 1000000,
		.processes = 1, .timeout = 10000 };
	conf.relay.to.ca_file = conf.relay.to.user =
	    conf.relay.to.password_file = empty;
}

/* A mailer that keeps its first argument behind "--" and its input. */
static void
make_sendmail(void)
{
	FILE *f;

	snprintf(sendmail, sizeof(sendmail), "%s/sendmail", top);
	f = fopen(sendmail, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "#!/bin/sh\ncat >%s/out.$$\nmv %s/out.$$ %s/sent\n", top,
	    top, top);
	fclose(f);
	ck_assert_int_eq(chmod(sendmail, 0755), 0);
}

static void
setup(void)
{
	char path[80];
	struct err e;

	strcpy(top, "/tmp/test_relay.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/spool", top);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	make_sendmail();
	fill_conf();
	memset(&got, 0, sizeof(got));
	memset(&links, 0, sizeof(links));
	l = loop_new(NULL);
	out = log_out_new();
	log_out_level(out, LOG_LEVEL_ERROR);
	desk = (struct desk_env){ .loop = l, .log = out, .conf = &conf,
		.rate = rate_new(), .spool = made(spool_open(top, &e)),
		.key = key };
	desk.queue = queue_new(l, out, desk.spool, &conf);
	ck_assert(desk.rate != NULL && desk.queue != NULL);
	links_begin(&links, &desk);
	limit.due = on_limit;
	connect_front();
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

static void
teardown(void)
{
	channel_free(&front);
	links_end(&links);
	queue_free(&desk.queue);
	spool_close(&desk.spool);
	rate_free(&desk.rate);
	timer_stop(l, &limit);
	log_out_free(&out);
	loop_free(&l);
	nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
await(int n, int64_t ms)
{
	got.n = 0;
	wanted = n;
	timer_after(l, &limit, ms);
	ck_assert_int_eq(loop_run(l, NULL), 0);
	timer_stop(l, &limit);
}

static void
say(uint16_t type, uint32_t sid, struct span body)
{
	ck_assert_ptr_nonnull(front);
	ck_assert_int_eq(channel_send(front, type, sid, body, -1), 0);
}

static const char *account = "anna@example.org";

static void
open_as(uint32_t sid, const char *addresses, int64_t expires,
    const unsigned char *with)
{
	const struct ticket t = { account, "example.org/anna", 0,
		expires, addresses };
	struct msg_xmit_open m = { .session = "1", .listener = "pop3s",
		.hostname = "pop.example.org", .tls = true };
	struct buf ticket, b;

	buf_init(&ticket, 4096);
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(ticket_write(&t, with, &ticket), 0);
	m.sender = buf_span(&ticket);
	ck_assert_int_eq(addr_parse("192.0.2.7", &m.peer, NULL), 0);
	ck_assert_int_eq(msg_xmit_open_pack(&m, &b), 0);
	say(MSG_XMIT_OPEN, sid, buf_span(&b));
	buf_free(&ticket);
	buf_free(&b);
}

static void
open_one(uint32_t sid)
{
	open_as(sid, "a@alias.example", INT64_MAX, key);
	await(1, 5000);
	ck_assert_int_eq(got.outcome, MSG_XMIT_GO);
}

static void
answered(enum msg_xmit_outcome outcome, const char *text)
{
	await(1, 5000);
	ck_assert_int_eq(got.n, 1);
	ck_assert_msg(got.outcome == outcome, "%s", got.text);
	ck_assert_msg(strstr(got.text, text) != NULL, "%s", got.text);
}

#define HEAD	"From: anna@example.org\r\nTo: b@c.example\r\n"

static bool
spool_is_empty(void)
{
	char command[160];

	snprintf(command, sizeof(command),
	    "test \"$(ls %s/spool)\" = badmail", top);
	return system(command) == 0;
}

START_TEST(a_message_is_taken_and_sent)
{
	char path[96], text[2048];
	size_t n;
	FILE *f;

	open_one(7);
	say(MSG_XMIT_DATA, 7, span_of(HEAD "\r\nbody\r"));
	answered(MSG_XMIT_GO, "");
	say(MSG_XMIT_DATA, 7, span_of("\n.\r\nlast"));
	answered(MSG_XMIT_GO, "");
	say(MSG_XMIT_END, 7, span_of(""));
	answered(MSG_XMIT_GO, "");
	ck_assert_uint_eq(strlen(got.text), ENVELOPE_ID);
	await(99, 3000);
	ck_assert(spool_is_empty());
	ck_assert_uint_eq(got.waiting, 0);
	snprintf(path, sizeof(path), "%s/sent", top);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	ck_assert_msg(strstr(text, "\n\nbody\n.\nlast\n") != NULL, "%s", text);
	ck_assert(strchr(text, '\r') == NULL);
	ck_assert(strncmp(text, "Received: from [192.0.2.7] (account "
	    "anna@example.org)\n\tby pop.example.org (pop3srvd) with POP3S "
	    "id ", 90) == 0);
}
END_TEST

START_TEST(a_ticket_must_be_right)
{
	unsigned char other[TICKET_KEY] = "of drop";

	open_as(1, "", INT64_MAX, other);
	answered(MSG_XMIT_PERM, "may not send");
	open_as(1, "", 1, key);
	answered(MSG_XMIT_PERM, "may not send");
	desk.key = NULL;
	open_as(1, "", INT64_MAX, key);
	answered(MSG_XMIT_TEMP, "try again later");
}
END_TEST

/* However many sessions begin before one has ended. */
START_TEST(sessions_at_once_have_one_allowance)
{
	conf.relay.per_hour = 2;
	open_one(1);
	open_one(2);
	open_as(3, "", INT64_MAX, key);
	answered(MSG_XMIT_TEMP, "in the last hour");
	say(MSG_XMIT_ABORT, 1, span_of(""));
	open_one(3);
	say(MSG_XMIT_DATA, 3, span_of("To: <\r\n\r\n"));
	answered(MSG_XMIT_PERM, "does not end");
	open_one(4);
	open_as(5, "", INT64_MAX, key);
	answered(MSG_XMIT_TEMP, "in the last hour");
}
END_TEST

START_TEST(a_name_that_is_no_address_sends_nothing)
{
	static const char *const names[] = { "an na@example.org",
		"a><b@example.org", "m\303\274ller@example.org",
		"-oQ/tmp@example.org", "anna" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		account = names[i];
		open_as(1, "", INT64_MAX, key);
		answered(MSG_XMIT_PERM, "no address");
	}
	account = "anna@example.org";
}
END_TEST

START_TEST(caps_are_told_before_the_message)
{
	conf.relay.sendmail = empty;
	open_as(1, "", INT64_MAX, key);
	answered(MSG_XMIT_TEMP, "not set up");
	conf.relay.sendmail = sendmail;
	conf.relay.queue_length = 0;
	open_as(1, "", INT64_MAX, key);
	answered(MSG_XMIT_TEMP, "too many messages wait");
	conf.relay.queue_length = 10;
	conf.relay.min_free = INT64_MAX;
	open_as(1, "", INT64_MAX, key);
	answered(MSG_XMIT_TEMP, "no room");
	conf.relay.min_free = 0;
	open_one(1);
}
END_TEST

static const struct {
	const char *what, *text, *why;
} refused[] = {
	{ "bare LF", HEAD "\r\na\nb\r\n", "a LF without its CR" },
	{ "bare CR", HEAD "\r\na\rb\r\n", "a CR without its LF" },
	{ "lone LF in the header", "From: anna@example.org\nTo: b@c.d\r\n\r\n",
	    "a LF without its CR" },
	{ "forged", "From: eve@example.org\r\nTo: b@c.d\r\n\r\n", "none of" },
	{ "one author forged", "From: anna@example.org, eve@b.c\r\n"
	    "To: b@c.d\r\n\r\n", "none of" },
	{ "name of another", "From: anna@example.org <eve@b.c>\r\nTo: b@c.d"
	    "\r\n\r\n", "From" },
	{ "From without anybody", "From: nobody:;\r\nTo: b@c.d\r\n\r\n",
	    "names nobody" },
	{ "two From", "From: anna@example.org\r\nFrom: eve@b.c\r\nTo: b@c.d"
	    "\r\n\r\n", "more than one From" },
	{ "Sender forged", HEAD "Sender: eve@b.c\r\n\r\n", "Sender" },
	{ "Resent-From forged", HEAD "Resent-From: eve@b.c\r\n\r\n",
	    "Resent-From" },
	{ "blank before the colon", "From : eve@b.c\r\nTo: b@c.d\r\n\r\n",
	    "none of" },
	{ "no recipient", "From: anna@example.org\r\n\r\n", "no recipient" },
	{ "too many", "To: a@b.c, d@e.f, g@h.i, j@k.l\r\n\r\n",
	    "more than 3 recipients" },
	{ "unreadable", "To: <a@b.c\r\n\r\n", "does not end" },
	{ "no field", "To: a@b.c\r\nthis is text\r\n\r\n", "no header field" },
};

START_TEST(refuses)
{
	open_one(3);
	say(MSG_XMIT_DATA, 3, span_of(refused[_i].text));
	await(1, 5000);
	ck_assert_msg(got.outcome == MSG_XMIT_PERM &&
	    strstr(got.text, refused[_i].why) != NULL, "%s: %s",
	    refused[_i].what, got.text);
	ck_assert(spool_is_empty());
	/* it is forgotten: the same session may begin anew */
	open_one(3);
}
END_TEST

START_TEST(size_has_a_limit)
{
	static char big[30000];

	memset(big, 'x', sizeof(big));
	open_one(3);
	say(MSG_XMIT_DATA, 3, span_of(HEAD "\r\n"));
	answered(MSG_XMIT_GO, "");
	say(MSG_XMIT_DATA, 3, span_mem(big, sizeof(big)));
	answered(MSG_XMIT_GO, "");
	say(MSG_XMIT_DATA, 3, span_mem(big, sizeof(big)));
	answered(MSG_XMIT_GO, "");
	say(MSG_XMIT_DATA, 3, span_mem(big, sizeof(big)));
	answered(MSG_XMIT_GO, "");
	say(MSG_XMIT_DATA, 3, span_mem(big, sizeof(big)));
	answered(MSG_XMIT_PERM, "larger than 100000 octets");
	ck_assert(spool_is_empty());
}
END_TEST

START_TEST(an_abort_leaves_nothing)
{
	open_one(3);
	say(MSG_XMIT_DATA, 3, span_of(HEAD "\r\nhalf"));
	answered(MSG_XMIT_GO, "");
	ck_assert(!spool_is_empty());
	say(MSG_XMIT_ABORT, 3, span_of(""));
	open_one(3);
	say(MSG_XMIT_DATA, 3, span_of(HEAD "\r\nhalf"));
	answered(MSG_XMIT_GO, "");
	/* front dies */
	channel_free(&front);
	await(1, 200);
	ck_assert(spool_is_empty());
	ck_assert(!links.broken);
}
END_TEST

START_TEST(what_another_relay_knew_is_lost)
{
	say(MSG_XMIT_DATA, 9, span_of("x\r\n"));
	answered(MSG_XMIT_TEMP, "lost");
	say(MSG_XMIT_END, 9, span_of(""));
	answered(MSG_XMIT_TEMP, "lost");
}
END_TEST

/* F-17: an answer that cannot be sent must not be waited for. */
START_TEST(answers_that_are_not_taken_end_it)
{
	int i, k;

	channel_pause(front, true);
	for (i = 0; i < 400 && !links.broken; i++) {
		for (k = 0; k < 500; k++)
			(void)channel_send(front, MSG_XMIT_DATA, 9,
			    span_of("x"), -1);
		await(1, 20);
	}
	ck_assert(links.broken);
}
END_TEST

START_TEST(strange_frames_end_the_channel)
{
	say(MSG_DROP_COMMIT, 9, span_of(""));
	await(1, 5000);
	ck_assert(links.broken);
}
END_TEST

START_TEST(the_same_session_cannot_open_twice)
{
	open_one(3);
	open_as(3, "", INT64_MAX, key);
	await(1, 5000);
	ck_assert(links.broken);
}
END_TEST

static const struct compose facts = { .account = "anna@example.org",
	.addresses = "a@alias.example info@example.org",
	.hostname = "mail.example.org", .tls = true,
	.now = INT64_C(1795300000000), .max_rcpts = 100 };

static const struct {
	const char *what, *header, *has, *lacks, *rcpts;
} composed[] = {
	{ "nothing to add", "From: anna@example.org\nTo: b@c.d\nDate: x\n"
	    "Message-ID: <y>\n\n", "Date: x\nMessage-ID: <y>\n\n", "Sender",
	    "b@c.d" },
	{ "all to add", "To: b@c.d\n\n", "To: b@c.d\nFrom: <anna@example.org>"
	    "\nDate: Sat, 21 Nov 2026 22:26:40 +0000\nMessage-ID: <abcdefgh."
	    "1795300000@mail.example.org>\n\n", "Sender", "b@c.d" },
	{ "no empty line", "To: b@c.d", "To: b@c.d\nFrom:", "\n\n\n",
	    "b@c.d" },
	{ "an alias writes", "From: A <A@Alias.Example>\nTo: b@c.d\n\n",
	    "From: A <A@Alias.Example>\n", "Sender", "b@c.d" },
	{ "two own authors", "From: anna@example.org, info@example.org\n"
	    "To: b@c.d\n\n", "Sender: <anna@example.org>\n", "xx", "b@c.d" },
	{ "Bcc goes, folds too", "To: b@c.d\nBCC: e@f.g,\n\th@i.j\n"
	    "Subject: s\n\n", "To: b@c.d\nSubject: s\n", "e@f.g",
	    "b@c.d e@f.g h@i.j" },
	{ "only Bcc", "Bcc: e@f.g\n\n", "From:", "e@f.g", "e@f.g" },
	{ "twice is once", "To: b@c.d, B <b@C.D>\nCc: b@c.d\n\n", "To:", "xx",
	    "b@c.d" },
	{ "sent again", "From: anna@example.org\nTo: old@c.d\n"
	    "Resent-To: new@c.d\nResent-Bcc: hid@c.d\n\n", "To: old@c.d\n",
	    "hid@c.d", "new@c.d hid@c.d" },
	{ "Return-Path goes", "Return-Path: <x@y.z>\nTo: b@c.d\n\n", "To:",
	    "x@y.z", "b@c.d" },
	{ "an mbox line goes", "From x@y.z Sat Nov 21\nTo: b@c.d\n\n", "To:",
	    "x@y.z", "b@c.d" },
	{ "old ways stay", "Received: a\nX-B: 1\n\t2\nTo: b@c.d\n\n",
	    "Received: a\nX-B: 1\n\t2\nTo: b@c.d\n", "xx", "b@c.d" },
};

static void
join(const struct envelope *v, char *to, size_t n)
{
	size_t i;

	to[0] = '\0';
	for (i = 0; i < v->n_rcpts; i++)
		snprintf(to + strlen(to), n - strlen(to), "%s%s",
		    i == 0 ? "" : " ", v->rcpts[i].address);
}

START_TEST(composes)
{
	struct envelope *v = envelope_new("abcdefgh");
	char rcpts[256], *text;
	struct buf b;
	struct err e;

	buf_init(&b, 65536);
	ck_assert_msg(compose_header(&facts, span_of(composed[_i].header), v,
	    &b, &e) == 0, "%s: %s", composed[_i].what, e.text);
	text = span_dup(buf_span(&b));
	join(v, rcpts, sizeof(rcpts));
	ck_assert_msg(strstr(text, composed[_i].has) != NULL, "%s: %s",
	    composed[_i].what, text);
	ck_assert_msg(strstr(text, composed[_i].lacks) == NULL, "%s: %s",
	    composed[_i].what, text);
	ck_assert_str_eq(rcpts, composed[_i].rcpts);
	ck_assert(strcmp(text + strlen(text) - 2, "\n\n") == 0);
	free(text);
	buf_free(&b);
	envelope_free(&v);
}
END_TEST

/* 15 hops are a loop, 14 a long way. */
START_TEST(a_loop_is_seen)
{
	struct envelope *v;
	struct buf in, b;
	struct err e;
	int n, i;

	for (n = 14; n <= 15; n++) {
		v = envelope_new("abcdefgh");
		buf_init(&in, 65536);
		buf_init(&b, 65536);
		for (i = 0; i < n; i++)
			ck_assert_int_eq(buf_adds(&in, "Received: x\n"), 0);
		ck_assert_int_eq(buf_adds(&in, "To: b@c.d\n\n"), 0);
		ck_assert_int_eq(compose_header(&facts, buf_span(&in), v, &b,
		    &e), n == 14 ? 0 : -1);
		buf_free(&in);
		buf_free(&b);
		envelope_free(&v);
	}
	ck_assert_ptr_nonnull(strstr(e.text, "loop"));
}
END_TEST

START_TEST(a_report_has_room_for_everybody)
{
	struct envelope *v = envelope_new("abcdefgh");
	struct report r = { .id = "12345678", .about = v,
		.header = span_of("Subject: s\n"), .hostname = "h.example" };
	char to[255], said[ENVELOPE_WORDS + 1];
	struct buf b;
	size_t i;

	memset(to, 'a', sizeof(to) - 1);
	to[sizeof(to) - 1] = '\0';
	memset(said, 'b', ENVELOPE_WORDS);
	said[ENVELOPE_WORDS] = '\0';
	ck_assert_int_eq(envelope_say(&v->sender, "anna@example.org"), 0);
	for (i = 0; i < ENVELOPE_RCPTS; i++) {
		ck_assert_int_eq(envelope_add(v, to), 0);
		ck_assert_int_eq(envelope_say(&v->rcpts[i].words, said), 0);
		v->rcpts[i].state = RCPT_FAILED;
	}
	buf_init(&b, REPORT_MAX);
	ck_assert_int_eq(report_write(&r, &b), 0);
	buf_free(&b);
	envelope_free(&v);
}
END_TEST

/* What a smart host says cannot become a field or a part of its own. */
START_TEST(reports_hold_what_hosts_say)
{
	struct envelope *v = envelope_new("abcdefgh");
	struct report r = { .id = "12345678", .about = v,
		.header = span_of("Subject: s\n"), .hostname = "h.example",
		.now = INT64_C(1795300000000) };
	struct buf b;
	char *text;

	ck_assert_int_eq(envelope_say(&v->sender, "anna@example.org"), 0);
	ck_assert_int_eq(envelope_add(v, "x@y.z"), 0);
	ck_assert_int_eq(envelope_add(v, "fine@y.z"), 0);
	ck_assert_int_eq(envelope_say(&v->rcpts[0].words,
	    "550 no\r\n\r\n--=_12345678\nBcc: e@f.g\x01"), 0);
	v->rcpts[0].state = RCPT_FAILED;
	v->rcpts[1].state = RCPT_DONE;
	buf_init(&b, 65536);
	ck_assert_int_eq(report_write(&r, &b), 0);
	text = span_dup(buf_span(&b));
	ck_assert_ptr_nonnull(strstr(text, "x@y.z"));
	ck_assert_ptr_null(strstr(text, "fine@y.z"));
	ck_assert_ptr_null(strstr(text, "\nBcc:"));
	ck_assert_ptr_null(strchr(text, '\r'));
	ck_assert_ptr_nonnull(strstr(text, "\n\nSubject: s\n\n--=_12345678--\n"));
	free(text);
	buf_free(&b);
	envelope_free(&v);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_message_is_taken_and_sent);
	tcase_add_test(tc, a_ticket_must_be_right);
	tcase_add_test(tc, sessions_at_once_have_one_allowance);
	tcase_add_test(tc, a_name_that_is_no_address_sends_nothing);
	tcase_add_test(tc, caps_are_told_before_the_message);
	UNIT_ROWS(tc, refuses, refused);
	tcase_add_test(tc, size_has_a_limit);
	tcase_add_test(tc, an_abort_leaves_nothing);
	tcase_add_test(tc, what_another_relay_knew_is_lost);
	tcase_add_test(tc, answers_that_are_not_taken_end_it);
	tcase_add_test(tc, strange_frames_end_the_channel);
	tcase_add_test(tc, the_same_session_cannot_open_twice);
	UNIT_ROWS(tc, composes, composed);
	tcase_add_test(tc, a_loop_is_seen);
	tcase_add_test(tc, a_report_has_room_for_everybody);
	tcase_add_test(tc, reports_hold_what_hosts_say);
}

UNIT_MAIN("relay", add)
