/*
 * acct_cost.c - what logins and imports cost in the auth process
 *
 *	acct_cost [ACCOUNTS [ROUNDS]]
 *
 * Prints the processor time of a login by outcome, which must be alike for
 * everything but success from the cache (S-26), and the time to import that
 * many accounts by requests as pop3ctl sends them.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/acct/import.h"
#include "lib/acct/verify.h"
#include "lib/base/json.h"
#include "lib/base/num.h"
#include "lib/base/path.h"
#include "pop3srvd/auth/admin.h"

#define REQUEST_OCTETS	60000

static double
now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		exit(1);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
die(const char *what, const struct err *e)
{
	fprintf(stderr, "acct_cost: %s: %s\n", what, e->text);
	exit(1);
}

/* One request, from text to text as it is in the process. */
static void
import(struct admin *a, const struct buf *lines)
{
	struct err e;
	json_t *args = json_read(buf_data(lines), buf_len(lines), &e), *r;

	if (args == NULL)
		die("request", &e);
	r = admin_serve(a, "account.import", args, &e);
	if (r == NULL)
		die("import", &e);
	if (json_array_size(json_object_get(r, "faults")) > 0) {
		fprintf(stderr, "acct_cost: a good line was refused\n");
		exit(1);
	}
	json_decref(r);
	admin_wipe(args);
	json_decref(args);
}

static void
import_all(struct admin *a, long n, const char *hash)
{
	double wall = now(CLOCK_MONOTONIC);
	double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	long i = 0, requests = 0;
	struct buf b;

	buf_init(&b, REQUEST_OCTETS + 1024);
	while (i < n) {
		buf_eat(&b, buf_len(&b));
		(void)buf_adds(&b, "{\"lines\":[");
		for (; i < n && buf_len(&b) < REQUEST_OCTETS - 300; i++)
			(void)buf_printf(&b, "%s\"user%ld@d%ld.example:%s\"",
			    buf_len(&b) > 12 ? "," : "", i, i / 1000,
			    hash);
		(void)buf_adds(&b, "]}");
		import(a, &b);
		requests++;
	}
	buf_free(&b);
	printf("import %ld accounts, %ld requests: %.2f s, %.2f s of "
	    "processor\n", n, requests, (now(CLOCK_MONOTONIC) - wall) / 1e3,
	    (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e3);
}

static void
login(struct verify *v, const char *what, const char *name,
    const char *password, long rounds)
{
	struct verify_ask ask = { .name = span_of(name),
	    .password = span_of(password), .default_domain = "" };
	enum verify_outcome r = VERIFY_FAIL;
	struct acct_account a;
	const char *reason = "";
	double cpu;
	struct err e;
	long i;

	ask.authzid = span_of("");
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 0; i < rounds; i++)
		r = verify(v, &ask, &a, &reason, &e);
	printf("login %-28s %-15s %9.4f ms of processor\n", what,
	    r == VERIFY_OK ? "ok" : reason,
	    (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)rounds);
}

static void
logins(struct admin *a, long rounds)
{
	struct verify cached = { a->acct, a->pw, NULL }, plain = cached;
	struct err e;

	plain.cache = cache_new(0, &e);
	cached.cache = cache_new(60000, &e);
	if (plain.cache == NULL || cached.cache == NULL)
		die("cache", &e);
	login(&plain, "right", "user1@d0.example", "secret", rounds);
	login(&plain, "wrong", "user1@d0.example", "Secret", rounds);
	login(&plain, "wrong, 500 octets", "user1@d0.example",
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "0123456789012345678901234567890123456789012345678901234567890123",
	    rounds);
	login(&plain, "unknown user", "user1@d1.example", "secret", rounds);
	login(&plain, "unknown domain", "user1@nowhere.example", "secret",
	    rounds);
	login(&plain, "bad name", "../user1", "secret", rounds);
	login(&plain, "locked", "locked@d0.example", "secret", rounds);
	login(&plain, "empty password", "user1@d0.example", "", rounds);
	login(&cached, "right, by the cache (first too)",
	    "user1@d0.example", "secret", rounds * 100);
	cache_free(&plain.cache);
	cache_free(&cached.cache);
}

static void
clean(const char *folder)
{
	static const char *const files[] = { "accounts.db", "accounts.db-wal",
		"accounts.db-shm" };
	int fd = path_open_dir(AT_FDCWD, folder, NULL);
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)path_unlink(fd, files[i], NULL);
	(void)close(fd);
	(void)rmdir(folder);
}

int
main(int argc, char **argv)
{
	static const char *const names[] = { "accounts" };
	char folder[] = "acct_cost-XXXXXX", hash[PWHASH_TEXT];
	uint64_t n = 100000, rounds = 30;
	struct admin a;
	struct buf b;
	struct err e;

	if ((argc > 1 && num_u64(span_of(argv[1]), 10000000, &n) < 0) ||
	    (argc > 2 && num_u64(span_of(argv[2]), 10000, &rounds) < 0)) {
		fprintf(stderr, "usage: acct_cost [ACCOUNTS [ROUNDS]]\n");
		return 64;
	}
	if (mkdtemp(folder) == NULL)
		return 1;
	a.acct = acct_new(names, 1, folder, &e);
	a.pw = pwhash_new("$y$", &e);
	if (a.acct == NULL || a.pw == NULL)
		die("set-up", &e);
	a.default_domain = "";
	a.now = 1700000000000;
	if (pwhash_make(a.pw, span_of("secret"), hash, &e) < 0)
		die("hash", &e);
	import_all(&a, (long)n, hash);
	buf_init(&b, sizeof(hash) + 64);
	(void)buf_printf(&b, "{\"lines\":[\"locked@d0.example:!%s\"]}", hash);
	import(&a, &b);
	buf_free(&b);
	logins(&a, (long)rounds);
	acct_free(&a.acct);
	pwhash_free(&a.pw);
	clean(folder);
	return 0;
}
