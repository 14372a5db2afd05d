/*
 * test_msg.c - bodies of the frames: what goes in comes out, nothing else does
 */
#include <string.h>

#include "pop3srvd/ipc/msg.h"

#include "t/unit/unit.h"

#define ROUNDS	300

/* Memory for random strings; each case starts it anew. */
static char pool[8192];
static size_t used;

static uint32_t
rnd(void)
{
	static uint32_t x = 20261121;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static uint64_t
rnd64(void)
{
	return (uint64_t)rnd() << 32 | rnd();
}

/* S-21: the octets that other protocols take for separators come often. */
static char
octet(void)
{
	static const char sharp[] = "\t\n\r\0\x01=,:/ \"\\";

	return rnd() % 2 ? sharp[rnd() % (sizeof(sharp) - 1)] : (char)rnd();
}

static struct span
any_span(void)
{
	size_t n = rnd() % 60, i;
	char *at = pool + used;

	for (i = 0; i < n; i++)
		at[i] = octet();
	used += n;
	return span_mem(at, n);
}

static const char *
any_text(void)
{
	struct span s = any_span();
	char *at = pool + used - s.len;
	size_t i;

	for (i = 0; i < s.len; i++)
		if (at[i] == '\0')
			at[i] = '\t';
	pool[used++] = '\0';
	return at;
}

static bool
span_same(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 ||
	    memcmp(a.ptr, b.ptr, a.len) == 0);
}

static struct addr
any_addr(void)
{
	struct addr a;
	size_t i;

	memset(&a, 0, sizeof(a));
	for (i = 0; i < sizeof(a.ip); i++)
		a.ip[i] = (uint8_t)rnd();
	a.port = (uint16_t)rnd();
	a.local = rnd() % 2;
	return a;
}

/* One function a struct: fill one, and tell whether two are the same. */
union any {
	struct msg_conf conf;
	struct msg_channel channel;
	struct msg_control control;
	struct msg_ctl ctl;
	struct msg_ctl_reply ctl_reply;
	struct msg_auth auth;
	struct msg_auth_result auth_result;
	struct msg_drop_open drop_open;
	struct msg_fault fault;
	struct msg_fetch fetch;
	struct msg_message message;
	struct msg_ahead ahead;
	struct msg_verbatim verbatim;
	struct msg_mark mark;
	struct msg_committed committed;
	struct msg_change change;
	struct msg_xmit_open xmit_open;
	struct msg_xmit_answer xmit_answer;
	struct msg_queue queue;
	struct msg_audit audit;
	struct msg_line line;
};

#define CODEC(name) \
	static int \
	name##_put(const union any *m, struct buf *b) \
	{ \
		return msg_##name##_pack(&m->name, b); \
	} \
	static int \
	name##_get(union any *m, struct span body) \
	{ \
		return msg_##name##_unpack(&m->name, body); \
	}
CODEC(conf)
CODEC(channel)
CODEC(control)
CODEC(ctl)
CODEC(ctl_reply)
CODEC(auth)
CODEC(auth_result)
CODEC(drop_open)
CODEC(fault)
CODEC(fetch)
CODEC(message)
CODEC(ahead)
CODEC(verbatim)
CODEC(mark)
CODEC(committed)
CODEC(change)
CODEC(xmit_open)
CODEC(xmit_answer)
CODEC(queue)
CODEC(audit)
CODEC(line)

static void
conf_fill(union any *m)
{
	m->conf.first = rnd() % 2;
	m->conf.detached = rnd() % 2;
}

static bool
conf_same(const union any *a, const union any *b)
{
	return a->conf.first == b->conf.first &&
	    a->conf.detached == b->conf.detached;
}

static void
channel_fill(union any *m)
{
	m->channel.role = (enum role)(rnd() % (ROLE_LOG + 1));
	m->channel.index = rnd();
	m->channel.replaces = rnd() % 2;
}

static bool
channel_same(const union any *a, const union any *b)
{
	return a->channel.role == b->channel.role &&
	    a->channel.index == b->channel.index &&
	    a->channel.replaces == b->channel.replaces;
}

static void
control_fill(union any *m)
{
	m->control.uid = rnd();
}

static bool
control_same(const union any *a, const union any *b)
{
	return a->control.uid == b->control.uid;
}

static void
ctl_fill(union any *m)
{
	m->ctl.verb = any_text();
	m->ctl.args = any_span();
	m->ctl.uid = rnd();
	m->ctl.pid = rnd();
	m->ctl.role = rnd();
}

static bool
ctl_same(const union any *a, const union any *b)
{
	return strcmp(a->ctl.verb, b->ctl.verb) == 0 &&
	    span_same(a->ctl.args, b->ctl.args) &&
	    a->ctl.uid == b->ctl.uid && a->ctl.pid == b->ctl.pid &&
	    a->ctl.role == b->ctl.role;
}

static void
ctl_reply_fill(union any *m)
{
	m->ctl_reply.ok = rnd() % 2;
	m->ctl_reply.json = any_span();
}

static bool
ctl_reply_same(const union any *a, const union any *b)
{
	return a->ctl_reply.ok == b->ctl_reply.ok &&
	    span_same(a->ctl_reply.json, b->ctl_reply.json);
}

static void
auth_fill(union any *m)
{
	m->auth.mech = any_text();
	m->auth.user = any_span();
	m->auth.data = any_span();
	m->auth.has_data = rnd() % 2;
	m->auth.listener = any_text();
	m->auth.default_domain = any_text();
	m->auth.peer = any_addr();
	m->auth.tls = rnd() % 2;
	m->auth.binding_type = any_text();
	m->auth.binding = any_span();
}

static bool
auth_same(const union any *a, const union any *b)
{
	const struct msg_auth *x = &a->auth, *y = &b->auth;

	return strcmp(x->mech, y->mech) == 0 && span_same(x->user, y->user) &&
	    span_same(x->data, y->data) && x->has_data == y->has_data &&
	    strcmp(x->listener, y->listener) == 0 &&
	    strcmp(x->default_domain, y->default_domain) == 0 &&
	    addr_same_ip(&x->peer, &y->peer) && x->peer.port == y->peer.port &&
	    x->peer.local == y->peer.local && x->tls == y->tls &&
	    strcmp(x->binding_type, y->binding_type) == 0 &&
	    span_same(x->binding, y->binding);
}

static void
auth_result_fill(union any *m)
{
	m->auth_result.outcome =
	    (enum msg_auth_outcome)(rnd() % (MSG_AUTH_DELAY + 1));
	m->auth_result.user = any_text();
	m->auth_result.reason = any_text();
	m->auth_result.data = any_span();
	m->auth_result.sender = any_span();
	m->auth_result.seconds = rnd();
}

static bool
auth_result_same(const union any *a, const union any *b)
{
	const struct msg_auth_result *x = &a->auth_result, *y = &b->auth_result;

	return x->outcome == y->outcome && strcmp(x->user, y->user) == 0 &&
	    strcmp(x->reason, y->reason) == 0 && span_same(x->data, y->data) &&
	    span_same(x->sender, y->sender) && x->seconds == y->seconds;
}

static void
drop_open_fill(union any *m)
{
	m->drop_open.ticket = any_span();
	m->drop_open.wait_ms = rnd();
}

static bool
drop_open_same(const union any *a, const union any *b)
{
	return span_same(a->drop_open.ticket, b->drop_open.ticket) &&
	    a->drop_open.wait_ms == b->drop_open.wait_ms;
}

static void
fault_fill(union any *m)
{
	m->fault.class = (enum err_class)(rnd() % (ERR_BUG + 1));
	m->fault.age = (int64_t)rnd64();
	m->fault.number = rnd();
	m->fault.text = any_text();
}

static bool
fault_same(const union any *a, const union any *b)
{
	return a->fault.class == b->fault.class &&
	    a->fault.age == b->fault.age &&
	    a->fault.number == b->fault.number &&
	    strcmp(a->fault.text, b->fault.text) == 0;
}

static void
fetch_fill(union any *m)
{
	m->fetch.number = rnd();
	m->fetch.ahead = rnd();
}

static bool
fetch_same(const union any *a, const union any *b)
{
	return a->fetch.number == b->fetch.number &&
	    a->fetch.ahead == b->fetch.ahead;
}

static void
message_fill(union any *m)
{
	m->message.number = rnd();
	m->message.octets = rnd64();
	m->message.file_octets = rnd64();
	m->message.pipe = rnd() % 2;
}

static bool
message_same(const union any *a, const union any *b)
{
	return a->message.number == b->message.number &&
	    a->message.octets == b->message.octets &&
	    a->message.file_octets == b->message.file_octets &&
	    a->message.pipe == b->message.pipe;
}

static void
ahead_fill(union any *m)
{
	m->ahead.number = rnd();
	m->ahead.offset = rnd64();
	m->ahead.octets = rnd();
}

static bool
ahead_same(const union any *a, const union any *b)
{
	return a->ahead.number == b->ahead.number &&
	    a->ahead.offset == b->ahead.offset &&
	    a->ahead.octets == b->ahead.octets;
}

static void
verbatim_fill(union any *m)
{
	m->verbatim.number = rnd();
	m->verbatim.offset = rnd64();
	m->verbatim.octets = rnd64();
	m->verbatim.ino = rnd64();
	m->verbatim.mtime = (int64_t)rnd64();
}

static bool
verbatim_same(const union any *a, const union any *b)
{
	return a->verbatim.number == b->verbatim.number &&
	    a->verbatim.offset == b->verbatim.offset &&
	    a->verbatim.octets == b->verbatim.octets &&
	    a->verbatim.ino == b->verbatim.ino &&
	    a->verbatim.mtime == b->verbatim.mtime;
}

static void
mark_fill(union any *m)
{
	m->mark.first = rnd() & ~7u;
	m->mark.map = any_span();
}

static bool
mark_same(const union any *a, const union any *b)
{
	return a->mark.first == b->mark.first &&
	    span_same(a->mark.map, b->mark.map);
}

static void
committed_fill(union any *m)
{
	m->committed.class = (enum err_class)(rnd() % (ERR_BUG + 1));
	m->committed.removed = rnd();
	m->committed.failed = rnd();
	m->committed.text = any_text();
}

static bool
committed_same(const union any *a, const union any *b)
{
	return a->committed.class == b->committed.class &&
	    a->committed.removed == b->committed.removed &&
	    a->committed.failed == b->committed.failed &&
	    strcmp(a->committed.text, b->committed.text) == 0;
}

static void
change_fill(union any *m)
{
	m->change.user = any_span();
	m->change.old = any_span();
	m->change.new = any_span();
	m->change.listener = any_text();
	m->change.default_domain = any_text();
	m->change.peer = any_addr();
	m->change.tls = rnd() % 2;
}

static bool
change_same(const union any *a, const union any *b)
{
	const struct msg_change *x = &a->change, *y = &b->change;

	return span_same(x->user, y->user) && span_same(x->old, y->old) &&
	    span_same(x->new, y->new) &&
	    strcmp(x->listener, y->listener) == 0 &&
	    strcmp(x->default_domain, y->default_domain) == 0 &&
	    addr_same_ip(&x->peer, &y->peer) && x->tls == y->tls;
}

static void
xmit_open_fill(union any *m)
{
	m->xmit_open.sender = any_span();
	m->xmit_open.session = any_text();
	m->xmit_open.listener = any_text();
	m->xmit_open.hostname = any_text();
	m->xmit_open.peer = any_addr();
	m->xmit_open.tls = rnd() % 2;
}

static bool
xmit_open_same(const union any *a, const union any *b)
{
	const struct msg_xmit_open *x = &a->xmit_open, *y = &b->xmit_open;

	return span_same(x->sender, y->sender) &&
	    strcmp(x->session, y->session) == 0 &&
	    strcmp(x->listener, y->listener) == 0 &&
	    strcmp(x->hostname, y->hostname) == 0 &&
	    addr_same_ip(&x->peer, &y->peer) && x->tls == y->tls;
}

static void
xmit_answer_fill(union any *m)
{
	m->xmit_answer.outcome =
	    (enum msg_xmit_outcome)(rnd() % (MSG_XMIT_PERM + 1));
	m->xmit_answer.text = any_text();
}

static bool
xmit_answer_same(const union any *a, const union any *b)
{
	return a->xmit_answer.outcome == b->xmit_answer.outcome &&
	    strcmp(a->xmit_answer.text, b->xmit_answer.text) == 0;
}

static void
queue_fill(union any *m)
{
	m->queue.messages = rnd();
	m->queue.badmail = rnd();
}

static bool
queue_same(const union any *a, const union any *b)
{
	return a->queue.messages == b->queue.messages &&
	    a->queue.badmail == b->queue.badmail;
}

static void
audit_fill(union any *m)
{
	m->audit.wall = rnd();
	m->audit.uid = rnd();
	m->audit.pid = rnd();
	m->audit.role = any_text();
	m->audit.verb = any_text();
	m->audit.result = any_text();
	m->audit.args = any_span();
	m->audit.missed = rnd();
}

static bool
audit_same(const union any *a, const union any *b)
{
	const struct msg_audit *x = &a->audit, *y = &b->audit;

	return x->wall == y->wall && x->uid == y->uid && x->pid == y->pid &&
	    strcmp(x->role, y->role) == 0 && strcmp(x->verb, y->verb) == 0 &&
	    strcmp(x->result, y->result) == 0 && span_same(x->args, y->args) &&
	    x->missed == y->missed;
}

static void
line_fill(union any *m)
{
	m->line.lost = rnd();
	m->line.json = any_span();
}

static bool
line_same(const union any *a, const union any *b)
{
	return a->line.lost == b->line.lost &&
	    span_same(a->line.json, b->line.json);
}

#define ROW(name) { name##_fill, name##_put, name##_get, name##_same }
static const struct {
	void (*fill)(union any *m);
	int (*put)(const union any *m, struct buf *b);
	int (*get)(union any *m, struct span body);
	bool (*same)(const union any *a, const union any *b);
} kinds[] = {
	ROW(conf), ROW(channel), ROW(control), ROW(ctl), ROW(ctl_reply),
	ROW(auth), ROW(auth_result), ROW(drop_open), ROW(fault), ROW(fetch),
	ROW(message), ROW(ahead), ROW(verbatim), ROW(mark), ROW(committed),
	ROW(change),
	ROW(xmit_open), ROW(xmit_answer), ROW(queue), ROW(audit),
	ROW(line),
};

static void
make(int kind, union any *m, struct buf *b)
{
	used = 0;
	memset(m, 0, sizeof(*m));
	kinds[kind].fill(m);
	buf_init(b, 65536);
	ck_assert_int_eq(kinds[kind].put(m, b), 0);
}

START_TEST(comes_out_as_it_went_in)
{
	union any in, out;
	struct buf b;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		make(_i, &in, &b);
		ck_assert_int_eq(kinds[_i].get(&out, buf_span(&b)), 0);
		ck_assert(kinds[_i].same(&in, &out));
		buf_free(&b);
	}
}
END_TEST

/* A copy of exactly n octets, so that a sanitizer sees one read too many. */
static int
get_exact(int kind, const char *p, size_t n)
{
	char *copy = malloc(n > 0 ? n : 1);
	union any out;
	int r;

	ck_assert(copy != NULL);
	memcpy(copy, p, n);
	r = kinds[kind].get(&out, span_mem(copy, n));
	free(copy);
	return r;
}

START_TEST(any_other_length_is_refused)
{
	union any in;
	struct buf b;
	size_t n;

	make(_i, &in, &b);
	for (n = 0; n < buf_len(&b); n++)
		ck_assert_int_eq(get_exact(_i, buf_data(&b), n), -1);
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_int_eq(get_exact(_i, buf_data(&b), buf_len(&b)), -1);
	buf_free(&b);
}
END_TEST

/* Whatever the octets are: no crash, and what is taken can be sent on. */
START_TEST(noise_does_no_harm)
{
	char noise[96];
	union any out;
	struct buf b;
	size_t n, k;
	int i;

	for (i = 0; i < 20 * ROUNDS; i++) {
		n = rnd() % sizeof(noise);
		for (k = 0; k < n; k++)
			noise[k] = rnd() % 3 ? (char)(rnd() % 4) : (char)rnd();
		buf_init(&b, 4096);
		if (kinds[_i].get(&out, span_mem(noise, n)) == 0)
			ck_assert_int_eq(kinds[_i].put(&out, &b), 0);
		buf_free(&b);
	}
}
END_TEST

START_TEST(no_number_beyond_its_list)
{
	static const char role[] = "\x06\0\0\0\0\0";
	static const char flag[] = "\x02";
	union any out;

	ck_assert_int_eq(channel_get(&out, span_mem("\x05\0\0\0\0\0", 6)), 0);
	ck_assert_int_eq(channel_get(&out, span_mem(role, 6)), -1);
	ck_assert_int_eq(conf_get(&out, span_mem("\x01\0", 2)), 0);
	ck_assert_int_eq(conf_get(&out, span_mem(flag, 2)), -1);
	ck_assert_int_eq(mark_get(&out, span_mem("\x04\0\0\0\0\0\0\0", 8)),
	    -1);
}
END_TEST

START_TEST(no_string_without_its_nul)
{
	/* verb "ab" without NUL, then with one in the middle */
	static const char without[] = "\x02\0\0\0ab\0\0\0\0\0\0\0\0\0\0\0\0";
	static const char inside[] = "\x03\0\0\0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	union any out;

	ck_assert_int_eq(ctl_get(&out, span_mem(without, 18)), -1);
	ck_assert_int_eq(ctl_get(&out, span_mem(inside, 19)), -1);
}
END_TEST

START_TEST(every_role_has_a_name)
{
	ck_assert_str_eq(role_name(ROLE_KEEPER), "keeper");
	ck_assert_str_eq(role_name(ROLE_LOG), "log");
	ck_assert_str_eq(role_name((enum role)99), "unknown");
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, comes_out_as_it_went_in, kinds);
	UNIT_ROWS(tc, any_other_length_is_refused, kinds);
	UNIT_ROWS(tc, noise_does_no_harm, kinds);
	tcase_add_test(tc, no_number_beyond_its_list);
	tcase_add_test(tc, no_string_without_its_nul);
	tcase_add_test(tc, every_role_has_a_name);
}

UNIT_MAIN("msg", add)
