/*
 * test_change.c - changes of passwords, APOP and relay's ticket as front sees
 * them: frames in, frames out of two auth processes on one database
 */
#include "config.h"

#include <sys/stat.h>

#include "lib/base/codec.h"
#include "lib/base/digest.h"
#include "lib/base/json.h"
#include "lib/net/frame.h"
#include "pop3srvd/auth/admin.h"
#include "pop3srvd/auth/change.h"
#include "pop3srvd/auth/exchange.h"
#include "pop3srvd/ipc/msg.h"

#include "t/unit/unit.h"
#include "t/unit/acct_folder.h"

#define OLD	HASH_5_PASSWORD
#define NEW	"Tulip-Harbour-71"
#define STAMP	"<0011.42@mail.example.org>"

/* Two processes: each has a cache and a database handle of its own. */
static struct process {
	struct auth auth;
	struct exchanges logins;
} one, two;

static struct conf conf;
static char state_dir[64];

/* The last answer; its body is copied. */
static struct {
	int n;
	struct msg_auth_result r;
	char body[FRAME_MAX];
} got;

static void
answered(void *arg, uint32_t id, const struct msg_auth_result *r)
{
	struct buf b;

	(void)arg;
	ck_assert_uint_eq(id, 5);
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(msg_auth_result_pack(r, &b), 0);
	memcpy(got.body, buf_data(&b), buf_len(&b));
	ck_assert_int_eq(msg_auth_result_unpack(&got.r, span_mem(got.body,
	    buf_len(&b))), 0);
	ck_assert_ptr_null(memmem(got.body, buf_len(&b), OLD, strlen(OLD)));
	ck_assert_ptr_null(memmem(got.body, buf_len(&b), NEW, strlen(NEW)));
	buf_free(&b);
	got.n++;
}

static void
begin(struct process *p, struct log_out *log)
{
	struct err e;

	memset(p, 0, sizeof(*p));
	p->auth.log = log;
	p->auth.loop = loop_new(&e);
	p->auth.conf = &conf;
	p->auth.verify.apop.there = true;
	memset(p->auth.verify.apop.key, 3, SEAL_KEY);
	memset(p->auth.key, 7, sizeof(p->auth.key));
	memset(p->auth.sender_key, 8, sizeof(p->auth.sender_key));
	p->auth.has_key = p->auth.has_sender_key = true;
	ck_assert_msg(auth_set_up(&p->auth, &conf, &e) == 0, "%s", e.text);
	exchanges_init(&p->logins, &p->auth);
	p->logins.answer = answered;
}

static struct acct_backend *
db(void)
{
	return acct_administered(one.auth.verify.acct, NULL);
}

static struct acct_account
looked_up(const char *name)
{
	struct acct_account a;
	struct err e;

	ck_assert_msg(acct_lookup(one.auth.verify.acct, name, &a, &e) == 0,
	    "%s", e.text);
	return a;
}

static void
set(struct acct_account *a, unsigned what)
{
	ck_assert_int_eq(db()->ops->admin->set(db(), a, what, NULL), 0);
}

static void
set_up(void)
{
	static char *backends[] = { (char *)"accounts" };
	static char hash[] = "$5$", name[] = "example.org";
	static struct log_out *quiet;
	struct acct_domain d = { .locked = false };
	struct acct_account a = { .quota = ACCT_QUOTA_DEFAULT };

	folder_make();
	strcpy(state_dir, folder);
	snprintf(folder, sizeof(folder), "%s/auth", state_dir);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	memset(&conf, 0, sizeof(conf));
	conf.state_dir = state_dir;
	conf.server.default_domain = name;
	conf.auth.backends = (struct conf_strings){ backends, 1 };
	conf.auth.hash = hash;
	conf.auth.cache_ttl = 60000;
	conf.auth.password_min_length = 8;
	conf.auth.password_classes = 1;
	quiet = log_out_new();
	log_out_hold(quiet);
	begin(&one, quiet);
	begin(&two, quiet);
	strcpy(d.name, "example.org");
	ck_assert_int_eq(db()->ops->admin->domain_add(db(), &d, NULL), 0);
	strcpy(d.name, "example.net");
	strcpy(d.alias_of, "example.org");
	ck_assert_int_eq(db()->ops->admin->domain_add(db(), &d, NULL), 0);
	strcpy(a.name, "anna@example.org");
	strcpy(a.hash, HASH_5);
	ck_assert_int_eq(db()->ops->admin->add(db(), &a, NULL), 0);
	memset(&got, 0, sizeof(got));
}

static void
end(struct process *p)
{
	exchanges_clear(&p->logins);
	auth_clear(&p->auth);
	loop_free(&p->auth.loop);
}

static void
tear_down(void)
{
	end(&one);
	end(&two);
	folder_remove();
	(void)rmdir(state_dir);
}

static enum msg_auth_outcome
change(struct process *p, const char *user, const char *old, const char *new)
{
	struct msg_change m = { .user = span_of(user), .old = span_of(old),
		.new = span_of(new), .listener = "poppass",
		.default_domain = "example.org" };
	struct buf b;

	got.n = 0;
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(msg_change_pack(&m, &b), 0);
	ck_assert_int_eq(exchange_change(&p->logins, 5, buf_span(&b)), 0);
	buf_free(&b);
	ck_assert_int_eq(got.n, 1);
	return got.r.outcome;
}

static int
send_login(struct process *p, const struct msg_auth *m)
{
	struct buf b;
	int r;

	got.n = 0;
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(msg_auth_pack(m, &b), 0);
	r = exchange_pass(&p->logins, 5, buf_span(&b));
	buf_free(&b);
	return r;
}

static enum msg_auth_outcome
login(struct process *p, const char *password)
{
	struct msg_auth m = { .mech = "USER", .user = span_of("anna"),
		.data = span_of(password), .has_data = true,
		.default_domain = "example.org", .binding = { "", 0 } };

	ck_assert_int_eq(send_login(p, &m), 0);
	ck_assert_int_eq(got.n, 1);
	return got.r.outcome;
}

static enum msg_auth_outcome
apop(struct process *p, const char *user, const char *secret)
{
	unsigned char md5[MD5_OCTETS];
	char hex[2 * MD5_OCTETS + 1], text[256];
	struct msg_auth m = { .mech = "APOP", .user = span_of(user),
		.has_data = true, .default_domain = "example.org",
		.binding_type = "apop", .binding = span_of(STAMP) };

	snprintf(text, sizeof(text), "%s%s", STAMP, secret);
	ck_assert_int_eq(digest_md5(text, strlen(text), md5), 0);
	hex_text(md5, sizeof(md5), hex);
	m.data = span_of(hex);
	ck_assert_int_eq(send_login(p, &m), 0);
	ck_assert_int_eq(got.n, 1);
	return got.r.outcome;
}

/* S-24, P-26: what another process remembers of the old one is worth nothing. */
START_TEST(a_change_counts_in_every_process)
{
	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_OK);
	ck_assert_int_eq(login(&two, OLD), MSG_AUTH_OK);
	ck_assert_int_eq(login(&two, OLD), MSG_AUTH_OK);	/* by its cache */
	ck_assert_int_eq(change(&one, "anna@example.net", OLD, NEW),
	    MSG_AUTH_OK);
	ck_assert_str_eq(got.r.user, "anna@example.org");
	ck_assert_int_eq(login(&two, OLD), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "wrong-password");
	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_FAIL);
	ck_assert_int_eq(login(&two, NEW), MSG_AUTH_OK);
	ck_assert_int_eq(login(&one, NEW), MSG_AUTH_OK);
}
END_TEST

static const struct {
	const char *user, *old, *reason;
} wrong[] = {
	{ "anna", "not it", "wrong-password" },
	{ "anna", "", "empty-password" },
	{ "nobody", OLD, "unknown-user" },
	{ "anna@no.such.example", OLD, "unknown-user" },
	{ "../anna", OLD, "bad-name" },
};

/* P-22: the present password is always checked, as at a login. */
START_TEST(the_present_one_must_be_right)
{
	ck_assert_int_eq(change(&one, wrong[_i].user, wrong[_i].old, NEW),
	    MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, wrong[_i].reason);
	ck_assert_uint_eq(got.r.data.len, 0);
	ck_assert_str_eq(looked_up("anna@example.org").hash, HASH_5);
}
END_TEST

/* P-24. */
START_TEST(locked_and_fixed_accounts)
{
	struct acct_account a = looked_up("anna@example.org");

	a.locked = true;
	set(&a, ACCT_LOCK_SET);
	ck_assert_int_eq(change(&one, "anna", OLD, NEW), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "locked");
	a.locked = false;
	set(&a, ACCT_LOCK_SET);
	ck_assert_int_eq(db()->ops->admin->domain_lock(db(), "example.org",
	    true, NULL), 0);
	ck_assert_int_eq(change(&one, "anna", OLD, NEW), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "domain-locked");
	ck_assert_int_eq(db()->ops->admin->domain_lock(db(), "example.org",
	    false, NULL), 0);
	a.fixed = true;
	set(&a, ACCT_FIXED_SET);
	ck_assert_int_eq(change(&one, "anna", "not it", NEW), MSG_AUTH_FAIL);
	ck_assert_int_eq(change(&one, "anna", OLD, NEW), MSG_AUTH_PERM);
	ck_assert_ptr_nonnull(memmem(got.r.data.ptr, got.r.data.len,
	    "administrator", 13));
	ck_assert_str_eq(looked_up("anna@example.org").hash, HASH_5);
	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_OK);
}
END_TEST

/* P-23: the reason is a sentence for the client. */
START_TEST(the_policy_is_told)
{
	ck_assert_int_eq(change(&one, "anna", OLD, "short"), MSG_AUTH_PERM);
	ck_assert_str_eq(got.r.reason, "policy");
	ck_assert_ptr_nonnull(memmem(got.r.data.ptr, got.r.data.len,
	    "The password is shorter than 8 characters.", 42));
	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_OK);
	ck_assert_int_eq(change(&one, "anna", OLD, ""), MSG_AUTH_PERM);
	ck_assert_int_eq(change(&one, "anna", OLD, OLD), MSG_AUTH_PERM);
}
END_TEST

/* Login by each mechanism after the change. */
START_TEST(apop_is_renewed_too)
{
	struct acct_account a = looked_up("anna@example.org");

	ck_assert_int_eq(apop_seal(&one.auth.verify.apop, span_of("other"),
	    &a, NULL), 0);
	set(&a, ACCT_APOP_SET);
	ck_assert_int_eq(apop(&two, "anna", "other"), MSG_AUTH_OK);
	ck_assert_str_eq(got.r.user, "anna@example.org");
	ck_assert_int_eq(change(&one, "anna", OLD, NEW), MSG_AUTH_OK);
	ck_assert_int_eq(apop(&two, "anna", "other"), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "wrong-digest");
	ck_assert_int_eq(apop(&two, "anna", NEW), MSG_AUTH_OK);
	ck_assert_int_eq(login(&two, NEW), MSG_AUTH_OK);
}
END_TEST

START_TEST(apop_refusals)
{
	struct acct_account a = looked_up("anna@example.org");

	ck_assert_int_eq(apop(&one, "anna", OLD), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "no-apop-secret");
	ck_assert_int_eq(apop(&one, "nobody", OLD), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "unknown-user");
	ck_assert_int_eq(apop(&one, "@", OLD), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "bad-name");
	ck_assert_int_eq(apop_seal(&one.auth.verify.apop, span_of("other"),
	    &a, NULL), 0);
	a.locked = true;
	set(&a, ACCT_APOP_SET | ACCT_LOCK_SET);
	ck_assert_int_eq(apop(&one, "anna", "other"), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "locked");
	a.locked = false;
	set(&a, ACCT_LOCK_SET);
	one.auth.verify.apop.key[0] ^= 1;
	ck_assert_int_eq(apop(&one, "anna", "other"), MSG_AUTH_FAIL);
	ck_assert_str_eq(got.r.reason, "apop-key");
	one.auth.verify.apop.there = false;
	ck_assert_int_eq(apop(&one, "anna", "other"), MSG_AUTH_FAIL);
	ck_assert_int_eq(apop(&two, "anna", "other"), MSG_AUTH_OK);
}
END_TEST

/* front says what the greeting was; without that it breaks the rules. */
START_TEST(apop_without_a_stamp_is_a_breach)
{
	struct msg_auth m = { .mech = "APOP", .user = span_of("anna"),
		.data = span_of("00"), .has_data = true,
		.default_domain = "example.org", .binding_type = "",
		.binding = { "", 0 } };

	ck_assert_int_eq(send_login(&one, &m), -1);
	ck_assert_int_eq(got.n, 0);
	m.binding_type = "apop";
	ck_assert_int_eq(send_login(&one, &m), 0);
	ck_assert_int_eq(got.r.outcome, MSG_AUTH_FAIL);
}
END_TEST

/* The ticket for relay: only with the flag, all addresses, another key. */
START_TEST(who_may_send)
{
	struct acct_account a = looked_up("anna@example.org");
	unsigned char key[TICKET_KEY];
	struct ticket t;
	struct err e;

	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_OK);
	ck_assert_uint_eq(got.r.sender.len, 0);
	a.xmit = true;
	set(&a, ACCT_XMIT_SET);
	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_OK);
	memset(key, 8, sizeof(key));
	ck_assert_msg(ticket_read(&t, got.r.sender, key, 0, &e) == 0, "%s",
	    e.text);
	ck_assert_str_eq(t.account, "anna@example.org");
	ck_assert_str_eq(t.addresses, "anna@example.org anna@example.net");
	memset(key, 7, sizeof(key));
	ck_assert_int_eq(ticket_read(&t, got.r.sender, key, 0, &e), -1);
	ck_assert_int_eq(ticket_read(&t, got.r.data, key, 0, &e), 0);
	ck_assert_str_eq(t.addresses, "");
	one.auth.has_sender_key = false;
	ck_assert_int_eq(login(&one, OLD), MSG_AUTH_OK);
	ck_assert_uint_eq(got.r.sender.len, 0);
}
END_TEST

/* "ok", or the fault of account.passwd as uid asks it. */
static const char *
owner_asks(uint32_t uid, const char *args)
{
	struct admin a = { .acct = one.auth.verify.acct,
		.pw = one.auth.verify.pw, .default_domain = "example.org",
		.auth = &one.auth, .uid = uid };
	static struct err e;
	json_t *v, *r;

	a.rules = change_rules(&one.auth);
	v = json_loads(args, 0, NULL);
	ck_assert_msg(v != NULL, "%s", args);
	err_clear(&e);
	r = admin_serve(&a, "account.passwd", v, &e);
	json_decref(v);
	json_decref(r);
	ck_assert((a.code == 77) == (strstr(e.text, "not yours") != NULL ||
	    strstr(e.text, "present password") != NULL));
	return r != NULL ? "ok" : e.text;
}

static const struct {
	const char *what, *args, *says;
} asked[] = {
	{ "the right one", "{\"present_password\":\"" OLD "\",\"password\":\""
	    NEW "\"}", "ok" },
	{ "by name", "{\"name\":\"anna\",\"present_password\":\"" OLD
	    "\",\"password\":\"" NEW "\"}", "ok" },
	{ "a wrong one", "{\"present_password\":\"x\",\"password\":\"" NEW
	    "\"}", "the present password is wrong" },
	{ "none", "{\"password\":\"" NEW "\"}",
	    "the present password is wrong" },
	{ "a weak one", "{\"present_password\":\"" OLD
	    "\",\"password\":\"weak\"}", "shorter than 8 characters." },
	{ "a hash", "{\"present_password\":\"" OLD "\",\"hash\":\"" HASH_2A
	    "\"}", "for administrators" },
	{ "force", "{\"present_password\":\"" OLD
	    "\",\"password\":\"weak\",\"force\":true}",
	    "for administrators" },
	{ "another's", "{\"name\":\"bob\",\"present_password\":\"" OLD
	    "\",\"password\":\"" NEW "\"}", "not yours" },
	{ "no text", "{\"present_password\":5,\"password\":\"" NEW "\"}",
	    "present_password: a string" },
};

START_TEST(an_owner_by_uid)
{
	struct acct_account a = looked_up("anna@example.org");
	const char *says;

	a.owned = true;
	a.owner = 1000;
	set(&a, ACCT_OWNER_SET);
	says = owner_asks(1000, asked[_i].args);
	ck_assert_msg(strstr(says, asked[_i].says) != NULL, "%s: %s",
	    asked[_i].what, says);
	ck_assert_int_eq(login(&two, strcmp(says, "ok") == 0 ? NEW : OLD),
	    MSG_AUTH_OK);
}
END_TEST

START_TEST(who_is_not_the_owner)
{
	struct acct_account a = looked_up("anna@example.org");

	ck_assert_ptr_nonnull(strstr(owner_asks(1000, asked[1].args),
	    "not yours"));
	ck_assert_ptr_nonnull(strstr(owner_asks(0, asked[1].args),
	    "not yours"));
	a.owned = a.fixed = true;
	a.owner = 1000;
	set(&a, ACCT_OWNER_SET | ACCT_FIXED_SET);
	ck_assert_ptr_nonnull(strstr(owner_asks(1001, asked[1].args),
	    "not yours"));
	ck_assert_ptr_nonnull(strstr(owner_asks(1000, asked[1].args),
	    "by the administrator only"));
	ck_assert_int_eq(login(&two, OLD), MSG_AUTH_OK);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_change_counts_in_every_process);
	UNIT_ROWS(tc, the_present_one_must_be_right, wrong);
	tcase_add_test(tc, locked_and_fixed_accounts);
	tcase_add_test(tc, the_policy_is_told);
	tcase_add_test(tc, apop_is_renewed_too);
	tcase_add_test(tc, apop_refusals);
	tcase_add_test(tc, apop_without_a_stamp_is_a_breach);
	tcase_add_test(tc, who_may_send);
	UNIT_ROWS(tc, an_owner_by_uid, asked);
	tcase_add_test(tc, who_is_not_the_owner);
}

UNIT_MAIN("change", add)
