/*
 * cmd_server.c - start, stop, restart, reload
 *
 * The one file of pop3ctl that starts a program.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

#include "pop3ctl/cmd.h"

#define START_PATIENCE	15000	/* milliseconds until it answers */
#define STOP_PATIENCE	60000	/* until its sessions have ended */

extern char **environ;

/* Exit code of a program that was started and ended, or -1. */
static int
run_program(const char *const argv[], bool quiet)
{
	posix_spawn_file_actions_t act;
	pid_t pid;
	int status, r;

	if (posix_spawn_file_actions_init(&act) != 0)
		return -1;
	r = 0;
	if (quiet) {
		r = posix_spawn_file_actions_addopen(&act, STDOUT_FILENO,
		    "/dev/null", O_WRONLY, 0);
		if (r == 0)
			r = posix_spawn_file_actions_adddup2(&act,
			    STDOUT_FILENO, STDERR_FILENO);
	}
	if (r == 0)	/* pop3ctl is not linked with lib/net/child.c */
		r = posix_spawnp(&pid, argv[0], &act, NULL,	/* door: start */
		    (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&act);
	if (r != 0) {
		errno = r;
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
answers(const struct cmd *c)
{
	struct client *probe;
	struct err e;

	probe = client_open(c->socket, &e);
	if (probe == NULL)
		return e.class != ERR_NOTFOUND;
	client_free(&probe);
	return true;
}

/* True when the server answers, or does not, as wanted within ms. */
static bool
wait_until(const struct cmd *c, bool wanted, int64_t ms)
{
	struct timespec tick = { 0, 100000000 };
	struct moment now;
	int64_t end;

	clock_read(&now);
	end = now.mono + ms;
	while (answers(c) != wanted) {
		clock_read(&now);
		if (now.mono >= end)
			return false;
		(void)nanosleep(&tick, NULL);
	}
	return true;
}

/* systemd runs here and knows the unit. */
static bool
has_unit(void)
{
	static const char *const cat[] = { "systemctl", "cat",
		"pop3srvd.service", NULL };

	return access("/run/systemd/system", F_OK) == 0 &&
	    run_program(cat, true) == 0;
}

int
cmd_start(struct cmd *c)
{
	static const char *const unit[] = { "systemctl", "start",
		"pop3srvd.service", NULL };
	static const char *const daemon[] = { SBINDIR "/pop3srvd", NULL };
	const char *const *argv;
	char text[256];
	int code;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (answers(c)) {
		if (!c->json)
			printf("already running\n");
		return 0;
	}
	argv = has_unit() ? unit : daemon;
	code = run_program(argv, false);
	if (code < 0) {
		snprintf(text, sizeof(text), "cannot run %s: %s", argv[0],
		    strerror(errno));
		return cmd_fail(c, CTL_UNREACHABLE, text);
	}
	if (code > 0)
		return code == CTL_CONFIG ? CTL_CONFIG :
		    cmd_fail(c, CTL_UNREACHABLE, "the server did not start");
	if (!wait_until(c, true, START_PATIENCE))
		return cmd_fail(c, CTL_TRY_AGAIN, "the server was started "
		    "but does not answer; its log tells why");
	return 0;
}

/* Until nobody is at the socket: a start may follow at once. */
int
cmd_stop(struct cmd *c)
{
	json_t *result;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	result = cmd_ask(c, "server.stop", NULL, &code);
	if (result == NULL)
		return code;
	json_decref(result);
	client_free(&c->client);
	if (!wait_until(c, false, STOP_PATIENCE))
		return cmd_fail(c, CTL_TRY_AGAIN, "the server is ending, but "
		    "not yet done");
	return 0;
}

int
cmd_restart(struct cmd *c)
{
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (answers(c))
		code = cmd_stop(c);
	return code == 0 ? cmd_start(c) : code;
}

int
cmd_reload(struct cmd *c)
{
	json_t *result;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	result = cmd_ask(c, c->verb->verb, c->dry_run ?
	    json_pack("{s:b}", "dry_run", 1) : NULL, &code);
	if (result != NULL && !c->json)
		cmd_print_changes(json_object_get(result, "changes"));
	json_decref(result);
	return code;
}
