/*
 * daily.h - what a file a day is called, and which of them are ours
 *
 * Pure: time comes in as an argument, as local time.
 */
#ifndef LOG_DAILY_H
#define LOG_DAILY_H

#include <stdbool.h>
#include <time.h>

#define DAILY_NAME	32

/* "sys1121.txt", for the day of tm. */
void daily_name(const struct tm *tm, char out[DAILY_NAME]);

/*
 * What the file of a day in another year is renamed to, when now is tm and its
 * last write was at last: "sys1121.2025.txt", n 0; "sys1121.2025.1.txt" and so
 * on when there is one already.  false: it is of this year, and stays.
 */
bool daily_aside(const struct tm *tm, const struct tm *last, unsigned n,
    char out[DAILY_NAME]);

/* A name that one of the two above can have made. */
bool daily_is_ours(const char *name);

#endif
