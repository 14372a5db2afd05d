/*
 * cmd_ranges_import.c - grant import, deny import
 *
 * A file is sent in requests of what fits a line of the protocol; the server
 * changes its list once, with the last.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

#define OCTETS_MAX	(60u * 1024)
#define LINE_MAX_SENT	200	/* a longer line is no range: cut, it is none
				 * either */

struct import {
	struct cmd *c;
	json_t *lines;		/* of the next request */
	size_t octets;
	int64_t stage;
	int64_t number;
};

static int
send_some(struct import *im, bool done, json_t **result_r)
{
	json_t *args = cmd_with_listener(im->c, json_pack(
	    "{s:o, s:I, s:b, s:b, s:b}", "lines", im->lines, "stage",
	    (json_int_t)im->stage, "done", done, "replace", im->c->replace,
	    "runtime", im->c->runtime)), *f;
	int code = 0;
	size_t i;

	im->lines = json_array();
	im->octets = 0;
	if (args == NULL || im->lines == NULL) {
		json_decref(args);
		return cmd_fail(im->c, CTL_TRY_AGAIN, "no memory");
	}
	*result_r = cmd_ask(im->c, im->c->verb->verb, args, &code);
	if (!done)
		im->stage = cmd_int(*result_r, "stage");
	json_array_foreach(json_object_get(*result_r, "faults"), i, f) {
		fprintf(stderr, "pop3ctl: line %lld: ",
		    (long long)cmd_int(f, "line"));
		print_safe(stderr, cmd_str(f, "text"));
		fputc('\n', stderr);
	}
	return code;
}

/* Each line is sent, so that the server's numbers are the file's. */
static int
add_line(struct import *im, const char *s, size_t n)
{
	json_t *v, *result = NULL;
	int code = 0;

	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	im->number++;
	v = json_stringn(s, n < LINE_MAX_SENT ? n : LINE_MAX_SENT);
	if (v == NULL)
		v = json_string("(no UTF-8 text)");
	/* an octet may become six */
	if (im->octets + 6 * json_string_length(v) + 3 > OCTETS_MAX) {
		code = send_some(im, false, &result);
		json_decref(result);
	}
	im->octets += json_dumpb(v, NULL, 0, JSON_ENCODE_ANY) + 1;
	if (json_array_append_new(im->lines, v) < 0)
		return cmd_fail(im->c, CTL_TRY_AGAIN, "no memory");
	return code;
}

static int
import_file(struct import *im, FILE *f, json_t **result_r)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int code = 0;

	while (code == 0 && (n = getline(&line, &cap, f)) >= 0)
		code = add_line(im, line, (size_t)n);
	if (code == 0 && ferror(f))
		code = cmd_fail(im->c, CTL_TRY_AGAIN, "cannot read the file");
	/* two requests: the last page's faults are told before the verdict */
	if (code == 0)
		code = send_some(im, false, result_r);
	if (code == 0) {
		json_decref(*result_r);
		code = send_some(im, true, result_r);
	}
	free(line);
	return code;
}

int
cmd_ranges_import(struct cmd *c)
{
	struct import im = { .c = c };
	json_t *result = NULL;
	char text[256];
	FILE *f;
	int code;

	if (c->argc != 1)
		return cmd_usage(c, "needs one FILE, or - for standard input");
	f = strcmp(c->argv[0], "-") == 0 ? stdin : fopen(c->argv[0], "re");
	if (f == NULL) {
		snprintf(text, sizeof(text), "%.200s: %s", c->argv[0],
		    strerror(errno));
		return cmd_fail(c, CTL_NOT_FOUND, text);
	}
	im.lines = json_array();
	code = import_file(&im, f, &result);
	if (f != stdin)
		(void)fclose(f);
	if (code == 0 && !c->json) {
		printf("%lld lines: %lld ranges added, %lld were there, %lld "
		    "in the list now\n", (long long)im.number,
		    (long long)cmd_int(result, "added"),
		    (long long)cmd_int(result, "n_there"),
		    (long long)cmd_int(result, "total"));
		cmd_print_notes(c, result);
	}
	json_decref(im.lines);
	json_decref(result);
	return code;
}
