/*
 * mail_open.c - how long the first look at a maildrop takes
 *
 * usage: mail_open FOLDER [MESSAGES]
 * Makes a Maildir below FOLDER, opens it cold (counting every message), sized
 * (sizes in the names, no index), warm (index and unchanged folders) and with
 * ten new messages, and prints milliseconds, those of the processor alone, the
 * longest slice and memory.
 * Removing FOLDER is left to whoever named it.
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/path.h"

#include "lib/mail/index.h"
#include "lib/mail/lock.h"
#include "lib/mail/maildrop.h"
#include "lib/mail/store.h"

#define OCTETS	2048

static double
read_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double
now_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* Of the processor only: the same on a busy machine, almost. */
static double
cpu_ms(void)
{
	return read_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
fill(int maildrop, const char *folder, unsigned from, unsigned to, int sized)
{
	int dir = path_open_dir(maildrop, folder, NULL), fd;
	char name[128], text[OCTETS];
	unsigned i;

	memset(text, 'x', sizeof(text));
	memcpy(text, "Subject: x\n\n", 12);
	for (i = 79; i < sizeof(text); i += 80)
		text[i] = '\n';
	text[sizeof(text) - 1] = '\n';
	for (i = from; i < to; i++) {
		snprintf(name, sizeof(name), "%u.M%uP4711Q%uR0123456789abcdef."
		    "mail.example.org%s%s", 1700000000 + i / 3, i, i,
		    sized ? ",S=2048,W=2076" : "",
		    strcmp(folder, "cur") == 0 ? ":2,S" : "");
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0 || write(fd, text, OCTETS) != OCTETS)
			die(name);
		close(fd);
	}
	close(dir);
}

static struct store *
open_store(const struct store_env *env, const char *path, double *longest_r,
    struct buf *list)
{
	const struct store_ops *ops = store_find("maildir");
	struct store *st;
	enum store_step r;
	struct err e;
	double t;

	*longest_r = 0;
	st = ops->open(env, path, 0, &e);
	do {
		t = now_ms();
		r = ops->step(st, 0, &e);
		if (r == STORE_DONE && ops->list(st, list, &e) < 0)
			exit(1);
		t = now_ms() - t;
		*longest_r = t > *longest_r ? t : *longest_r;
	} while (r == STORE_MORE);
	if (r != STORE_DONE) {
		fprintf(stderr, "%s: %s\n", path, e.text);
		exit(1);
	}
	return st;
}

static void
measure(const char *what, const struct store_env *env, const char *path)
{
	const struct store_ops *ops = store_find("maildir");
	double longest, t, cpu, closing;
	struct mallinfo2 before, after;
	struct store *st;
	struct buf list;
	unsigned count;

	before = mallinfo2();
	t = now_ms();
	cpu = cpu_ms();
	st = open_store(env, path, &longest, &list);
	cpu = cpu_ms() - cpu;
	t = now_ms() - t;
	buf_free(&list);
	after = mallinfo2();
	count = ops->count(st);
	closing = cpu_ms();
	(void)ops->close(&st, NULL);
	closing = cpu_ms() - closing;
	printf("%-10s %7u messages  open+list %8.2f ms, cpu %7.2f  longest "
	    "slice %6.2f  close cpu %6.2f  held %zu octets\n", what, count,
	    t, cpu, longest, closing, after.uordblks + after.hblkhd - before.uordblks -
	    before.hblkhd);
}

int
main(int argc, char **argv)
{
	unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : 100000;
	struct store_env env;
	struct err e;
	int cold, sized;
	bool made;

	if (argc < 2) {
		fprintf(stderr, "usage: mail_open FOLDER [MESSAGES]\n");
		return 64;
	}
	if (path_make_dirs(argv[1], 0700, &e) < 0 ||
	    (env.root = path_open_dir(AT_FDCWD, argv[1], &e)) < 0 ||
	    (cold = maildrop_open(env.root, "b/cold", &made, &e)) < 0 ||
	    (sized = maildrop_open(env.root, "b/sized", &made, &e)) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	/* as drop's main() does */
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 32 << 20);
	env.locks = locks_new();
	fill(cold, "cur", 0, n, 0);
	fill(sized, "cur", 0, n, 1);
	sleep(3);
	measure("cold", &env, "b/cold");
	measure("sized", &env, "b/sized");
	measure("warm", &env, "b/sized");
	measure("warm", &env, "b/sized");
	fill(sized, "new", n, n + 10, 1);
	measure("ten new", &env, "b/sized");
	measure("unsettled", &env, "b/sized");
	sleep(3);
	measure("settling", &env, "b/sized");
	measure("warm", &env, "b/sized");
	locks_free(&env.locks);
	return 0;
}
