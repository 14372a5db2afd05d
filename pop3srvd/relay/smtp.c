/*
 * smtp.c - one delivery to a smart host
 *
 * A program of its own, started by relay for each transaction and killed by
 * it at the deadline: nothing it waits for is anybody else's wait.  The password
 * of the smart host comes in the job, and is wiped.
 *
 * Runs in: smtp, a child of relay, with its rights.
 * Trusts: relay for the job; nothing of what the smart host says.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "pop3srvd/relay/smtp_own.h"

#define QUIT_SECONDS	5

static bool
more(struct source *s)
{
	ssize_t n;

	do {
		n = read(s->fd, s->mem, sizeof(s->mem));
	} while (n < 0 && errno == EINTR);
	s->bad = s->bad || n < 0;
	s->at = 0;
	s->len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

size_t
source_read(struct source *s, char *to, size_t n)
{
	size_t out = 0;
	char c;

	while (out < n) {
		if (s->lf) {
			to[out++] = '\n';
			s->lf = false;
			continue;
		}
		if (s->at == s->len && !more(s))
			break;
		c = s->mem[s->at++];
		s->lf = c == '\n';
		to[out++] = s->lf ? '\r' : c;
	}
	return out;
}

void
talk_begin(struct talk *t, const struct job *job)
{
	memset(t, 0, sizeof(*t));
	t->job = job;
}

static void
settle(struct talk *t, uint32_t i, enum job_outcome outcome,
    struct span words)
{
	size_t n, k;

	n = words.len < JOB_WORDS ? words.len : JOB_WORDS;
	for (k = 0; k < n; k++)
		t->r[i].words[k] = words.ptr[k] >= ' ' && words.ptr[k] <= '~' ?
		    words.ptr[k] : '?';
	t->r[i].words[n] = '\0';
	t->r[i].outcome = outcome;
	t->settled[i] = true;
}

static void
settle_all(struct talk *t, bool only_taken, enum job_outcome outcome,
    struct span words)
{
	uint32_t i;

	for (i = 0; i < t->job->n_rcpts; i++)
		if (!t->settled[i] && (!only_taken || t->taken[i]))
			settle(t, i, outcome, words);
}

/* RFC 5321 section 4.2.1: 5 is for good, 4 for now; what is neither here is
 * no answer to this question. */
static enum job_outcome
refusal(int code)
{
	return code >= 500 && code <= 599 ? JOB_PERM : JOB_TEMP;
}

void
talk_reply(struct talk *t, int code, struct span line)
{
	bool ok = code >= 200 && code <= 299;

	while (line.len > 0 && (line.ptr[line.len - 1] == '\n' ||
	    line.ptr[line.len - 1] == '\r'))
		line.len--;
	switch (t->phase) {
	case PHASE_MAIL:
		if (!ok)
			settle_all(t, false, refusal(code), line);
		break;
	case PHASE_RCPT:
		if (t->rcpt >= t->job->n_rcpts)
			break;
		t->taken[t->rcpt] = ok;
		if (!ok)
			settle(t, t->rcpt, refusal(code), line);
		break;
	case PHASE_DATA:
		if (code != 354)
			settle_all(t, true, refusal(code), line);
		t->phase = code == 354 ? PHASE_BODY : PHASE_OVER;
		break;
	case PHASE_BODY:
		settle_all(t, true, ok ? JOB_SENT : refusal(code), line);
		t->phase = PHASE_OVER;
		break;
	case PHASE_BEGIN:
	case PHASE_OVER:
		break;
	}
}

static int
write_answer(const struct talk *t)
{
	struct buf b;
	int r = -1;

	buf_init(&b, JOB_MAX);
	if (job_answer_pack(t->r, t->job->n_rcpts, &b) == 0)
		r = path_write_all(STDOUT_FILENO, buf_span(&b));
	buf_free(&b);
	return r;
}

/*
 * At once, before the goodbye: a host that took the message and then is slow
 * to answer QUIT would be given it again, as often as it is tried.
 */
void
talk_end(struct talk *t, const char *why)
{
	settle_all(t, false, JOB_TEMP, span_of(why));
	t->answered = write_answer(t) == 0;
	(void)alarm(QUIT_SECONDS);
}

static int
read_job(struct job *j)
{
	static char mem[JOB_MAX];
	ssize_t n = pread(JOB_FD, mem, sizeof(mem), 0);
	int r = n <= 0 ? -1 : job_unpack(j, span_mem(mem, (size_t)n));

	mem_wipe(mem, sizeof(mem));
	(void)close(JOB_FD);
	return r;
}

int
main(void)
{
	static struct source s = { .fd = STDIN_FILENO };
	static struct talk t;
	struct job j;

	if (read_job(&j) < 0) {
		fprintf(stderr, "smtp: only pop3srvd starts this program\n");
		return EX_USAGE;
	}
	talk_begin(&t, &j);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		talk_end(&t, "libcurl cannot begin");
	else if (j.helo)
		smtp_helo(&t, &s);
	else
		smtp_curl(&t, &s);
	curl_global_cleanup();
	job_clear(&j);
	return t.answered ? EX_OK : EX_IOERR;
}
