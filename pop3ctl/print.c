/*
 * print.c - what people see
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3ctl/print.h"

#define GAP		2
#define NARROWEST	8

/* Four octets at most for one: \xNN. */
static char *
safe_copy(const char *text)
{
	static const char hex[] = "0123456789abcdef";
	char *out = mem_new(strlen(text) * 4 + 1, 1), *to = out;

	for (; out != NULL && *text != '\0'; text++) {
		if (*text >= 0x20 && *text <= 0x7e && *text != '\\') {
			*to++ = *text;
			continue;
		}
		*to++ = '\\';
		if (*text == '\\') {
			*to++ = '\\';
			continue;
		}
		*to++ = 'x';
		*to++ = hex[(unsigned char)*text >> 4];
		*to++ = hex[(unsigned char)*text & 15];
	}
	return out;
}

void
print_safe(FILE *to, const char *text)
{
	char *safe = safe_copy(text);

	fputs(safe == NULL ? "?" : safe, to);
	free(safe);
}

/* What json_dumps leaves alone is printable but for DEL. */
static void
print_dump(FILE *to, const json_t *v, size_t flags)
{
	char *text = json_dumps(v, flags | JSON_ENSURE_ASCII |
	    JSON_ENCODE_ANY), *p;

	for (p = text; p != NULL && (p = strchr(p, 0x7f)) != NULL; )
		*p = '?';
	fputs(text == NULL ? "?" : text, to);
	free(text);
}

void
print_json(FILE *to, const json_t *v)
{
	print_dump(to, v, JSON_INDENT(2));
	fputc('\n', to);
}

void
print_value(FILE *to, const json_t *v)
{
	if (json_is_string(v))
		print_safe(to, json_string_value(v));
	else
		print_dump(to, v, 0);
}

const char *
print_age(int64_t s, char out[PRINT_TEXT])
{
	if (s < 0)
		s = 0;
	if (s < 60)
		snprintf(out, PRINT_TEXT, "%" PRId64 "s", s);
	else if (s < 3600)
		snprintf(out, PRINT_TEXT, "%" PRId64 "m%" PRId64 "s", s / 60,
		    s % 60);
	else if (s < 86400)
		snprintf(out, PRINT_TEXT, "%" PRId64 "h%" PRId64 "m", s / 3600,
		    s / 60 % 60);
	else
		snprintf(out, PRINT_TEXT, "%" PRId64 "d%" PRId64 "h",
		    s / 86400, s / 3600 % 24);
	return out;
}

const char *
print_size(int64_t octets, char out[PRINT_TEXT])
{
	static const char units[] = " KMGTPE";
	double v = (double)octets;
	size_t i = 0;

	while (v >= 1024 && i < sizeof(units) - 2) {
		v /= 1024;
		i++;
	}
	if (i == 0)
		snprintf(out, PRINT_TEXT, "%" PRId64, octets);
	else
		snprintf(out, PRINT_TEXT, v < 10 ? "%.1f%c" : "%.0f%c", v,
		    units[i]);
	return out;
}

const char *
print_time(int64_t wall, char out[PRINT_TEXT])
{
	time_t t = (time_t)wall;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(out, PRINT_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(out, PRINT_TEXT, "%" PRId64, wall);
	return out;
}

void
table_begin(struct table *t, const char *const heads[], size_t cols)
{
	memset(t, 0, sizeof(*t));
	t->heads = heads;
	t->cols = cols;
}

void
table_text(struct table *t, const char *text)
{
	char **cells = mem_grow(t->cells, &t->cap, t->n + 1, sizeof(*cells));

	if (cells == NULL)
		return;
	t->cells = cells;
	t->cells[t->n++] = safe_copy(text == NULL ? "" : text);
}

void
table_number(struct table *t, int64_t n)
{
	char text[PRINT_TEXT];

	snprintf(text, sizeof(text), "%" PRId64, n);
	table_text(t, text);
}

static const char *
cell(const struct table *t, size_t row, size_t col)
{
	size_t i = row * t->cols + col;

	return i < t->n && t->cells[i] != NULL ? t->cells[i] : "";
}

static size_t
screen_width(FILE *to)
{
	struct winsize ws;

	if (!isatty(fileno(to)) || ioctl(fileno(to), TIOCGWINSZ, &ws) < 0 ||
	    ws.ws_col == 0)
		return SIZE_MAX;
	return ws.ws_col;
}

/* Take from the widest until all fit, or all are narrow. */
static void
fit(size_t *width, size_t cols, size_t screen)
{
	size_t i, widest, sum;

	for (;;) {
		sum = (cols - 1) * GAP;
		widest = 0;
		for (i = 0; i < cols; i++) {
			sum += width[i];
			if (width[i] > width[widest])
				widest = i;
		}
		if (sum <= screen || width[widest] <= NARROWEST)
			return;
		width[widest]--;
	}
}

static void
print_cell(FILE *to, const char *text, size_t width, bool right, bool last)
{
	size_t n = strlen(text);
	int pad = n < width ? (int)(width - n) : 0;

	if (right)
		fprintf(to, "%*s", pad, "");
	if (n > width)
		fprintf(to, "%.*s..", (int)width - 2, text);
	else
		fputs(text, to);
	if (!last)
		fprintf(to, "%*s", (right ? 0 : pad) + GAP, "");
}

static void
print_table(const struct table *t, FILE *to, size_t *width)
{
	size_t rows = (t->n + t->cols - 1) / t->cols, row, i, n;
	bool right;

	for (i = 0; i < t->cols; i++) {
		width[i] = strlen(t->heads[i]) - (t->heads[i][0] == '>');
		for (row = 0; row < rows; row++) {
			n = strlen(cell(t, row, i));
			width[i] = n > width[i] ? n : width[i];
		}
	}
	fit(width, t->cols, screen_width(to));
	for (row = 0; row <= rows; row++) {
		for (i = 0; i < t->cols; i++) {
			right = t->heads[i][0] == '>';
			print_cell(to, row == 0 ? t->heads[i] + right :
			    cell(t, row - 1, i), width[i], right,
			    i + 1 == t->cols);
		}
		fputc('\n', to);
	}
}

void
table_end(struct table *t, FILE *to)
{
	size_t *width = mem_new(t->cols, sizeof(*width));
	size_t i;

	if (width != NULL && to != NULL)
		print_table(t, to, width);
	free(width);
	for (i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}
