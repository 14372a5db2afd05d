/*
 * audit_job.c - one question about the audit file while it is being read
 *
 * Runs in: log.  Trusts: front, that the caller may; the arguments and the
 * file's content not at all.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/log/audit_job.h"

#define SHOWN_USUAL	100
#define SHOWN_MOST	1000
#define ANSWER_MOST	((size_t)48 * 1024)	/* octets of records */

void
audit_job_free(struct audit_job *j)
{
	audit_lines_end(&j->lines);
	free(j->user);
	free(j->verb);
	free(j->last);
	json_decref(j->records);
	if (j->fd >= 0)
		(void)close(j->fd);
	memset(j, 0, sizeof(*j));
	j->fd = -1;
}

/* The file may be as it should and yet shorter than what we wrote. */
static void
compare_live(struct audit_job *j)
{
	struct audit_check *c = &j->check;

	if (c->fault != AUDIT_GOOD || j->live.seq == 0 ||
	    (c->end.seq == j->live.seq &&
	    strcmp(c->end.hash, j->live.hash) == 0))
		return;
	c->fault = AUDIT_NO_HEAD;
	c->line = c->lines + 1;
}

static json_t *
verified(struct audit_job *j)
{
	struct audit_check *c = &j->check;
	json_t *v;

	audit_check_end(c, audit_lines_rest(&j->lines));
	compare_live(j);
	v = json_pack("{s:b, s:I, s:I, s:I, s:s, s:I}",
	    "good", c->fault == AUDIT_GOOD,
	    "records", (json_int_t)(c->lines - c->torn),
	    "first", (json_int_t)c->first, "last", (json_int_t)c->end.seq,
	    "head", c->end.hash, "torn", (json_int_t)c->torn);
	if (v != NULL && c->fault != AUDIT_GOOD &&
	    json_object_set_new(v, "fault", json_pack("{s:I, s:s}",
	    "line", (json_int_t)c->line,
	    "text", audit_fault_text(c->fault))) < 0) {
		json_decref(v);
		v = NULL;
	}
	return v;
}

static json_t *
shown(struct audit_job *j)
{
	json_t *v = json_pack("{s:O}", "records", j->records);

	if (v != NULL && j->full)
		(void)json_object_set_new(v, "next",
		    json_integer((json_int_t)j->at));
	return v;
}

static int
verify_line(struct span line, void *arg)
{
	struct audit_job *j = arg;

	audit_check_line(&j->check, line);
	return j->check.fault == AUDIT_GOOD ? 0 : -1;
}

/* Where each wanted line begins; the ring keeps the last ones. */
static int
count_line(struct span line, void *arg)
{
	struct audit_job *j = arg;
	json_t *r = audit_wanted(&j->filter, line);

	if (r != NULL)
		j->last[j->seen++ % (uint64_t)j->limit] = j->lines.at -
		    line.len - 1;
	json_decref(r);
	return 0;
}

static int
show_line(struct span line, void *arg)
{
	struct audit_job *j = arg;
	json_t *r = audit_wanted(&j->filter, line);

	if (r == NULL)
		return 0;
	if (j->octets + line.len > ANSWER_MOST ||
	    (int64_t)json_array_size(j->records) >= j->limit) {
		/* the next page begins with this line */
		j->full = true;
		j->at = j->lines.at - line.len - 1;
		json_decref(r);
		return -1;
	}
	j->octets += line.len;
	return json_array_append_new(j->records, r);
}

/* All are counted: from the first of the last ones on they are shown. */
static bool
show_last(struct audit_job *j)
{
	uint64_t limit = (uint64_t)j->limit;
	uint64_t from = j->seen > limit ? j->last[j->seen % limit] :
	    j->last[0];

	free(j->last);
	j->last = NULL;
	if (j->seen == 0)
		return false;
	audit_lines_end(&j->lines);
	audit_lines_begin(&j->lines, from);
	j->at = from;
	return true;
}

json_t *
audit_job_result(struct audit_job *j)
{
	return j->show ? shown(j) : verified(j);
}

bool
audit_job_step(struct audit_job *j, char *block, size_t most)
{
	size_t want = j->end - j->at < most ? (size_t)(j->end - j->at) : most;
	int (*fn)(struct span, void *) = !j->show ? verify_line :
	    j->last != NULL ? count_line : show_line;
	ssize_t n = want == 0 ? 0 : pread(j->fd, block, want, (off_t)j->at);

	if (n > 0)
		j->at += (uint64_t)n;
	if (n > 0 && audit_lines_feed(&j->lines, span_mem(block, (size_t)n),
	    fn, j) == 0 && j->at < j->end)
		return false;
	return j->last == NULL || !show_last(j);
}

static int
take_head(struct audit_job *j, const json_t *args, struct err *e)
{
	const char *head = json_str(args, "head", "", e);

	if (head == NULL)
		return -1;
	if (head[0] != '\0' && (strlen(head) != AUDIT_HASH ||
	    strspn(head, "0123456789abcdef") != AUDIT_HASH))
		return err_set(e, ERR_CONFIG, "head: expected the %d lower "
		    "case hex digits of a record's hash", AUDIT_HASH);
	memcpy(j->head, head, strlen(head));
	audit_check_begin(&j->check, head[0] == '\0' ? NULL : j->head);
	return 0;
}

static char *
take_text(const json_t *args, const char *key, const char **view_r,
    struct err *e)
{
	const char *text = json_str(args, key, "", e);
	char *copy = text == NULL ? NULL : mem_strdup(text);

	if (copy == NULL && text != NULL)
		err_set(e, ERR_TEMP, "out of memory");
	*view_r = copy != NULL && copy[0] != '\0' ? copy : NULL;
	return copy;
}

static int
take_filter(struct audit_job *j, const json_t *args, struct err *e)
{
	int64_t since, after, last;

	if (json_int(args, "since", 0, &since, e) < 0 ||
	    json_int(args, "after", 0, &after, e) < 0 ||
	    json_int(args, "last", 0, &last, e) < 0 ||
	    json_int(args, "limit", SHOWN_USUAL, &j->limit, e) < 0)
		return -1;
	if (j->limit < 1 || j->limit > SHOWN_MOST || last < 0 ||
	    last > SHOWN_MOST || after < 0 || since < 0 ||
	    since > INT64_C(253402300799))
		return err_set(e, ERR_CONFIG, "limit, last: expected at most "
		    "%d; since: a time", SHOWN_MOST);
	j->filter.since = since * 1000;
	j->at = (uint64_t)after;
	if ((j->user = take_text(args, "user", &j->filter.user, e)) == NULL ||
	    (j->verb = take_text(args, "verb", &j->filter.verb, e)) == NULL)
		return -1;
	if (last > 0) {
		j->limit = last;
		j->last = mem_new((size_t)last, sizeof(*j->last));
	}
	j->records = json_array();
	if (j->records == NULL || (last > 0 && j->last == NULL))
		return err_set(e, ERR_TEMP, "out of memory");
	return 0;
}

static int
open_file(struct audit_job *j, int fd, struct err *e)
{
	struct stat st;

	if (fd < 0)
		return err_set(e, ERR_TEMP, "there is no audit file; the log "
		    "says why");
	j->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (j->fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, ERR_TEMP, "cannot read the audit file");
	j->end = (uint64_t)st.st_size;
	return 0;
}

static int
begin(struct audit_job *j, const char *verb, const json_t *args, int fd,
    struct err *e)
{
	j->show = strcmp(verb, "audit.show") == 0;
	if (!j->show && strcmp(verb, "audit.verify") != 0)
		return err_set(e, ERR_PROTO, "\"%.40s\": not a verb of log",
		    verb);
	if (json_only(args, j->show ? "since after last limit user verb" :
	    "head", e) < 0 || open_file(j, fd, e) < 0 ||
	    (j->show ? take_filter(j, args, e) : take_head(j, args, e)) < 0)
		return -1;
	if (j->at > j->end)
		j->at = j->end;
	audit_lines_begin(&j->lines, j->at);
	return 0;
}

int
audit_job_begin(struct audit_job *j, const char *verb, const json_t *args,
    int fd, struct err *e)
{
	memset(j, 0, sizeof(*j));
	j->fd = -1;
	if (begin(j, verb, args, fd, e) == 0)
		return 0;
	audit_job_free(j);
	return -1;
}

void
audit_job_live(struct audit_job *j, const struct audit_end *live)
{
	j->live = *live;
}
