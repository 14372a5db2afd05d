/*
 * cmd_server.c - start, stop, restart, reload
 *
 * The one file of pop3ctl that starts a program.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

#define START_PATIENCE	15000	/* milliseconds until it answers */
#define RIVAL_PATIENCE	8000
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

/* The server of the tree that this pop3ctl is of (…/bin beside …/sbin), else
 * the one that was installed. */
static const char *
server_program(char out[PATH_MAX])
{
	static const char from[] = "/bin/pop3ctl", to[] = "/sbin/pop3srvd";
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - sizeof(to));
	size_t stem = n < 0 ? 0 : (size_t)n;

	if (stem > sizeof(from)) {
		stem -= sizeof(from) - 1;
		if (memcmp(out + stem, from, sizeof(from) - 1) == 0) {
			memcpy(out + stem, to, sizeof(to));
			if (access(out, X_OK) == 0)
				return out;
		}
	}
	return SBINDIR "/pop3srvd";
}

static int
already(const struct cmd *c)
{
	if (!c->json)
		printf("already running\n");
	return 0;
}

/* With the file that the unit names, or with config (NULL: the usual one). */
static int
start_with(struct cmd *c, const char *config, bool by_unit)
{
	static const char *const unit[] = { "systemctl", "start",
		"pop3srvd.service", NULL };
	char path[PATH_MAX], text[256];
	const char *const daemon[] = { server_program(path),
		config == NULL ? NULL : "-c", config, NULL };
	const char *const *argv = by_unit ? unit : daemon;
	int code = run_program(argv, false);

	if (code < 0) {
		snprintf(text, sizeof(text), "cannot run %s: %s", argv[0],
		    strerror(errno));
		return cmd_fail(c, CTL_UNREACHABLE, text);
	}
	/* two starts at once: the other one was first */
	if (code == CTL_UNREACHABLE && wait_until(c, true, RIVAL_PATIENCE))
		return already(c);
	if (code > 0)
		return code == CTL_CONFIG ? CTL_CONFIG :
		    cmd_fail(c, CTL_UNREACHABLE, "the server did not start");
	if (wait_until(c, true, START_PATIENCE))
		return 0;
	snprintf(text, sizeof(text), "the server was started but nobody "
	    "answers at %.100s; is that its control.path? its log tells more",
	    c->socket);
	return cmd_fail(c, CTL_TRY_AGAIN, text);
}

int
cmd_start(struct cmd *c)
{
	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (!answers(c))
		return start_with(c, c->config,
		    c->config == NULL && has_unit());
	return already(c);
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

/* Which file the server has that runs; not a reply to be shown. */
static json_t *
running_with(struct cmd *c, int *code_r)
{
	bool json = c->json;
	json_t *status;

	c->json = false;
	status = cmd_ask(c, "status", NULL, code_r);
	c->json = json;
	return status;
}

/* Before the server that runs is stopped: would another one start? */
static int
check_config(struct cmd *c, const char *config)
{
	char path[PATH_MAX];
	const char *const argv[] = { server_program(path), "-n",
		config == NULL ? NULL : "-c", config, NULL };

	if (geteuid() != 0 && has_unit())
		return 0;	/* who may not read the keys cannot tell */
	return run_program(argv, true) == CTL_CONFIG &&
	    run_program(argv, false) == CTL_CONFIG ?
	    cmd_fail(c, CTL_CONFIG, "the server goes on as it was") : 0;
}

int
cmd_restart(struct cmd *c)
{
	const char *config = c->config;
	bool by_unit = config == NULL && has_unit();
	json_t *status = NULL;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (answers(c)) {
		status = running_with(c, &code);
		if (config == NULL && cmd_str(status, "config_file")[0] == '/')
			config = cmd_str(status, "config_file");
		if (code == 0)
			code = check_config(c, config);
		if (code == 0)
			code = cmd_stop(c);
	}
	if (code == 0)
		code = start_with(c, config, by_unit);
	json_decref(status);
	return code;
}

int
cmd_reload(struct cmd *c)
{
	json_t *result, *note;
	int code = 0;
	size_t i;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	result = cmd_ask(c, c->verb->verb, c->dry_run ?
	    json_pack("{s:b}", "dry_run", 1) : NULL, &code);
	if (result != NULL && !c->json)
		cmd_print_changes(json_object_get(result, "changes"));
	json_array_foreach(json_object_get(result, "notes"), i, note) {
		fprintf(stderr, "pop3ctl: reload: warning: ");
		print_safe(stderr, cmd_str(note, "key"));
		fprintf(stderr, ": ");
		print_safe(stderr, cmd_str(note, "text"));
		fputc('\n', stderr);
	}
	json_decref(result);
	return code;
}
