/*
 * cmd_import.c - account import and export
 *
 * A request holds what fits in a line of the protocol and what auth does in a
 * second: hashing a {PLAIN} password takes its time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

#define OCTETS_MAX	(60u * 1024)
#define LINES_MAX	500
#define PLAIN_MAX	50

struct import {
	struct cmd *c;
	json_t *lines;		/* of the next request */
	size_t octets, plain;
	int64_t first, number;
	int64_t added, updated, faults;
};

static void
fault(struct import *im, int64_t line, const char *why)
{
	im->faults++;
	fprintf(stderr, "pop3ctl: line %lld: ", (long long)line);
	print_safe(stderr, why);
	fputc('\n', stderr);
}

/* What was taken of the lines: all, or up to next when faults filled the
 * reply. */
static void
forget_taken(struct import *im, int64_t next)
{
	size_t n = json_array_size(im->lines);

	if (next > im->first && next - im->first < (int64_t)n)
		n = (size_t)(next - im->first);
	for (im->first += (int64_t)n; n > 0; n--) {
		ctl_wipe(json_array_get(im->lines, 0));
		(void)json_array_remove(im->lines, 0);
	}
}

static int
send_some(struct import *im)
{
	/* a copy: what was sent is wiped */
	json_t *args = json_pack("{s:o, s:I}", "lines",
	    json_deep_copy(im->lines), "first", (json_int_t)im->first);
	json_t *result, *f;
	size_t i;
	int code = 0;

	if (args == NULL)
		return cmd_fail(im->c, CTL_TRY_AGAIN, "no memory");
	result = cmd_ask(im->c, im->c->verb->verb, args, &code);
	im->added += cmd_int(result, "added");
	im->updated += cmd_int(result, "updated");
	json_array_foreach(json_object_get(result, "faults"), i, f)
		fault(im, cmd_int(f, "line"), cmd_str(f, "text"));
	forget_taken(im, cmd_int(result, "next"));
	json_decref(result);
	return code;
}

/* 0, or the exit code of a request that was not answered. */
static int
send_lines(struct import *im)
{
	int code = 0;

	while (code == 0 && json_array_size(im->lines) > 0)
		code = send_some(im);
	im->octets = im->plain = 0;
	return code;
}

/* As a JSON string: what must be escaped counts six octets. */
static size_t
json_octets(const char *s, size_t n)
{
	size_t octets = 3, i;

	for (i = 0; i < n; i++)
		octets += s[i] == '"' || s[i] == '\\' ? 2 :
		    (unsigned char)s[i] < 0x20 ? 6 : 1;
	return octets;
}

/* Lines keep their numbers, so a bad one is sent as an empty one. */
static int
add_line(struct import *im, char *s, size_t n)
{
	bool plain = strstr(s, ":{PLAIN}") != NULL;
	size_t octets;
	json_t *v;
	int code = 0;

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	octets = json_octets(s, n);
	v = octets > OCTETS_MAX ? NULL : json_stringn(s, n);
	if (im->octets + octets > OCTETS_MAX && v != NULL)
		code = send_lines(im);
	im->number++;
	if (v == NULL || memchr(s, '\0', n) != NULL) {
		json_decref(v);
		fault(im, im->number, octets > OCTETS_MAX ? "is too long" :
		    "is no UTF-8 text");
		v = json_string("");
		octets = 3;
		plain = false;
	}
	if (json_array_append_new(im->lines, v) < 0)
		return cmd_fail(im->c, CTL_TRY_AGAIN, "no memory");
	im->octets += octets;
	im->plain += plain;
	if (code == 0 && (json_array_size(im->lines) == LINES_MAX ||
	    im->plain == PLAIN_MAX))
		code = send_lines(im);
	return code;
}

static int
import_file(struct import *im, FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int code = 0;

	while (code == 0 && (n = getline(&line, &cap, f)) >= 0)
		code = add_line(im, line, (size_t)n);
	if (code == 0 && ferror(f))
		code = cmd_fail(im->c, CTL_TRY_AGAIN, "cannot read the file");
	if (code == 0)
		code = send_lines(im);
	mem_wipe(line, cap);
	free(line);
	return code;
}

int
cmd_account_import(struct cmd *c)
{
	struct import im = { .c = c, .first = 1, .lines = json_array() };
	char text[256];
	FILE *f;
	int code;

	if (c->argc != 1) {
		json_decref(im.lines);
		return cmd_usage(c, "needs one FILE, or - for standard input");
	}
	f = strcmp(c->argv[0], "-") == 0 ? stdin : fopen(c->argv[0], "re");
	if (f == NULL) {
		snprintf(text, sizeof(text), "%.200s: %s", c->argv[0],
		    strerror(errno));
		json_decref(im.lines);
		return cmd_fail(c, CTL_NOT_FOUND, text);
	}
	code = import_file(&im, f);
	if (f != stdin)
		(void)fclose(f);
	ctl_wipe(im.lines);
	json_decref(im.lines);
	if (!c->json)
		printf("%lld lines: %lld added, %lld updated, %lld faults\n",
		    (long long)im.number, (long long)im.added,
		    (long long)im.updated, (long long)im.faults);
	return code == 0 && im.faults > 0 ? CTL_BAD_VALUE : code;
}

/* C0, DEL, or C1 in UTF-8: no account has any, and a terminal obeys them. */
static bool
has_control(const char *line)
{
	const unsigned char *s = (const unsigned char *)line;

	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0))
			return true;
	return false;
}

/* As it is: import must read the very same name. */
static void
print_line(void *arg, const json_t *v)
{
	const char *line = json_string_value(v);

	(void)arg;
	if (line == NULL)
		return;
	if (has_control(line))
		print_safe(stdout, line);
	else
		fputs(line, stdout);
	fputc('\n', stdout);
}

int
cmd_account_export(struct cmd *c)
{
	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	return cmd_pages(c, json_object(), "lines", print_line, NULL);
}
