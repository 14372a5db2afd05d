/*
 * print.h - what people see
 *
 * Text from the server may come from a stranger (a login name, a path): it is
 * escaped before it reaches the terminal.
 */
#ifndef PRINT_H
#define PRINT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Octets outside printable ASCII become \xNN, a backslash \\. */
void print_safe(FILE *to, const char *text);

/* JSON, indented, in ASCII, with its LF. */
void print_json(FILE *to, const json_t *v);

/* A string as it is (escaped), anything else as JSON on one line. */
void print_value(FILE *to, const json_t *v);

#define PRINT_TEXT	64
/* "2d4h", "3m12s"; "1.2M"; "2026-11-21 16:31:02" in local time. */
const char *print_age(int64_t seconds, char out[PRINT_TEXT]);
const char *print_size(int64_t octets, char out[PRINT_TEXT]);
const char *print_time(int64_t wall, char out[PRINT_TEXT]);

/*
 * Columns as wide as their longest cell; on a terminal the widest give way
 * until a line fits.  A head that begins with '>' is aligned to the right.
 */
struct table {
	const char *const *heads;
	size_t cols;
	char **cells;
	size_t n, cap;
};
void table_begin(struct table *t, const char *const heads[], size_t cols);
void table_text(struct table *t, const char *text);	/* the next cell */
void table_number(struct table *t, int64_t n);
void table_end(struct table *t, FILE *to);		/* print (NULL: not) and free */

#endif
