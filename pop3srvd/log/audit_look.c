/*
 * audit_look.c - the verbs audit.verify and audit.show, in slices
 *
 * Runs in: log.  Trusts: front, that the caller may; the arguments and the
 * file's content not at all.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/audit_lines.h"
#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/log/answer.h"
#include "pop3srvd/log/audit_look.h"

#define JOBS		4
#define SLICE		((size_t)256 * 1024)	/* octets a turn */
#define SHOWN_USUAL	100
#define SHOWN_MOST	1000
#define ANSWER_MOST	((size_t)48 * 1024)	/* octets of records */

struct job {
	struct audit_look *all;
	struct channel *ch;		/* NULL: free */
	uint32_t id;
	int fd;				/* our own: the file may be put away */
	uint64_t at, end;		/* in the file, as it was at the start */
	struct audit_lines lines;
	bool show;
	/* verify */
	struct audit_check check;
	struct audit_end live;		/* the chain's, at the start */
	char head[AUDIT_HASH + 1];
	/* show */
	struct audit_filter filter;
	char *user, *verb;
	int64_t limit;
	uint64_t *last;			/* where the last ones end, a ring */
	uint64_t seen;
	json_t *records;
	size_t octets;
	bool full;
};

struct audit_look {
	struct loop *loop;
	struct audit_file *file;
	struct task task;
	unsigned turn;			/* whose slice is next */
	char *block;
	struct job jobs[JOBS];
};

static void
free_job(struct job *j)
{
	struct audit_look *all = j->all;

	audit_lines_end(&j->lines);
	free(j->user);
	free(j->verb);
	free(j->last);
	json_decref(j->records);
	if (j->fd >= 0)
		(void)close(j->fd);
	memset(j, 0, sizeof(*j));
	j->all = all;
	j->fd = -1;
}

/* The file may be as it should and yet shorter than what we wrote. */
static void
compare_live(struct job *j)
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
verified(struct job *j)
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
shown(struct job *j)
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
	struct job *j = arg;

	audit_check_line(&j->check, line);
	return j->check.fault == AUDIT_GOOD ? 0 : -1;
}

/* Where each wanted line begins; the ring keeps the last ones. */
static int
count_line(struct span line, void *arg)
{
	struct job *j = arg;
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
	struct job *j = arg;
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
show_last(struct job *j)
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

static void
finish(struct job *j)
{
	struct channel *ch = j->ch;
	uint32_t id = j->id;
	json_t *v;

	if (j->last != NULL && show_last(j))
		return;
	v = j->show ? shown(j) : verified(j);
	free_job(j);
	answer_ok(ch, id, v);
}

static void
slice(struct audit_look *k, struct job *j)
{
	size_t want = j->end - j->at < SLICE ? (size_t)(j->end - j->at) :
	    SLICE;
	int (*fn)(struct span, void *) = !j->show ? verify_line :
	    j->last != NULL ? count_line : show_line;
	ssize_t n = want == 0 ? 0 :
	    pread(j->fd, k->block, want, (off_t)j->at);

	if (n > 0)
		j->at += (uint64_t)n;
	if (n <= 0 || audit_lines_feed(&j->lines, span_mem(k->block,
	    (size_t)n), fn, j) < 0 || j->at == j->end)
		finish(j);
}

static void
work(struct loop *l, struct task *t)
{
	struct audit_look *k = LOOP_OWNER(t, struct audit_look, task);
	struct job *j;
	int i;

	for (i = 0; i < JOBS; i++) {
		j = &k->jobs[k->turn++ % JOBS];
		if (j->ch == NULL)
			continue;
		slice(k, j);
		break;
	}
	for (i = 0; i < JOBS; i++)
		if (k->jobs[i].ch != NULL)
			loop_defer(l, t);
}

static int
take_head(struct job *j, const json_t *args, struct err *e)
{
	const char *head = json_str(args, "head", "", e);

	if (head == NULL)
		return -1;
	if (head[0] != '\0' && (strlen(head) != AUDIT_HASH ||
	    strspn(head, "0123456789abcdef") != AUDIT_HASH))
		return err_set(e, ERR_CONFIG, "head: expected the %d lower "
		    "case hex digits of a record's hash", AUDIT_HASH);
	memcpy(j->head, head, strlen(head));
	j->live = *audit_file_at(j->all->file);
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
take_filter(struct job *j, const json_t *args, struct err *e)
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
check_args(const json_t *args, bool show, struct err *e)
{
	static const char *const known[2][6] = {
		{ "head" }, { "since", "after", "last", "limit", "user",
		"verb" }
	};
	const char *key;
	json_t *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)args, key, v) {
		for (i = 0; i < 6 && known[show][i] != NULL; i++)
			if (strcmp(known[show][i], key) == 0)
				break;
		if (i == 6 || known[show][i] == NULL)
			return err_set(e, ERR_CONFIG, "\"%.40s\": no such "
			    "argument", key);
	}
	return 0;
}

static int
begin(struct audit_look *k, struct job *j, const struct msg_ctl *m,
    struct err *e)
{
	json_t *args = json_read(m->args.ptr, m->args.len, e);
	struct stat st;
	int r = -1;

	j->show = strcmp(m->verb, "audit.show") == 0;
	if (audit_file_fd(k->file) < 0)
		err_set(e, ERR_TEMP, "there is no audit file; the log says "
		    "why");
	else if (!j->show && strcmp(m->verb, "audit.verify") != 0)
		err_set(e, ERR_PROTO, "\"%.40s\": not a verb of log", m->verb);
	else if (fstat(audit_file_fd(k->file), &st) < 0)
		err_sys(e, ERR_TEMP, "cannot look at the audit file");
	else if (args != NULL && check_args(args, j->show, e) == 0)
		r = j->show ? take_filter(j, args, e) : take_head(j, args, e);
	json_decref(args);
	if (r < 0)
		return -1;
	j->fd = fcntl(audit_file_fd(k->file), F_DUPFD_CLOEXEC, 0);
	if (j->fd < 0)
		return err_sys(e, ERR_TEMP, "cannot read the audit file");
	j->end = (uint64_t)st.st_size;
	if (j->at > j->end)
		j->at = j->end;
	audit_lines_begin(&j->lines, j->at);
	return 0;
}

void
audit_look_serve(struct audit_look *k, struct channel *ch, uint32_t id,
    const struct msg_ctl *m)
{
	struct job *j = NULL;
	struct err e;
	int i;

	for (i = 0; i < JOBS && j == NULL; i++)
		if (k->jobs[i].ch == NULL)
			j = &k->jobs[i];
	if (j == NULL) {
		err_set(&e, ERR_TEMP, "others are reading the audit file; try "
		    "again");
		answer_fault(ch, id, &e);
	} else if (begin(k, j, m, &e) < 0) {
		free_job(j);
		answer_fault(ch, id, &e);
	} else {
		j->ch = ch;
		j->id = id;
		loop_defer(k->loop, &k->task);
	}
}

void
audit_look_forget(struct audit_look *k, const struct channel *ch)
{
	int i;

	for (i = 0; i < JOBS; i++)
		if (k->jobs[i].ch == ch)
			free_job(&k->jobs[i]);
}

struct audit_look *
audit_look_new(struct loop *l, struct audit_file *f)
{
	struct audit_look *k = mem_new(1, sizeof(*k));
	int i;

	if (k == NULL || (k->block = malloc(SLICE)) == NULL) {
		free(k);
		return NULL;
	}
	k->loop = l;
	k->file = f;
	k->task.run = work;
	for (i = 0; i < JOBS; i++) {
		k->jobs[i].all = k;
		k->jobs[i].fd = -1;
	}
	return k;
}

void
audit_look_free(struct audit_look **k_p)
{
	struct audit_look *k = *k_p;
	int i;

	if (k == NULL)
		return;
	loop_undefer(k->loop, &k->task);
	for (i = 0; i < JOBS; i++)
		free_job(&k->jobs[i]);
	free(k->block);
	free(k);
	*k_p = NULL;
}
