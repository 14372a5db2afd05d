/*
 * rss.h - how much memory this process holds
 */
#ifndef UNIT_RSS_H
#define UNIT_RSS_H

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#define RSS_MOST	1024		/* KiB that many rounds may add */

static inline long
rss_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long all, resident = -1;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%ld %ld", &all, &resident), 2);
	(void)fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* A sanitizer keeps what is freed for a while; there its own search for leaks
 * judges. */
static inline void
rss_check(long before)
{
	long grown = rss_kib() - before;

#ifdef SANITIZED
	printf("grown by %ld KiB; the sanitizer's leak check judges\n", grown);
#else
	ck_assert_msg(grown < RSS_MOST, "grown by %ld KiB", grown);
#endif
}

#endif
