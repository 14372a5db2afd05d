/*
 * test_admin.c - the account and domain verbs as requests and replies
 */
#include "config.h"

#include "lib/base/json.h"
#include "pop3srvd/auth/admin.h"

#include "t/unit/unit.h"
#include "t/unit/acct_folder.h"

#define CANARY	"Canary-Pa55word"

static struct apop_key apop_key = { .there = true };
static struct admin admin;

static void
set_up(void)
{
	struct err e;

	folder_make();
	admin.acct = folder_open();
	admin.pw = pwhash_new("$y$", &e);
	ck_assert_ptr_nonnull(admin.pw);
	admin.default_domain = "default.example";
	admin.now = 1700000000123;
	admin.is_admin = true;
	admin.uid = 5;
	admin.rules = (struct newpass){ .pw = admin.pw, .apop = &apop_key,
		.policy = { 8, 1 } };
	admin.strict = true;
}

static void
tear_down(void)
{
	acct_free(&admin.acct);
	pwhash_free(&admin.pw);
	folder_remove();
}

/* args with ' for ", so that the tests stay readable. */
static json_t *
request(const char *verb, const char *args, struct err *e)
{
	char text[4096], *p;
	json_t *v, *r;

	snprintf(text, sizeof(text), "%s", args);
	for (p = text; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	v = json_read(text, strlen(text), e);
	ck_assert_msg(v != NULL, "%s: %s", text, e->text);
	err_clear(e);
	err_clear(&admin.doubt);
	r = admin_serve(&admin, verb, v, e);
	admin_wipe(v);
	json_decref(v);
	return r;
}

/* The reply as text, keys in order, or "CLASS: text". */
static const char *
reply(const char *verb, const char *args)
{
	static char out[8192];
	struct err e;
	json_t *v = request(verb, args, &e);
	char *text;

	if (v == NULL) {
		ck_assert_int_ne(e.class, ERR_NONE);
		snprintf(out, sizeof(out), "%s: %s",
		    err_class_name(e.class), e.text);
	} else {
		text = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);
		snprintf(out, sizeof(out), "%s", text);
		free(text);
	}
	json_decref(v);
	ck_assert_msg(strstr(out, CANARY) == NULL, "secret in: %s", out);
	return out;
}

static void
expect(const char *verb, const char *args, const char *part)
{
	const char *got = reply(verb, args);

	ck_assert_msg(strstr(got, part) != NULL, "%s %s\n got %s\nwant %s",
	    verb, args, got, part);
}

static void
some_accounts(void)
{
	expect("domain.add", "{'name':'Example.org'}",
	    "{\"name\":\"example.org\"}");
	expect("account.add", "{'name':'anna@example.org','hash':'"
	    HASH_5 "'}", "\"name\":\"anna@example.org\"");
	expect("account.add", "{'name':'bob@example.org','hash':'"
	    HASH_2A "','quota':'2G','maildrop':'boxes/bob'}",
	    "\"quota\":2147483648");
}

static const struct {
	const char *verb, *args, *part;
} replies[] = {
	{ "account.show", "{'name':'anna@example.org'}",
	    "{\"apop\":false,\"created\":1700000000,"
	    "\"domain_locked\":false,\"locked\":false,"
	    "\"maildrop\":\"example.org/anna\",\"mechanisms\":[\"USER\"],"
	    "\"name\":\"anna@example.org\",\"owner\":null,"
	    "\"password_change\":true,\"password_changed\":1700000000,"
	    "\"quota\":null,\"scheme\":\"sha256crypt\",\"xmit\":false}" },
	{ "account.show", "{'name':'nobody@example.org'}", "not-found: " },
	{ "account.show", "{'name':'anna'}",
	    "not-found: no domain default.example" },
	{ "account.show", "{}", "config: name: missing" },
	{ "account.show", "{'name':5}", "config: name: expected a string" },
	{ "account.show", "{'nmae':'x'}", "unknown argument nmae" },
	{ "account.show", "{'name':'../x@example.org'}", "config: " },
	{ "account.show", "[]", "config: " },
	{ "account.fly", "{}", "config: account.fly: not served here" },
	{ "account.list", "{'domain':'example.org'}", "\"accounts\":[{" },
	{ "account.list", "{'domain':'other.org'}", "not-found: " },
	{ "account.list", "{'limit':1}", "\"next\":\"anna@example.org\"" },
	{ "account.list", "{'limit':0}", "config: limit" },
	{ "account.list", "{'limit':1,'after':'bob@example.org'}",
	    "{\"accounts\":[]}" },
	{ "account.add", "{'name':'anna@example.org','hash':'" HASH_5 "'}",
	    "there already" },
	{ "account.add", "{'name':'carl@other.org','password':'" CANARY "'}",
	    "not-found: no domain other.org" },
	{ "account.add", "{'name':'carl@example.org'}",
	    "config: give a password or a hash" },
	{ "account.add", "{'name':'carl@example.org','password':'" CANARY
	    "','hash':'" HASH_5 "'}", "one of the two" },
	{ "account.add", "{'name':'carl@example.org','password':''}",
	    "config: The password is empty." },
	{ "account.add", "{'name':'carl@example.org','password':'',"
	    "'force':true}", "config: a password has 1 to 512 octets" },
	{ "account.add", "{'name':'carl@example.org','password':'short'}",
	    "shorter than 8 characters. (--force takes it" },
	{ "account.add", "{'name':'carl@example.org','password':'short',"
	    "'force':true}", "\"name\":\"carl@example.org\"" },
	{ "account.add", "{'name':'carl@example.org','password':'short',"
	    "'force':1}", "config: force" },
	{ "account.add", "{'name':'carl@example.org','password':7}",
	    "config: password: a string" },
	{ "account.add", "{'name':'carl@example.org','hash':'" CANARY "'}",
	    "config: not a crypt string" },
	{ "account.add", "{'name':'carl@example.org','hash':'*'}",
	    "config: not a crypt string" },
	{ "account.add", "{'name':'carl@example.org','hash':'{MD5}x'}",
	    "config: unknown scheme {MD5}" },
	{ "account.add", "{'name':'carl@example.org','hash':'" HASH_5
	    "','quota':-1}", "config: quota" },
	{ "account.add", "{'name':'carl@example.org','hash':'" HASH_5
	    "','quota':'much'}", "config: quota" },
	{ "account.add", "{'name':'carl@example.org','hash':'" HASH_5
	    "','maildrop':'../etc'}", "config: " },
	{ "account.add", "{'name':'carl@example.org','hash':'" HASH_5
	    "','quota':0}", "\"quota\":0" },
	{ "account.add", "{'name':'dora@example.org','password':'" CANARY
	    "'}", "\"scheme\":\"yescrypt\"" },
	{ "account.set", "{'name':'bob@example.org'}", "nothing to set" },
	{ "account.set", "{'name':'bob@example.org','quota':null}",
	    "\"quota\":null" },
	{ "account.set", "{'name':'bob@example.org','maildrop':''}",
	    "\"maildrop\":\"example.org/bob\"" },
	{ "account.set", "{'name':'bob@example.org','quota':'1M'}",
	    "\"maildrop\":\"boxes/bob\"" },
	{ "account.set", "{'name':'bob@example.org','xmit':true,"
	    "'password_change':false,'owner':1000}",
	    "\"owner\":1000,\"password_change\":false" },
	{ "account.set", "{'name':'bob@example.org','xmit':true}",
	    "\"xmit\":true" },
	{ "account.set", "{'name':'bob@example.org','xmit':'on'}",
	    "config: xmit" },
	{ "account.set", "{'name':'bob@example.org','owner':'root'}",
	    "\"owner\":0" },
	{ "account.set", "{'name':'bob@example.org','owner':'1234'}",
	    "\"owner\":1234" },
	{ "account.set", "{'name':'bob@example.org','owner':'none'}",
	    "\"owner\":null" },
	{ "account.set", "{'name':'bob@example.org','owner':null}",
	    "\"owner\":null" },
	{ "account.set", "{'name':'bob@example.org','owner':-1}",
	    "config: owner" },
	{ "account.set", "{'name':'bob@example.org','owner':4294967295}",
	    "config: owner" },
	{ "account.set", "{'name':'bob@example.org','owner':'no such user'}",
	    "config: owner: no such user" },
	{ "account.apop", "{'name':'bob@example.org','password':'" CANARY
	    "'}", "{\"apop\":true,\"name\":\"bob@example.org\"}" },
	{ "account.apop", "{'name':'bob@example.org','password':'short'}",
	    "shorter than 8 characters" },
	{ "account.apop", "{'name':'bob@example.org','password':'short',"
	    "'force':true}", "\"apop\":true" },
	{ "account.apop", "{'name':'bob@example.org','off':true}",
	    "\"apop\":false" },
	{ "account.apop", "{'name':'bob@example.org'}",
	    "config: give a password, or off" },
	{ "account.apop", "{'name':'bob@example.org','off':true,"
	    "'password':'" CANARY "'}", "config: give a password, or off" },
	{ "account.apop", "{'name':'x@example.org','password':'" CANARY
	    "'}", "not-found: " },
	{ "account.owned", "{}", "{\"admin\":true,\"name\":\"\"}" },
	{ "account.passwd", "{'password':'" CANARY "'}", "not-found: no "
	    "account has you as its owner" },
	{ "account.passwd", "{'name':'anna@example.org','password':'annas'}",
	    "shorter than 8" },
	{ "account.passwd", "{'name':'anna@example.org','password':'annas',"
	    "'force':true}", "{\"name\":\"anna@example.org\"}" },
	{ "account.passwd", "{'name':'x@example.org','password':'" CANARY
	    "'}", "not-found: " },
	{ "account.remove", "{'name':'bob@example.org'}",
	    "\"maildrop\":\"boxes/bob\",\"name\":\"bob@example.org\","
	    "\"note\":\"mail stays on disk" },
	{ "account.lock", "{'name':'anna@example.org'}",
	    "{\"locked\":true,\"name\":\"anna@example.org\"}" },
	{ "account.unlock", "{'name':'anna@example.org'}",
	    "{\"locked\":false,\"name\":\"anna@example.org\"}" },
	{ "domain.list", "{}",
	    "{\"domains\":[{\"locked\":false,\"name\":\"example.org\"}]}" },
	{ "domain.add", "{'name':'nodots'}", "config: nodots: the domain has"
	    " no dot" },
	{ "domain.add", "{'name':'example.org'}", "there already" },
	{ "domain.remove", "{'name':'example.org'}", "2 accounts" },
	{ "domain.remove", "{'name':'example.org','force':true}",
	    "\"accounts_removed\":2,\"aliases_removed\":0" },
	{ "domain.remove", "{'name':'example.org','force':1}",
	    "config: force" },
	{ "domain.stat", "{}", "{\"accounts\":2,\"aliases\":0,\"domains\":1,"
	    "\"locked_accounts\":0,\"locked_domains\":0}" },
	{ "domain.stat", "{'name':'example.org'}", "{\"accounts\":2,"
	    "\"aliases\":[],\"locked\":false,\"locked_accounts\":0,"
	    "\"name\":\"example.org\"}" },
	{ "domain.alias", "{'alias':'a.example','name':'example.org'}",
	    "{\"alias\":\"a.example\",\"name\":\"example.org\"}" },
	{ "domain.alias", "{'alias':'a.example','name':'b.example'}",
	    "not-found: " },
	{ "domain.unalias", "{'alias':'example.org'}", "is no alias" },
	{ "account.import", "{'lines':'x'}", "config: lines" },
	{ "account.import", "{}", "config: lines" },
	{ "account.import", "{'lines':[]}",
	    "{\"added\":0,\"faults\":[],\"updated\":0}" },
	{ "account.import", "{'lines':[3],'first':7}",
	    "{\"line\":7,\"text\":\"not a string\"}" },
	{ "account.export", "{}", "{\"lines\":[\"anna@example.org:" HASH_5
	    "\",\"bob@example.org:" HASH_2A "\"]}" },
};

START_TEST(requests_and_replies)
{
	some_accounts();
	expect(replies[_i].verb, replies[_i].args, replies[_i].part);
}
END_TEST

/* P-26: a password renews the APOP secret, a foreign hash drops it; without
 * the key it cannot be renewed, and counts for nothing. */
START_TEST(apop_and_passwords)
{
	static const char show[] = "{'name':'anna@example.org'}";

	some_accounts();
	expect("account.apop", "{'name':'anna@example.org','password':'"
	    CANARY "'}", "true");
	expect("account.show", show, "\"mechanisms\":[\"USER\",\"APOP\"]");
	expect("account.passwd", "{'name':'anna@example.org','password':'"
	    "Tulip-Harbour-71'}", "anna");
	expect("account.show", show, "\"mechanisms\":[\"USER\",\"APOP\"]");
	expect("account.import", "{'lines':['anna@example.org:" HASH_2A
	    "']}", "\"updated\":1");
	expect("account.show", show, "\"apop\":false");
	expect("account.apop", "{'name':'anna@example.org','password':'"
	    CANARY "'}", "true");
	apop_key.key[3] ^= 4;
	expect("account.show", show, "\"mechanisms\":[\"USER\"]");
	apop_key.key[3] ^= 4;
	expect("account.passwd", "{'name':'anna@example.org','hash':'"
	    HASH_5 "'}", "anna");
	expect("account.show", show, "\"apop\":false");
	apop_key.there = false;
	expect("account.apop", "{'name':'anna@example.org','password':'"
	    CANARY "'}", "permanent: there is no APOP key");
	apop_key.there = true;
}
END_TEST

/* A script that makes accounts is told, not stopped. */
START_TEST(administrators_are_warned)
{
	static const char says[] = "\"warning\":\"The password is shorter "
	    "than 8 characters.\"";

	some_accounts();
	admin.strict = false;
	expect("account.add", "{'name':'carl@example.org','password':"
	    "'short'}", says);
	expect("account.show", "{'name':'carl@example.org'}", "yescrypt");
	expect("account.passwd", "{'name':'anna@example.org','password':"
	    "'short'}", says);
	ck_assert_ptr_null(strstr(reply("account.passwd", "{'name':"
	    "'anna@example.org','password':'Hq7','force':true}"), "warning"));
	ck_assert_ptr_null(strstr(reply("account.passwd", "{'name':"
	    "'anna@example.org','password':'" CANARY "'}"), "warning"));
	expect("account.passwd", "{'name':'anna@example.org','password':''}",
	    "config: The password is empty.");
	expect("account.apop", "{'name':'anna@example.org','password':"
	    "'short'}", "config: The password is shorter");
	expect("account.passwd", "{'name':'anna@example.org','password':'"
	    CANARY "'}", "\"warning\":\"The new password is the old one.\"");
}
END_TEST

static bool
count_hash(const char *hash, void *arg)
{
	(void)hash;
	++*(int *)arg;
	return true;
}

/* A list that comes every night must not make former passwords new again. */
START_TEST(imports_keep_former_passwords)
{
	struct acct_backend *b = acct_administered(admin.acct, NULL);
	int n = 0;

	some_accounts();
	admin.rules.history = 3;
	expect("account.import", "{'lines':['anna@example.org:" HASH_2A
	    "']}", "\"updated\":1");
	expect("account.import", "{'lines':['anna@example.org:" HASH_2A
	    "']}", "\"updated\":1");
	ck_assert_int_eq(b->ops->admin->former(b, "anna@example.org",
	    count_hash, &n, NULL), 0);
	ck_assert_int_eq(n, 1);
}
END_TEST

/* Who is no administrator learns nothing of accounts that are not theirs. */
START_TEST(others_accounts)
{
	static const char *const names[] = { "anna@example.org",
		"nobody@example.org", "anna@no.such.example" };
	char args[128];
	size_t i;

	some_accounts();
	expect("account.set", "{'name':'bob@example.org','owner':5}",
	    "\"owner\":5");
	admin.is_admin = false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(args, sizeof(args), "{'name':'%s','password':'"
		    CANARY "','present_password':'x'}", names[i]);
		admin.code = 0;
		expect("account.passwd", args, "config: this account is not "
		    "yours");
		ck_assert_int_eq(admin.code, 77);
	}
	expect("account.owned", "{}", "{\"admin\":false,\"name\":"
	    "\"bob@example.org\"}");
	admin.uid = 6;
	expect("account.owned", "{}", "{\"admin\":false,\"name\":\"\"}");
}
END_TEST

/* W-13, W-14 as an administrator sees them. */
START_TEST(locks)
{
	some_accounts();
	expect("domain.alias", "{'alias':'a.example','name':'example.org'}",
	    "a.example");
	expect("domain.lock", "{'name':'example.org'}", "\"locked\":true");
	expect("account.show", "{'name':'anna@a.example'}",
	    "\"domain_locked\":true,\"locked\":false");
	expect("account.unlock", "{'name':'anna@example.org'}",
	    "config: anna@example.org is locked with its domain");
	expect("account.passwd", "{'name':'anna@example.org','hash':'"
	    HASH_2A "'}", "anna@example.org");
	expect("domain.lock", "{'name':'a.example'}", "is an alias of");
	expect("domain.stat", "{'name':'a.example'}",
	    "\"aliases\":[\"a.example\"],\"locked\":true");
	expect("domain.unlock", "{'name':'example.org'}", "\"locked\":false");
	expect("account.unlock", "{'name':'anna@example.org'}",
	    "\"locked\":false");
}
END_TEST

/* Good lines count, every other one is named with its number. */
START_TEST(import_names_its_faults)
{
	const char *got = reply("account.import", "{'first':10,'lines':["
	    "'anna@one.example:" HASH_5 "',"
	    "'# a comment','',"
	    "'bob:{BLF-CRYPT}" HASH_2A "::::/home/bob::userdb_x=1\\r',"
	    "'no colon here',"
	    "'carl@one.example:{SSHA}abcdef',"
	    "'dora@one.example:*',"
	    "'emil@one.example:',"
	    "'../x@one.example:" HASH_5 "',"
	    "'fred@nodot:" HASH_5 "',"
	    "'gina@one.example:{CRYPT}$1$abcdefgh$ZmZmZmZmZmZmZmZmZmZmZ1',"
	    "'hans@one.example:{PLAIN}" CANARY "',"
	    "'ANNA@One.Example:" HASH_2A "',"
	    "'ines@one.example:!" HASH_5 "',"
	    "'jan@one.example:{PLAIN}',"
	    "'kim@one.example:{crypt" HASH_5 "',"
	    "'lea@one.example:!'"
	    "]}");
	static const char *const parts[] = { "{\"added\":4,",
		"\"updated\":1}", "\"line\":14,",
		"15,\"text\":\"unknown scheme {SSHA}",
		"\"line\":16,", "\"line\":17,", "\"line\":18,",
		"19,\"text\":\"nodot: the domain",
		"20,\"text\":\"this kind of hash is too weak",
		"\"line\":24,", "\"line\":25,", "\"line\":26," };
	size_t i;

	for (i = 0; i < COUNT(parts); i++)
		ck_assert_msg(strstr(got, parts[i]) != NULL, "%s in %s",
		    parts[i], got);
	for (i = 10; i <= 23; i++) {
		char part[32];

		if (i >= 14 && i <= 20)
			continue;
		snprintf(part, sizeof(part), "\"line\":%zu,", i);
		ck_assert_msg(strstr(got, part) == NULL, "%s", part);
	}
	expect("account.show", "{'name':'bob'}", "\"scheme\":\"bcrypt\"");
	expect("account.show", "{'name':'hans@one.example'}", "yescrypt");
	expect("account.show", "{'name':'anna@one.example'}", "bcrypt");
	expect("account.show", "{'name':'ines@one.example'}",
	    "\"locked\":true");
}
END_TEST

/* More faults than a reply holds: none is lost, and no line is done twice. */
START_TEST(import_faults_are_bounded)
{
	json_t *lines = json_array(), *args = json_object(), *r, *f;
	int64_t first = 1, next = 1, added = 0, last = 0;
	char line[200], *text;
	const int n = 800;
	int i, rounds = 0;
	struct err e;
	size_t at;

	for (i = 1; i <= n; i++) {
		snprintf(line, sizeof(line), "%s%d@%s:%s",
		    "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc", i,
		    i % 100 == 0 ? "one.example" : "a-domain-without-a-dot",
		    HASH_5);
		json_array_append_new(lines, json_string(line));
	}
	json_object_set_new(args, "lines", lines);
	for (; next != 0 && rounds < 100; rounds++) {
		for (; first < next; first++)
			json_array_remove(lines, 0);
		json_object_set_new(args, "first", json_integer(first));
		r = admin_serve(&admin, "account.import", args, &e);
		ck_assert_msg(r != NULL, "%s", e.text);
		text = json_dumps(r, JSON_COMPACT);
		ck_assert_uint_lt(strlen(text), 63000);
		free(text);
		added += json_integer_value(json_object_get(r, "added"));
		json_array_foreach(json_object_get(r, "faults"), at, f) {
			last += 1 + ((last + 1) % 100 == 0);
			ck_assert_int_eq(json_integer_value(json_object_get(f,
			    "line")), last);
		}
		next = json_integer_value(json_object_get(r, "next"));
		json_decref(r);
	}
	ck_assert_int_eq(last, n - 1);
	ck_assert_int_eq(added, n / 100);
	ck_assert_int_gt(rounds, 1);
	json_decref(args);
}
END_TEST

/* export | import on an empty server is the same server. */
START_TEST(export_reads_back)
{
	char first[4096];
	json_t *v, *r;
	struct err e;

	some_accounts();
	expect("account.lock", "{'name':'bob@example.org'}", "true");
	v = request("account.export", "{}", &e);
	snprintf(first, sizeof(first), "%s", reply("account.export", "{}"));
	expect("domain.remove", "{'name':'example.org','force':true}",
	    "\"accounts_removed\":2");
	r = admin_serve(&admin, "account.import", v, &e);
	json_decref(v);
	ck_assert_msg(r != NULL, "%s", e.text);
	ck_assert_int_eq(json_integer_value(json_object_get(r, "added")), 2);
	json_decref(r);
	ck_assert_str_eq(reply("account.export", "{}"), first);
	expect("account.show", "{'name':'bob@example.org'}",
	    "\"locked\":true");
}
END_TEST

/* Every page is below 60 KiB, and together they are everything once. */
START_TEST(pages_are_bounded)
{
	const char *verb = _i == 0 ? "account.list" : "account.export";
	const char *key = _i == 0 ? "accounts" : "lines";
	json_t *lines = json_array(), *args = json_object(), *r, *next;
	const int n = 1500;
	int i, seen = 0, rounds = 0;
	char line[200], *text;
	struct err e;

	for (i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "user%04d@example.org:%s", i,
		    HASH_5);
		json_array_append_new(lines, json_string(line));
	}
	json_object_set_new(args, "lines", lines);
	r = admin_serve(&admin, "account.import", args, &e);
	ck_assert_ptr_nonnull(r);
	json_decref(r);
	json_object_clear(args);
	do {
		r = admin_serve(&admin, verb, args, &e);
		ck_assert_msg(r != NULL, "%s", e.text);
		seen += (int)json_array_size(json_object_get(r, key));
		text = json_dumps(r, JSON_COMPACT);
		ck_assert_uint_lt(strlen(text), 63000);
		free(text);
		next = json_object_get(r, "next");
		if (next != NULL)
			json_object_set(args, "after", next);
		rounds++;
		json_decref(r);
	} while (next != NULL && rounds < 100);
	ck_assert_int_eq(seen, n);
	ck_assert_int_gt(rounds, 1);
	json_decref(args);
}
END_TEST

START_TEST(wiping_reaches_every_secret)
{
	json_t *v = json_pack("{s:s, s:s, s:[s,s]}", "password", CANARY,
	    "hash", CANARY, "lines", CANARY, CANARY);
	char *text;

	admin_wipe(v);
	ck_assert_str_ne(json_string_value(json_object_get(v, "password")),
	    CANARY);
	text = json_dumps(v, 0);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_null(strstr(text, CANARY));
	free(text);
	json_decref(v);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	UNIT_ROWS(tc, requests_and_replies, replies);
	tcase_add_test(tc, apop_and_passwords);
	tcase_add_test(tc, administrators_are_warned);
	tcase_add_test(tc, imports_keep_former_passwords);
	tcase_add_test(tc, others_accounts);
	tcase_add_test(tc, locks);
	tcase_add_test(tc, import_names_its_faults);
	tcase_add_test(tc, import_faults_are_bounded);
	tcase_add_test(tc, export_reads_back);
	tcase_add_loop_test(tc, pages_are_bounded, 0, 2);
	tcase_add_test(tc, wiping_reaches_every_secret);
}
UNIT_MAIN("admin", add)
