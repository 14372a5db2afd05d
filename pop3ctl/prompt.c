/*
 * prompt.c - a password that is neither shown nor an argument
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "pop3ctl/print.h"

#include "pop3ctl/prompt.h"

static const int fatal[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define FATAL	(sizeof(fatal) / sizeof(fatal[0]))

static volatile sig_atomic_t caught;

static void
catch(int sig)
{
	caught = sig;
}

/* One line without its end, octet by octet: what follows stays for others. */
static int
read_line(int fd, struct buf *out, struct err *e)
{
	bool cr = false, full = false;
	ssize_t n;
	char c;

	while (!full) {
		n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR && caught == 0)
			continue;
		if (n < 0)
			return err_sys(e, ERR_TEMP, "cannot read a password");
		if (n == 0 || c == '\n')
			break;
		full = cr && buf_addc(out, '\r') < 0;
		cr = c == '\r';
		full = full || (!cr && buf_addc(out, c) < 0);
	}
	if (full)
		return err_set(e, ERR_CONFIG, "a password has at most %d "
		    "octets", PROMPT_MAX);
	if (buf_len(out) == 0)
		return err_set(e, ERR_CONFIG, "the password is empty");
	return 0;
}

/* A signal must not leave the terminal without echo. */
static int
ask(int tty, const char *words, struct buf *out, struct err *e)
{
	struct sigaction was[FATAL], sa = { .sa_handler = catch };
	struct termios old, quiet;
	int status;
	size_t i;

	if (tcgetattr(tty, &old) < 0)
		return err_sys(e, ERR_TEMP, "cannot ask for a password");
	for (i = 0; i < FATAL; i++)
		(void)sigaction(fatal[i], &sa, &was[i]);
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	dprintf(tty, "%s: ", words);
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0)
		status = err_sys(e, ERR_TEMP, "cannot hide a password");
	else
		status = read_line(tty, out, e);
	(void)tcsetattr(tty, TCSAFLUSH, &old);
	dprintf(tty, "\n");
	for (i = 0; i < FATAL; i++)
		(void)sigaction(fatal[i], &was[i], NULL);
	if (caught != 0)
		(void)raise(caught);
	return status;
}

static int
ask_twice(int tty, struct buf *out, struct err *e)
{
	struct buf again;
	int status;

	buf_init(&again, PROMPT_MAX);
	status = ask(tty, "New password", out, e);
	if (status == 0)
		status = ask(tty, "Once more", &again, e);
	if (status == 0 && (buf_len(out) != buf_len(&again) ||
	    !digest_same(buf_data(out), buf_data(&again), buf_len(out))))
		status = err_set(e, ERR_CONFIG, "the two differ");
	buf_wipe(&again);
	return status;
}

int
prompt_present(const char *whose, struct buf *out, struct err *e)
{
	if (!isatty(STDIN_FILENO))
		return read_line(STDIN_FILENO, out, e);
	fprintf(stderr, "For ");
	print_safe(stderr, whose);
	fprintf(stderr, "\n");
	return ask(STDIN_FILENO, "Present password", out, e);
}

int
prompt_password(const char *file, const char *whose, struct buf *out,
    struct err *e)
{
	int fd, status;

	if (file == NULL && isatty(STDIN_FILENO)) {
		fprintf(stderr, "For ");
		print_safe(stderr, whose);
		fprintf(stderr, "\n");
		return ask_twice(STDIN_FILENO, out, e);
	}
	if (file == NULL || strcmp(file, "-") == 0)
		return read_line(STDIN_FILENO, out, e);
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, ERR_NOTFOUND, "cannot open %.200s", file);
	status = read_line(fd, out, e);
	(void)close(fd);
	return status;
}
