/*
 * top_screen.c - top on a whole terminal, by ncurses
 */
#include "config.h"

#include "pop3ctl/top.h"

#ifndef HAVE_NCURSES

int
top_screen(struct top *t)
{
	(void)t;
	return -1;
}

#else

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"

#define NO_SCREEN	(-2)

static volatile sig_atomic_t caught;

static void
on_signal(int signo)
{
	caught = signo;
}

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define ENDING	(sizeof(ending) / sizeof(ending[0]))

/* Before ncurses begins: it leaves handlers of ours alone. */
static int
catch(struct sigaction old[ENDING])
{
	struct sigaction act;
	size_t i;

	memset(&act, 0, sizeof(act));
	act.sa_handler = on_signal;
	sigemptyset(&act.sa_mask);
	for (i = 0; i < ENDING; i++)
		if (sigaction(ending[i], &act, &old[i]) < 0)
			return -1;
	return 0;
}

static void
draw(const struct top *t)
{
	char *page = NULL, *rest, *line;
	size_t size;
	FILE *to = open_memstream(&page, &size);
	int row = 0;

	if (to == NULL)
		return;
	top_page(to, t);
	if (fclose(to) == 0) {
		erase();
		for (rest = page; row < LINES &&
		    (line = strsep(&rest, "\n")) != NULL; row++)
			(void)mvaddnstr(row, 0, line, COLS);
		(void)refresh();
	}
	free(page);
}

static int64_t
mono(void)
{
	struct moment m;

	clock_read(&m);
	return m.mono;
}

/* Until due, a key or a signal.  0: go on; -1: it is the end. */
static int
wait_for(const struct top *t, int64_t due)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left;
	int key;

	while (!caught && (left = due - mono()) > 0) {
		if (poll(&in, 1, (int)left) < 0 && errno != EINTR)
			return -1;
		if (in.revents & (POLLHUP | POLLERR | POLLNVAL))
			return -1;
		while ((key = getch()) != ERR) {
			if (key == 'q' || key == 'Q')
				return -1;
			if (key == KEY_RESIZE)
				draw(t);
			if (key == ' ')
				return 0;
		}
	}
	return caught ? -1 : 0;
}

static int
show(struct top *t)
{
	for (;;) {
		if (top_sample(t) < 0)
			return -1;
		draw(t);
		if (wait_for(t, t->now_at + t->interval) < 0)
			return 0;
	}
}

/* As if nobody had caught it. */
static void
end_by_signal(const struct sigaction old[ENDING])
{
	size_t i;

	for (i = 0; i < ENDING; i++)
		(void)sigaction(ending[i], &old[i], NULL);
	if (caught)
		(void)raise(caught);
}

static bool
can(const char *name)
{
	const char *how = tigetstr(name);

	return how != NULL && how != (char *)-1;
}

static int
with_screen(struct top *t)
{
	if (!can("cup") || !can("clear"))
		return NO_SCREEN;	/* a "dumb" terminal */
	(void)cbreak();
	(void)noecho();
	(void)nodelay(stdscr, TRUE);
	(void)keypad(stdscr, TRUE);
	(void)curs_set(0);
	return show(t);
}

int
top_screen(struct top *t)
{
	struct sigaction old[ENDING];
	SCREEN *screen;
	int r = NO_SCREEN;

	if (catch(old) < 0)
		return -1;
	screen = newterm(NULL, stdout, stdin);
	if (screen != NULL) {
		r = with_screen(t);
		(void)endwin();
		delscreen(screen);
	}
	end_by_signal(old);
	if (r == NO_SCREEN)
		return -1;
	return r < 0 ? top_why(t) : 0;
}

#endif
