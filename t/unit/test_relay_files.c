/*
 * test_relay_files.c - envelopes, the spool at every step of a crash, the
 * schedule by a clock of ours, routes, jobs and the allowance of an account
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pop3srvd/relay/job.h"
#include "pop3srvd/relay/rate.h"
#include "pop3srvd/relay/route.h"
#include "pop3srvd/relay/schedule.h"
#include "pop3srvd/relay/spool.h"

#include "t/unit/synced.h"
#include "t/unit/unit.h"

#define MINUTE	INT64_C(60000)
#define HOUR	(60 * MINUTE)

static char top[64];
static struct spool *spool;

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
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
	spool = spool_open(top, &e);
	ck_assert_msg(spool != NULL, "%s", e.text);
}

static void
teardown(void)
{
	spool_close(&spool);
	nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct envelope *
sample(const char *id)
{
	struct envelope *v = envelope_new(id);

	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(envelope_say(&v->sender, "anna@example.org"), 0);
	ck_assert_int_eq(envelope_say(&v->account, "anna@example.org"), 0);
	ck_assert_int_eq(envelope_add(v, "a@b.example"), 0);
	ck_assert_int_eq(envelope_add(v, "c@d.example"), 0);
	ck_assert_int_eq(envelope_say(&v->rcpts[1].words, "450 no"), 0);
	v->rcpts[0].state = RCPT_DONE;
	v->octets = 5;
	v->attempts = 3;
	v->noticed = true;
	v->created = 1;
	v->saved = 2;
	v->age = 3;
	v->wait = 4;
	return v;
}

START_TEST(an_envelope_comes_back)
{
	struct envelope *v = sample("abcdefg1"), *w;
	struct buf b;
	struct err e;

	buf_init(&b, ENVELOPE_MAX);
	ck_assert_int_eq(envelope_pack(v, &b), 0);
	w = envelope_unpack("abcdefg1", buf_data(&b), buf_len(&b), &e);
	ck_assert_ptr_nonnull(w);
	ck_assert_str_eq(w->sender, v->sender);
	ck_assert_uint_eq(w->n_rcpts, 2);
	ck_assert_str_eq(w->rcpts[1].words, "450 no");
	ck_assert_ptr_null(w->rcpts[0].words);
	ck_assert_int_eq(w->rcpts[0].state, RCPT_DONE);
	ck_assert(w->noticed && w->age == 3 && w->wait == 4 && w->saved == 2);
	ck_assert_uint_eq(envelope_count(w, RCPT_WAITS), 1);
	envelope_free(&w);
	/* another's name is not its own */
	ck_assert_ptr_null(envelope_unpack("abcdefg2", buf_data(&b),
	    buf_len(&b), &e));
	buf_free(&b);
	envelope_free(&v);
}
END_TEST

/* Cut anywhere, or any octet changed: known for damaged. */
START_TEST(a_damaged_envelope_is_known)
{
	struct envelope *v = sample("abcdefg1");
	struct buf b;
	struct err e;
	char *copy;
	size_t i;

	buf_init(&b, ENVELOPE_MAX);
	ck_assert_int_eq(envelope_pack(v, &b), 0);
	for (i = 0; i < buf_len(&b); i++)
		ck_assert_ptr_null(envelope_unpack("abcdefg1", buf_data(&b),
		    i, &e));
	copy = malloc(buf_len(&b));
	for (i = 0; i < buf_len(&b); i++) {
		memcpy(copy, buf_data(&b), buf_len(&b));
		copy[i] = (char)(copy[i] ^ 1);
		ck_assert_ptr_null(envelope_unpack("abcdefg1", copy,
		    buf_len(&b), &e));
		ck_assert_int_eq(e.class, ERR_PROTO);
	}
	free(copy);
	buf_free(&b);
	envelope_free(&v);
}
END_TEST

static void
put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/spool/%s", top, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static bool
there(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/spool/%s", top, name);
	return access(path, F_OK) == 0;
}

static int n_found, n_damaged;
static char last_found[ENVELOPE_ID + 1], last_damaged[ENVELOPE_ID + 1];

static void
found(struct envelope *v, void *arg)
{
	(void)arg;
	n_found++;
	memcpy(last_found, v->id, sizeof(last_found));
	envelope_free(&v);
}

static void
damaged(const char *id, const struct err *e, void *arg)
{
	(void)e;
	(void)arg;
	n_damaged++;
	memcpy(last_damaged, id, sizeof(last_damaged));
}

static void
scan(int want_found, int want_damaged)
{
	static const struct spool_ops ops = { found, damaged };
	struct err e;

	n_found = n_damaged = 0;
	ck_assert_int_eq(spool_scan(spool, &ops, NULL, &e), 0);
	ck_assert_int_eq(n_found, want_found);
	ck_assert_int_eq(n_damaged, want_damaged);
}

/* A message accepted; its id. */
static void
accepted(char id[ENVELOPE_ID + 1])
{
	struct envelope *v;
	struct err e;
	int fd = spool_temp(spool, id, &e);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "A: b\n", 5), 5);
	v = sample(id);
	ck_assert_msg(spool_accept(spool, v, fd, &e) == 0, "%s", e.text);
	close(fd);
	envelope_free(&v);
}

START_TEST(accepted_is_found_and_removed_is_gone)
{
	char id[ENVELOPE_ID + 1], name[32];
	struct err e;
	struct stat st;
	char path[256];

	accepted(id);
	ck_assert(envelope_id_ok(id));
	scan(1, 0);
	ck_assert_str_eq(last_found, id);
	snprintf(path, sizeof(path), "%s/spool/%s.msg", top, id);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(spool_remove(spool, id, &e), 0);
	snprintf(name, sizeof(name), "%s.msg", id);
	ck_assert(!there(name));
	scan(0, 0);
	ck_assert_int_lt(spool_remove(spool, id, &e), 0);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
}
END_TEST

/* The message, its envelope, then the names of both, beside badmail's. */
START_TEST(accepted_was_synced)
{
	char id[ENVELOPE_ID + 1];

	synced_nothing();
	accepted(id);
	ck_assert_int_eq(n_synced, 3);
	synced_file(0);
	synced_file(1);
	synced_folder(2, 3);
}
END_TEST

START_TEST(what_a_crash_leaves_before_acceptance_goes)
{
	put("aaaaaaa1.tmp", "half a mess");
	put("aaaaaaa2.msg", "whole, but nobody was told\n");
	put("aaaaaaa3.env.new", "half an envelope");
	put("aaaaaaa3.msg", "x\n");
	put("strange", "left alone");
	scan(0, 0);
	ck_assert(!there("aaaaaaa1.tmp") && !there("aaaaaaa2.msg"));
	ck_assert(!there("aaaaaaa3.env.new") && !there("aaaaaaa3.msg"));
	ck_assert(there("strange"));
}
END_TEST

/* A crash while an envelope is replaced leaves the old one. */
START_TEST(a_half_replaced_envelope_is_the_old_one)
{
	char id[ENVELOPE_ID + 1], name[32];

	accepted(id);
	snprintf(name, sizeof(name), "%s.env.new", id);
	put(name, "half");
	scan(1, 0);
	ck_assert(!there(name));
}
END_TEST

START_TEST(damaged_files_are_set_aside)
{
	char id[ENVELOPE_ID + 1], name[128];
	struct err e;

	accepted(id);
	snprintf(name, sizeof(name), "%s.env", id);
	put(name, "not an envelope");
	scan(0, 1);
	ck_assert_str_eq(last_damaged, id);
	ck_assert(!there(name));
	snprintf(name, sizeof(name), "badmail/%s.env", id);
	ck_assert(there(name));
	snprintf(name, sizeof(name), "badmail/%s.msg", id);
	ck_assert(there(name));
	scan(0, 0);
	ck_assert_ptr_null(spool_bad(spool, id, &e));
	ck_assert_int_eq(spool_remove_bad(spool, id, &e), 0);
	ck_assert(!there(name));
}
END_TEST

START_TEST(a_message_of_another_length_is_set_aside)
{
	char id[ENVELOPE_ID + 1], name[128];

	accepted(id);
	snprintf(name, sizeof(name), "%s.msg", id);
	put(name, "A:");
	scan(0, 1);
	accepted(id);
	snprintf(name, sizeof(name), "%s/spool/%s.msg", top, id);
	ck_assert_int_eq(remove(name), 0);
	scan(0, 1);
	snprintf(name, sizeof(name), "badmail/%s.env", id);
	ck_assert(there(name));
}
END_TEST

static int n_bad;

static void
count(const char *id, void *arg)
{
	(void)id;
	(void)arg;
	n_bad++;
}

START_TEST(badmail_and_back)
{
	char id[ENVELOPE_ID + 1], name[128], kept[128];
	struct envelope *v;
	struct err e;

	accepted(id);
	ck_assert_int_eq(spool_to_bad(spool, id, &e), 0);
	scan(0, 0);
	n_bad = 0;
	ck_assert_int_eq(spool_each_bad(spool, count, NULL, &e), 0);
	ck_assert_int_eq(n_bad, 1);
	v = spool_bad(spool, id, &e);
	ck_assert_ptr_nonnull(v);
	envelope_free(&v);
	ck_assert_int_eq(spool_from_bad(spool, id, &e), 0);
	scan(1, 0);
	/* without its message it stays where it is */
	ck_assert_int_eq(spool_to_bad(spool, id, &e), 0);
	snprintf(name, sizeof(name), "%s/spool/badmail/%s.msg", top, id);
	snprintf(kept, sizeof(kept), "%s/kept", top);
	ck_assert_int_eq(rename(name, kept), 0);
	ck_assert_int_lt(spool_from_bad(spool, id, &e), 0);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(rename(kept, name), 0);
	ck_assert_int_eq(spool_from_bad(spool, id, &e), 0);
	/* a crash between the two renames, either way: badmail */
	snprintf(name, sizeof(name), "%s/spool/%s.msg", top, id);
	ck_assert_int_eq(remove(name), 0);
	scan(0, 1);
}
END_TEST

/* An envelope that cannot be looked at is no missing one. */
START_TEST(a_message_outlives_trouble_with_its_envelope)
{
	char id[ENVELOPE_ID + 1], env[128], bad[32];
	struct err e;

	accepted(id);
	snprintf(env, sizeof(env), "%s/spool/%s.env", top, id);
	ck_assert_int_eq(remove(env), 0);
	ck_assert_int_eq(symlink(env, env), 0);
	scan(0, 1);
	snprintf(bad, sizeof(bad), "badmail/%s.msg", id);
	ck_assert(there(bad));
	ck_assert_int_lt(spool_from_bad(spool, "abcdefgh", &e), 0);
}
END_TEST

START_TEST(a_temporary_file_that_is_dropped_is_gone)
{
	char id[ENVELOPE_ID + 1], name[32];
	struct err e;
	int fd = spool_temp(spool, id, &e);

	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(name, sizeof(name), "%s.tmp", id);
	ck_assert(there(name));
	spool_drop_temp(spool, id);
	ck_assert(!there(name));
}
END_TEST

/* The table of W-27 by a clock of ours: every attempt within two days. */
START_TEST(retries_of_two_days)
{
	const struct schedule s = { { 15 * MINUTE, 30 * MINUTE, HOUR,
	    4 * HOUR }, 4, 12 * HOUR, 48 * HOUR };
	static const int64_t first[] = { 15, 45, 105, 345, 585, 825 };
	int64_t age = 0, notice_at = -1;
	bool noticed = false;
	uint32_t n;

	for (n = 1; !schedule_expired(&s, age); n++) {
		if (schedule_notice(&s, age, noticed)) {
			noticed = true;
			notice_at = age;
		}
		age += schedule_wait(&s, n);
		if (n <= 6)
			ck_assert_int_eq(age, first[n - 1] * MINUTE);
	}
	ck_assert(age >= 48 * HOUR && age < 52 * HOUR);
	ck_assert(notice_at >= 12 * HOUR && notice_at < 16 * HOUR);
	ck_assert(!schedule_notice(&(struct schedule){ .notice = 0 }, age,
	    false));
}
END_TEST

static const struct {
	const char *what;
	int64_t wait, passed, left, age;
} resumes[] = {
	{ "a short stop", 1000, 300, 700, 300 },
	{ "exactly over", 1000, 1000, 0, 1000 },
	{ "a long stop", 1000, 10 * 24 * HOUR, 0, 1000 },
	{ "a clock set back", 1000, -5 * 24 * HOUR, 1000, 0 },
	{ "nothing to wait for", 0, 5, 0, 0 },
};

START_TEST(no_step_of_the_clock_does_harm)
{
	int64_t age = 0, saved = INT64_C(1795300000000);

	ck_assert_msg(schedule_resume(resumes[_i].wait, saved,
	    saved + resumes[_i].passed, &age) == resumes[_i].left, "%s",
	    resumes[_i].what);
	ck_assert_msg(age == resumes[_i].age, "%s", resumes[_i].what);
}
END_TEST

static const struct {
	const char *address;
	int route;
} routes[] = {
	{ "a@one.example", 0 }, { "a@ONE.Example", 0 },
	{ "a@x.one.example", ROUTE_SMART_HOST },
	{ "a@x.two.example", 1 }, { "a@x.y.two.example", 1 },
	{ "a@two.example", ROUTE_SMART_HOST },
	{ "a@xtwo.example", ROUTE_SMART_HOST },
	{ "one.example@b.c", ROUTE_SMART_HOST },
};

START_TEST(a_domain_finds_its_route)
{
	char one[] = "one.example", two[] = "*.two.example", host[] = "h:25";
	char none[] = "", sendmail[] = "/bin/true";
	struct conf_route list[] = { { .domain = one, .smart_host = host },
		{ .domain = two, .smart_host = host } };
	struct conf_relay c = { .smart_host = host, .sendmail = none,
		.routes = list, .n_routes = 2 };

	ck_assert_msg(route_of(&c, routes[_i].address) == routes[_i].route,
	    "%s", routes[_i].address);
	c.smart_host = none;
	ck_assert_int_eq(route_of(&c, "a@b.c"), ROUTE_NONE);
	c.sendmail = sendmail;
	ck_assert_int_eq(route_of(&c, "a@b.c"), ROUTE_SENDMAIL);
}
END_TEST

START_TEST(a_job_and_its_answer_come_back)
{
	char host[] = "h:25", text[] = "t", empty[] = "";
	struct job j = { .host = host, .tls = CONF_TLS_IMPLICIT,
		.ca_file = empty, .user = text, .password = text,
		.helo_name = text, .sender = empty, .rcpts = { text, host },
		.n_rcpts = 2, .timeout = 7 }, k;
	struct job_result r[2] = { { JOB_SENT, "250 ok" },
		{ JOB_PERM, "550 no" } }, got[2];
	struct buf b;
	size_t n;

	buf_init(&b, JOB_MAX);
	ck_assert_int_eq(job_pack(&j, &b), 0);
	ck_assert_int_eq(job_unpack(&k, buf_span(&b)), 0);
	ck_assert(k.n_rcpts == 2 && k.timeout == 7 &&
	    k.tls == CONF_TLS_IMPLICIT && strcmp(k.rcpts[1], host) == 0);
	job_clear(&k);
	for (n = 0; n < buf_len(&b); n++)
		ck_assert_int_lt(job_unpack(&k, span_mem(buf_data(&b), n)),
		    0);
	buf_free(&b);
	ck_assert_int_eq(job_answer_pack(r, 2, &b), 0);
	ck_assert_int_eq(job_answer_unpack(got, 2, buf_span(&b)), 0);
	ck_assert(got[1].outcome == JOB_PERM);
	ck_assert_str_eq(got[1].words, "550 no");
	ck_assert_int_lt(job_answer_unpack(got, 1, buf_span(&b)), 0);
	for (n = 0; n < buf_len(&b); n++)
		ck_assert_int_lt(job_answer_unpack(got, 2,
		    span_mem(buf_data(&b), n)), 0);
	buf_free(&b);
}
END_TEST

START_TEST(an_hour_has_its_allowance)
{
	struct rate *r = made(rate_new());
	int64_t now = 1000;
	int i;

	ck_assert_ptr_nonnull(r);
	for (i = 0; i < 4; i++) {
		ck_assert(rate_allows(r, "anna", 4, now));
		rate_count(r, "anna", 4, now);
	}
	ck_assert(!rate_allows(r, "anna", 4, now));
	ck_assert(rate_allows(r, "berta", 4, now));
	ck_assert(rate_allows(r, "anna", 0, now));
	/* it grows back evenly: one each quarter */
	ck_assert(!rate_allows(r, "anna", 4, now + HOUR / 4 - 1));
	ck_assert(rate_allows(r, "anna", 4, now + HOUR / 4));
	rate_count(r, "anna", 4, now + HOUR / 4);
	ck_assert(!rate_allows(r, "anna", 4, now + HOUR / 4));
	ck_assert(rate_allows(r, "anna", 4, now + 3 * HOUR));
	rate_free(&r);
}
END_TEST

/* Whoever floods the table with names pushes out others like these first. */
START_TEST(a_busy_account_stays_counted)
{
	struct rate *r = made(rate_new());
	char name[32];
	int i;

	for (i = 0; i < 4; i++)
		rate_count(r, "anna", 4, 1000);
	for (i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "user%d", i);
		(void)rate_allows(r, name, 4, 1000);
	}
	ck_assert(!rate_allows(r, "anna", 4, 1000));
	rate_free(&r);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_envelope_comes_back);
	tcase_add_test(tc, a_damaged_envelope_is_known);
	tcase_add_test(tc, accepted_is_found_and_removed_is_gone);
	tcase_add_test(tc, accepted_was_synced);
	tcase_add_test(tc, what_a_crash_leaves_before_acceptance_goes);
	tcase_add_test(tc, a_half_replaced_envelope_is_the_old_one);
	tcase_add_test(tc, damaged_files_are_set_aside);
	tcase_add_test(tc, a_message_of_another_length_is_set_aside);
	tcase_add_test(tc, badmail_and_back);
	tcase_add_test(tc, a_message_outlives_trouble_with_its_envelope);
	tcase_add_test(tc, a_temporary_file_that_is_dropped_is_gone);
	tcase_add_test(tc, retries_of_two_days);
	UNIT_ROWS(tc, no_step_of_the_clock_does_harm, resumes);
	UNIT_ROWS(tc, a_domain_finds_its_route, routes);
	tcase_add_test(tc, a_job_and_its_answer_come_back);
	tcase_add_test(tc, an_hour_has_its_allowance);
	tcase_add_test(tc, a_busy_account_stays_counted);
}

UNIT_MAIN("relay_files", add)
