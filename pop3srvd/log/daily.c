/*
 * daily.c - what a file a day is called, and which of them are ours
 *
 * A name comes again each year, so the year is added when a file is still
 * there then.
 *
 * Runs in: log.  Trusts: nothing; names in the folder may be anybody's.
 */
#include <stdio.h>
#include <string.h>

#include "pop3srvd/log/daily.h"

#define MOST_ASIDE	99

static unsigned
month(const struct tm *tm)
{
	return (unsigned)(tm->tm_mon + 1) % 100;
}

static unsigned
day(const struct tm *tm)
{
	return (unsigned)tm->tm_mday % 100;
}

void
daily_name(const struct tm *tm, char out[DAILY_NAME])
{
	snprintf(out, DAILY_NAME, "sys%02u%02u.txt", month(tm), day(tm));
}

bool
daily_aside(const struct tm *tm, const struct tm *last, unsigned n,
    char out[DAILY_NAME])
{
	unsigned year = (unsigned)(last->tm_year + 1900) % 10000;

	if (last->tm_year == tm->tm_year || n > MOST_ASIDE)
		return false;
	if (n == 0)
		snprintf(out, DAILY_NAME, "sys%02u%02u.%04u.txt", month(tm),
		    day(tm), year);
	else
		snprintf(out, DAILY_NAME, "sys%02u%02u.%04u.%u.txt",
		    month(tm), day(tm), year, n);
	return true;
}

/* Pass over exactly n digits; NULL when they are not there. */
static const char *
digits(const char *s, size_t n)
{
	return s != NULL && strspn(s, "0123456789") == n ? s + n : NULL;
}

static const char *
word(const char *s, const char *w)
{
	return s != NULL && strncmp(s, w, strlen(w)) == 0 ? s + strlen(w) :
	    NULL;
}

static bool
is_end(const char *s)
{
	return s != NULL && strcmp(s, ".txt") == 0;
}

/* "2025" is somebody's year, not our month and day. */
static const char *
date(const char *s)
{
	const char *end = digits(s, 4);
	int m, d;

	if (end == NULL)
		return NULL;
	m = (s[0] - '0') * 10 + s[1] - '0';
	d = (s[2] - '0') * 10 + s[3] - '0';
	return m >= 1 && m <= 12 && d >= 1 && d <= 31 ? end : NULL;
}

bool
daily_is_ours(const char *name)
{
	const char *s = date(word(name, "sys")), *n;

	if (is_end(s))
		return true;
	s = digits(word(s, "."), 4);
	if (is_end(s))
		return true;
	n = word(s, ".");
	return is_end(digits(n, 1)) ||
	    (n != NULL && n[0] != '0' && is_end(digits(n, 2)));
}
