/*
 * audit_file.c - the audit file: appended to, synced, then answered
 *
 * All records of one turn of the loop share a sync.
 *
 * Runs in: log.  Trusts: keeper for the descriptor; the file's last lines not
 * at all: a power cut or anybody may have been there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "pop3srvd/log/audit_file.h"
#include "pop3srvd/log/audit_note.h"

#define WAITING		64	/* for one sync */
#define LOOK_BACK	(4 * AUDIT_LINE_MAX)

struct wait {
	struct channel *ch;
	uint32_t id;
	struct audit_end at;
};

struct audit_file {
	struct loop *loop;
	struct log_out *log;
	int fd;
	dev_t dev;
	ino_t ino;
	struct audit_end end;
	struct buf piece;	/* behind the last LF: of a torn record */
	bool unended;		/* the last record lacks its LF only */
	bool fresh;		/* it has to say that others are elsewhere */
	uint64_t missed;
	struct task sync;
	struct wait waits[WAITING];
	size_t n;
};

struct audit_file *
audit_file_new(struct loop *l, struct log_out *log)
{
	struct audit_file *f = mem_new(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->loop = l;
	f->log = log;
	f->fd = -1;
	audit_none(&f->end);
	buf_init(&f->piece, LOOK_BACK);
	return f;
}

static void
trouble(const struct audit_file *f, const char *what, const struct err *e)
{
	log_error(f->log, LOG_LEVEL_ERROR, NULL, what, e);
}

/* The last record among these lines; 0 or -1. */
static int
last_record(struct span lines, struct audit_end *end_r)
{
	const char *lf;

	while (lines.len > 0) {
		lines.len--;	/* the LF of the last line */
		lf = memrchr(lines.ptr, '\n', lines.len);
		lf = lf == NULL ? lines.ptr : lf + 1;
		if (audit_read(span_mem(lf, lines.len -
		    (size_t)(lf - lines.ptr)), end_r) == 0)
			return 0;
		lines.len = (size_t)(lf - lines.ptr);
	}
	return -1;
}

/* What stands at the end of the file, without believing it. */
static void
learn(struct audit_file *f, struct span tail)
{
	const char *lf = memrchr(tail.ptr, '\n', tail.len);
	size_t whole = lf == NULL ? 0 : (size_t)(lf - tail.ptr) + 1;
	struct audit_end end;
	struct span rest = span_mem(tail.ptr + whole, tail.len - whole);

	buf_eat(&f->piece, buf_len(&f->piece));
	f->unended = rest.len > 0 && audit_read(rest, &end) == 0;
	if (!f->unended && buf_add(&f->piece, rest.ptr, rest.len) < 0)
		return;
	if (f->unended || last_record(span_mem(tail.ptr, whole), &end) == 0)
		f->end = end;
	else if (whole > 0)
		trouble(f, "audit file damaged", &(struct err){
		    .class = ERR_PERM, .text = "its last line is no record" });
}

static int
read_end(struct audit_file *f, struct err *e)
{
	char *mem = malloc(LOOK_BACK);
	struct stat st;
	ssize_t n = -1;
	off_t from;

	if (mem == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	if (fstat(f->fd, &st) == 0) {
		f->dev = st.st_dev;
		f->ino = st.st_ino;
		from = st.st_size > LOOK_BACK ? st.st_size - LOOK_BACK : 0;
		n = pread(f->fd, mem, LOOK_BACK, from);
	}
	if (n < 0)
		err_sys(e, ERR_TEMP, "cannot read the audit file");
	else
		learn(f, span_mem(mem, (size_t)n));
	free(mem);
	return n < 0 ? -1 : 0;
}

static int
put(struct audit_end *end, json_t *members, struct buf *b)
{
	int r = members == NULL ? -1 : audit_write(end, members, b);

	json_decref(members);
	return r;
}

/* What has to be said before the next record. */
static int
put_news(const struct audit_file *f, struct audit_end *end, struct buf *b)
{
	bool torn = buf_len(&f->piece) > 0;

	if ((torn || f->unended) && buf_addc(b, '\n') < 0)
		return -1;
	if (torn && put(end, audit_note_own(AUDIT_TORN,
	    audit_torn_args(buf_span(&f->piece))), b) < 0)
		return -1;
	if (f->fresh && put(end, audit_note_own(AUDIT_CONTINUE,
	    json_object()), b) < 0)
		return -1;
	if (f->missed > 0 && put(end, audit_note_own("audit.missed",
	    json_pack("{s:I}", "count", (json_int_t)f->missed)), b) < 0)
		return -1;
	return 0;
}

/* The lines that lead to end. */
static int
write_lines(struct audit_file *f, const struct audit_end *end,
    const struct buf *b, struct err *e)
{
	if (f->fd < 0)
		return err_set(e, ERR_TEMP, "there is no audit file");
	if (path_write_all(f->fd, buf_span(b)) < 0) {
		err_sys(e, ERR_TEMP, "cannot write the audit file");
		(void)read_end(f, NULL);	/* a piece may be there */
		return -1;
	}
	f->end = *end;
	f->unended = false;
	buf_eat(&f->piece, buf_len(&f->piece));
	return 0;
}

/* By themselves, so that they are not said twice when only the record behind
 * them has no room. */
static int
write_news(struct audit_file *f, struct err *e)
{
	struct audit_end end = f->end;
	struct buf b;
	int r;

	buf_init(&b, 4 * AUDIT_LINE_MAX);
	if (put_news(f, &end, &b) < 0)
		r = err_set(e, ERR_TEMP, "out of memory");
	else
		r = buf_len(&b) == 0 ? 0 : write_lines(f, &end, &b, e);
	buf_free(&b);
	if (r == 0) {
		f->fresh = false;
		f->missed = 0;
	}
	return r;
}

/* members is stolen. */
static int
append(struct audit_file *f, json_t *members, struct err *e)
{
	struct audit_end end;
	struct buf b;
	int r = write_news(f, e);

	buf_init(&b, AUDIT_LINE_MAX);
	end = f->end;
	if (r < 0)
		json_decref(members);
	else if (put(&end, members, &b) < 0)
		r = err_set(e, ERR_LIMIT, "the record is too long");
	else
		r = write_lines(f, &end, &b, e);
	buf_free(&b);
	f->missed += r < 0;
	return r;
}

static void
answer(struct wait *w, const struct err *e)
{
	struct msg_ctl_reply m = { .ok = e == NULL };
	json_t *v = e == NULL ? audit_note_done(&w->at) :
	    audit_note_fault(e);
	struct buf text, b;

	buf_init(&text, 2048);
	buf_init(&b, 4096);
	if (v != NULL && json_write(v, &text) == 0) {
		m.json = buf_span(&text);
		if (msg_ctl_reply_pack(&m, &b) == 0)
			(void)channel_send(w->ch, MSG_AUDIT_DONE, w->id,
			    buf_span(&b), -1);
	}
	buf_free(&text);
	buf_free(&b);
	json_decref(v);
}

static void
sync_all(struct audit_file *f)
{
	struct err e;
	int r = f->fd < 0 ? 0 : fdatasync(f->fd);
	size_t i;

	if (r < 0) {
		err_sys(&e, ERR_TEMP, "cannot sync the audit file");
		trouble(f, "audit record missing", &e);
	}
	for (i = 0; i < f->n; i++)
		answer(&f->waits[i], r < 0 ? &e : NULL);
	f->n = 0;
}

static void
sync_due(struct loop *l, struct task *t)
{
	(void)l;
	sync_all(LOOP_OWNER(t, struct audit_file, sync));
}

static void
sync_later(struct audit_file *f, struct wait w)
{
	f->sync.run = sync_due;
	loop_defer(f->loop, &f->sync);
	if (w.id == 0)
		return;
	if (f->n == WAITING)
		sync_all(f);
	f->waits[f->n++] = w;
}

void
audit_file_add(struct audit_file *f, const struct msg_audit *m,
    struct channel *ch, uint32_t id)
{
	json_t *members = audit_note_members(m);
	struct wait w = { .ch = ch, .id = id };
	struct err e;

	if (members == NULL) {
		f->missed++;
		err_set(&e, ERR_TEMP, "out of memory");
	} else if (append(f, members, &e) == 0) {
		w.at = f->end;
		audit_note_event(f->log, m, &f->end);
		sync_later(f, w);
		return;
	}
	audit_note_event(f->log, m, NULL);
	trouble(f, "audit record missing", &e);
	if (id != 0)
		answer(&w, &e);
}

void
audit_file_forget(struct audit_file *f, const struct channel *ch)
{
	size_t i = 0;

	while (i < f->n) {
		if (f->waits[i].ch == ch)
			f->waits[i] = f->waits[--f->n];
		else
			i++;
	}
}

/* An empty file: the records before are elsewhere.  It begins with their end,
 * so that it cannot be exchanged for another beginning; if there is no room for
 * that, the next record does it. */
static void
go_on(struct audit_file *f, const struct audit_end *before)
{
	struct err e;

	f->end = *before;
	f->fresh = true;
	if (write_news(f, &e) < 0)
		trouble(f, "audit record missing", &e);
	sync_later(f, (struct wait){ .id = 0 });
}

static bool
is_ours(const struct audit_file *f, int fd)
{
	struct stat st;

	return f->fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == f->dev &&
	    st.st_ino == f->ino;
}

void
audit_file_take(struct audit_file *f, int fd)
{
	struct audit_end before = f->end;
	struct err e;

	if (is_ours(f, fd)) {
		(void)close(fd);
		return;
	}
	if (f->n > 0)
		sync_all(f);
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = fd;
	f->fresh = false;
	audit_none(&f->end);
	if (read_end(f, &e) < 0)
		trouble(f, "audit file damaged", &e);
	if ((f->unended || buf_len(&f->piece) > 0) && write_news(f, &e) < 0)
		trouble(f, "audit record missing", &e);
	if (before.seq == 0 || strcmp(before.hash, f->end.hash) == 0)
		return;
	if (f->end.seq == 0)
		go_on(f, &before);
	else	/* verify will find where */
		trouble(f, "audit file damaged", &(struct err){
		    .class = ERR_PERM, .text = "its end is not what was "
		    "written last" });
	f->end = before.seq > f->end.seq ? before : f->end;
}

void
audit_file_free(struct audit_file **f_p)
{
	struct audit_file *f = *f_p;

	if (f == NULL)
		return;
	loop_undefer(f->loop, &f->sync);
	sync_all(f);
	if (f->fd >= 0)
		(void)close(f->fd);
	buf_free(&f->piece);
	free(f);
	*f_p = NULL;
}

int
audit_file_fd(const struct audit_file *f)
{
	return f->fd;
}

const struct audit_end *
audit_file_at(const struct audit_file *f)
{
	return &f->end;
}
