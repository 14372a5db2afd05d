/*
 * send.c - one delivery: a process of its own for some recipients
 *
 * Runs in: relay.  Trusts: nothing of what the process writes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/net/child.h"

#include "pop3srvd/ipc/memfd.h"
#include "pop3srvd/relay/route.h"
#include "pop3srvd/relay/send.h"

#define OUTPUT_MAX	(64u << 10)
#define GRACE_MS	2000	/* for smtp to say itself that time is up */

struct send {
	struct loop *loop;
	pid_t pid;
	bool smtp;
	bool late;		/* killed at its deadline */
	uint32_t n_rcpts;
	int out;
	struct watch watch;
	struct timer deadline;
	struct buf output;
};

/* What has no room is read and forgotten, so that nobody blocks on us. */
static bool
drain(struct send *s)
{
	char mem[4096];
	ssize_t n;

	while ((n = read(s->out, mem, sizeof(mem))) > 0)
		(void)buf_add(&s->output, mem, (size_t)n <
		    buf_room(&s->output) ? (size_t)n : buf_room(&s->output));
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void
on_output(struct loop *l, struct watch *w, short revents)
{
	struct send *s = LOOP_OWNER(w, struct send, watch);

	(void)revents;
	if (!drain(s))
		loop_unwatch(l, w);
}

static void
on_deadline(struct loop *l, struct timer *t)
{
	struct send *s = LOOP_OWNER(t, struct send, deadline);

	(void)l;
	s->late = true;
	(void)kill(-s->pid, SIGKILL);
}

static const char *
sender_of(const struct send_want *w, char *out, size_t n)
{
	const char *domain = w->conf->relay.masquerade_domain;
	const char *at = strrchr(w->v->sender, '@');

	if (at == NULL || domain[0] == '\0')
		snprintf(out, n, "%s", w->v->sender);
	else
		snprintf(out, n, "%.*s@%s", (int)(at - w->v->sender),
		    w->v->sender, domain);
	return out;
}

/* Only read: a job of ours has no strings of its own. */
static char *
password_of(const struct send_want *w, const struct conf_smtp *to)
{
	return (char *)(uintptr_t)passwords_find(w->passwords,
	    to->password_file);
}

static int
make_job(const struct send_want *w, char *sender, struct err *e)
{
	const struct conf_relay *c = &w->conf->relay;
	const char *host, *name = c->helo_name;
	const struct conf_smtp *to = route_smtp(c, w->route, &host);
	char none[] = "";
	struct job j = { .tls = to->tls, .ca_file = to->ca_file,
		.user = to->user, .password = none,
		.helo = to->helo, .sender = sender,
		.n_rcpts = w->n_rcpts,
		.timeout = (uint32_t)(c->timeout / 1000) };
	struct buf b;
	uint32_t i;
	int fd = -1;

	if (to->user[0] != '\0' && (j.password = password_of(w, to)) == NULL)
		return err_set(e, ERR_TEMP, "the password for %.200s is not "
		    "known", host);
	j.host = (char *)(uintptr_t)host;
	j.helo_name = (char *)(uintptr_t)(name[0] != '\0' ? name :
	    w->hostname);
	for (i = 0; i < w->n_rcpts; i++)
		j.rcpts[i] = w->v->rcpts[w->rcpts[i]].address;
	buf_init(&b, JOB_MAX);
	if (job_pack(&j, &b) == 0)
		fd = memfd_write("job", buf_span(&b), e);
	else
		err_set(e, ERR_TEMP, "out of memory for a delivery");
	buf_wipe(&b);
	return fd;
}

static pid_t
start_smtp(const struct send_want *w, char *sender, const int std[3],
    struct err *e)
{
	char name[] = "pop3srvd: smtp", path[PATH_MAX];
	char *argv[] = { name, NULL };
	pid_t pid = -1;
	int job;

	if (path_join(path, sizeof(path), w->conf->libexec_dir, "smtp") < 0)
		return err_set(e, ERR_CONFIG, "libexec_dir: too long");
	job = make_job(w, sender, e);
	if (job < 0)
		return -1;
	pid = child_start_std(path, argv, std, &job, 1, e);
	(void)close(job);
	return pid;
}

static pid_t
start_sendmail(const struct send_want *w, char *sender, const int std[3],
    struct err *e)
{
	char name[] = "sendmail", i_flag[] = "-i", f_flag[] = "-f";
	char end_flag[] = "--", nobody[] = "<>";
	char *argv[JOB_RCPTS + 6] = { name, i_flag, f_flag,
		sender[0] != '\0' ? sender : nobody, end_flag };
	uint32_t i;

	for (i = 0; i < w->n_rcpts; i++)
		argv[5 + i] = w->v->rcpts[w->rcpts[i]].address;
	return child_start_std(w->conf->relay.sendmail, argv, std, NULL, 0,
	    e);
}

/* stderr of smtp stays relay's: its standard output is a record. */
static int
launch(struct send *s, const struct send_want *w, int out, struct err *e)
{
	const int std[3] = { w->message, out,
		s->smtp ? STDERR_FILENO : out };
	char sender[ENVELOPE_WORDS + 300];

	sender_of(w, sender, sizeof(sender));
	s->pid = s->smtp ? start_smtp(w, sender, std, e) :
	    start_sendmail(w, sender, std, e);
	return s->pid > 0 ? 0 : -1;
}

static int
begin(struct send *s, const struct send_want *w, struct err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, ERR_TEMP, "no pipe for a delivery");
	s->out = ends[0];
	s->watch.fd = ends[0];
	s->watch.ready = on_output;
	s->deadline.due = on_deadline;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ||
	    loop_watch_read(s->loop, &s->watch) < 0 ||
	    timer_after(s->loop, &s->deadline, w->conf->relay.timeout +
	    (s->smtp ? GRACE_MS : 0)) < 0) {
		(void)close(ends[1]);
		return err_set(e, ERR_TEMP, "out of memory");
	}
	if (launch(s, w, ends[1], e) < 0) {
		(void)close(ends[1]);
		return -1;
	}
	(void)close(ends[1]);
	return 0;
}

struct send *
send_start(struct loop *l, const struct send_want *w, struct err *e)
{
	struct send *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->loop = l;
	s->smtp = w->route != ROUTE_SENDMAIL;
	s->n_rcpts = w->n_rcpts;
	s->out = -1;
	buf_init(&s->output, OUTPUT_MAX);
	if (begin(s, w, e) < 0)
		send_free(&s);
	return s;
}

void
send_free(struct send **s_p)
{
	struct send *s = *s_p;

	if (s == NULL)
		return;
	if (s->pid > 0)
		(void)kill(-s->pid, SIGKILL);
	timer_stop(s->loop, &s->deadline);
	if (s->out >= 0) {
		loop_unwatch(s->loop, &s->watch);
		(void)close(s->out);
	}
	buf_free(&s->output);
	free(s);
	*s_p = NULL;
}

pid_t
send_pid(const struct send *s)
{
	return s->pid;
}

static void
fill(struct send_result *r, uint32_t n, enum job_outcome outcome,
    const char *words)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		r->rcpts[i].outcome = outcome;
		snprintf(r->rcpts[i].words, sizeof(r->rcpts[i].words), "%s",
		    words);
	}
}

/* The last line that is not empty. */
static struct span
last_line(struct span s)
{
	size_t from;

	while (s.len > 0 && (s.ptr[s.len - 1] == '\n' ||
	    s.ptr[s.len - 1] == '\r' || s.ptr[s.len - 1] == ' '))
		s.len--;
	for (from = s.len; from > 0 && s.ptr[from - 1] != '\n'; from--)
		;
	return span_mem(s.ptr + from, s.len - from);
}

/* Printable ASCII and blanks as they are; anything else is "?". */
static void
plain(struct span s, char *out, size_t n)
{
	size_t i;

	for (i = 0; i < s.len && i + 1 < n; i++)
		out[i] = s.ptr[i] >= ' ' && s.ptr[i] <= '~' ? s.ptr[i] : '?';
	out[i] = '\0';
}

/* Of sysexits(3) these say that trying again will not help. */
static bool
is_final(int code)
{
	return code == EX_DATAERR || code == EX_NOUSER || code == EX_NOHOST;
}

static void
judge_sendmail(struct send *s, int status, struct send_result *r)
{
	char text[48], said[200], words[JOB_WORDS];

	plain(last_line(buf_span(&s->output)), said, sizeof(said));
	child_status_text(status, text);
	snprintf(words, sizeof(words), "sendmail: %s%s%s", text,
	    said[0] == '\0' ? "" : ": ", said);
	fill(r, s->n_rcpts, r->exit_code == 0 ? JOB_SENT :
	    is_final(r->exit_code) ? JOB_PERM : JOB_TEMP, words);
}

/* A whole answer counts, however the process ended behind it. */
static void
judge_smtp(struct send *s, int status, struct send_result *r)
{
	char text[48], words[JOB_WORDS];

	if (job_answer_unpack(r->rcpts, s->n_rcpts,
	    buf_span(&s->output)) == 0)
		return;
	memset(r->rcpts, 0, sizeof(r->rcpts));
	if (s->late) {
		fill(r, s->n_rcpts, JOB_TEMP, "no answer in time");
		return;
	}
	snprintf(words, sizeof(words), "smtp: %s",
	    child_status_text(status, text));
	fill(r, s->n_rcpts, JOB_TEMP, words);
}

void
send_ended(struct send *s, int status, struct send_result *r)
{
	/* What it left running may hold the pipe: nobody waits for its end. */
	s->pid = 0;
	(void)drain(s);
	memset(r, 0, sizeof(*r));
	r->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (s->smtp)
		judge_smtp(s, status, r);
	else if (s->late)
		fill(r, s->n_rcpts, JOB_TEMP, "no answer in time");
	else
		judge_sendmail(s, status, r);
}
