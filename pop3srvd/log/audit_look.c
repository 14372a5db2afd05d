/*
 * audit_look.c - the verbs audit.verify and audit.show, in slices
 *
 * Runs in: log.  Trusts: front, that the caller may.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/log/answer.h"
#include "pop3srvd/log/audit_job.h"
#include "pop3srvd/log/audit_look.h"

#define JOBS		4
#define SLICE		((size_t)256 * 1024)	/* octets a turn */

struct place {
	struct channel *ch;		/* NULL: free */
	uint32_t id;
	struct audit_job job;
};

struct audit_look {
	struct loop *loop;
	struct audit_file *file;
	struct task task;
	unsigned turn;			/* whose slice is next */
	char *block;
	struct place at[JOBS];
};

static void
leave(struct place *p)
{
	if (p->ch != NULL)
		audit_job_free(&p->job);
	p->ch = NULL;
}

static void
slice(struct audit_look *k, struct place *p)
{
	struct channel *ch = p->ch;
	json_t *v;

	if (!audit_job_step(&p->job, k->block, SLICE))
		return;
	v = audit_job_result(&p->job);
	leave(p);
	answer_ok(ch, p->id, v);
}

static void
work(struct loop *l, struct task *t)
{
	struct audit_look *k = LOOP_OWNER(t, struct audit_look, task);
	struct place *p;
	int i;

	for (i = 0; i < JOBS; i++) {
		p = &k->at[k->turn++ % JOBS];
		if (p->ch == NULL)
			continue;
		slice(k, p);
		break;
	}
	for (i = 0; i < JOBS; i++)
		if (k->at[i].ch != NULL)
			loop_defer(l, t);
}

static struct place *
free_place(struct audit_look *k)
{
	int i;

	for (i = 0; i < JOBS; i++)
		if (k->at[i].ch == NULL)
			return &k->at[i];
	return NULL;
}

static int
begin(struct audit_look *k, struct audit_job *j, const struct msg_ctl *m,
    struct err *e)
{
	json_t *args = json_read(m->args.ptr, m->args.len, e);
	int r;

	if (args == NULL)
		return -1;
	r = audit_job_begin(j, m->verb, args, audit_file_fd(k->file), e);
	if (r == 0)
		audit_job_live(j, audit_file_at(k->file));
	json_decref(args);
	return r;
}

void
audit_look_serve(struct audit_look *k, struct channel *ch, uint32_t id,
    const struct msg_ctl *m)
{
	struct place *p = free_place(k);
	struct err e;

	if (p == NULL) {
		err_set(&e, ERR_TEMP, "others are reading the audit file; try "
		    "again");
		answer_fault(ch, id, &e);
	} else if (begin(k, &p->job, m, &e) < 0) {
		answer_fault(ch, id, &e);
	} else {
		p->ch = ch;
		p->id = id;
		loop_defer(k->loop, &k->task);
	}
}

void
audit_look_forget(struct audit_look *k, const struct channel *ch)
{
	int i;

	for (i = 0; i < JOBS; i++)
		if (k->at[i].ch == ch)
			leave(&k->at[i]);
}

struct audit_look *
audit_look_new(struct loop *l, struct audit_file *f)
{
	struct audit_look *k = mem_new(1, sizeof(*k));

	if (k == NULL || (k->block = malloc(SLICE)) == NULL) {
		free(k);
		return NULL;
	}
	k->loop = l;
	k->file = f;
	k->task.run = work;
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
		leave(&k->at[i]);
	free(k->block);
	free(k);
	*k_p = NULL;
}
