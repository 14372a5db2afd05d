/*
 * top.h - what cmd_top.c, top_page.c and top_screen.c share
 */
#ifndef TOP_H
#define TOP_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "pop3ctl/cmd.h"

struct top {
	struct cmd *c;
	int64_t interval;	/* ms */
	json_t *now, *before;	/* replies to "stats"; before NULL: the first */
	int64_t now_at, before_at;	/* mono ms */
	json_t *denied;		/* of autodeny.list, the first page */
};

/* Ask anew.  0, or -1: then top_why() asks once more, so that it is told why,
 * and returns the exit code. */
int top_sample(struct top *t);
int top_why(struct top *t);

/* A screen full of it, a line each, everything escaped. */
void top_page(FILE *to, const struct top *t);
/* One line of it, and the line above all of them. */
void top_line(FILE *to, const struct top *t);
void top_line_head(FILE *to);

/*
 * Show it until somebody types q.  The exit code, or -1 when this terminal
 * cannot show pages.  A signal ends it as it ends any program, but with the
 * terminal as it was.
 */
int top_screen(struct top *t);

#endif
