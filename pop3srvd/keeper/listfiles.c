/*
 * listfiles.c - files with ranges, a range a line: read, checked, watched
 *
 * A file is read when two looks in a row find it the same: whoever writes it
 * in place is seldom caught half way.
 *
 * Runs in: keeper.  Trusts: nothing in the files; the administrator for their
 * names.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "pop3srvd/keeper/filestate.h"
#include "pop3srvd/keeper/listfiles.h"

#define LOOK_MS		1000
#define FILE_MAX	((size_t)64 << 20)
#define TOLD		10		/* faulty lines of a file, in words */

struct listfile {
	char *path;
	struct netlist list;
	struct filestate seen;		/* when last read */
	struct filestate noted;		/* at the last look */
	struct {
		uint32_t line;
		char *why;
	} fault[TOLD];
	size_t n_faults;		/* of the last reading, all of them */
	struct err lost;		/* ERR_NONE: it could be read */
	bool once;			/* it has been read */
	bool told;			/* log knows about the last reading */
	bool named;			/* by the configuration in force */
};

struct listfiles {
	struct listfile **at;
	size_t n, cap;
	struct loop *loop;		/* NULL: not watched yet */
	struct log_out *log;
	void (*changed)(void *arg);
	void *arg;
	struct timer look;
};

struct listfiles *
listfiles_new(void)
{
	return mem_new(1, sizeof(struct listfiles));
}

static void
clear_faults(struct listfile *f)
{
	size_t i;

	for (i = 0; i < TOLD; i++) {
		free(f->fault[i].why);
		f->fault[i].why = NULL;
	}
	f->n_faults = 0;
}

static void
free_file(struct listfile *f)
{
	if (f == NULL)
		return;
	clear_faults(f);
	netlist_clear(&f->list);
	free(f->path);
	free(f);
}

void
listfiles_free(struct listfiles **lf_p)
{
	struct listfiles *lf = *lf_p;
	size_t i;

	if (lf == NULL)
		return;
	if (lf->loop != NULL)
		timer_stop(lf->loop, &lf->look);
	for (i = 0; i < lf->n; i++)
		free_file(lf->at[i]);
	free(lf->at);
	free(lf);
	*lf_p = NULL;
}

static void
note_fault(uint32_t line, const char *why, void *arg)
{
	struct listfile *f = arg;

	if (f->n_faults < TOLD) {
		f->fault[f->n_faults].line = line;
		f->fault[f->n_faults].why = mem_strdup(why);
	}
	f->n_faults++;
}

/* 1: there are new ranges.  0: there are faults, the old ones stay.  -1 with
 * f->lost: it could not be read. */
static int
read_file(struct listfile *f)
{
	struct netlist new = { NULL, 0, 0 };
	char *text = NULL;
	size_t n;
	int r;

	/* first: a change while reading is then seen the next time */
	filestate_look(f->path, &f->seen);
	f->noted = f->seen;
	f->told = false;
	clear_faults(f);
	err_clear(&f->lost);
	r = path_read(f->path, FILE_MAX, &text, &n, &f->lost);
	if (r == 0)
		r = netlist_read(&new, span_mem(text, n), note_fault, f,
		    &f->lost);
	free(text);
	if (r < 0 || (f->once && f->n_faults > 0)) {
		netlist_clear(&new);
		return r;
	}
	netlist_clear(&f->list);
	f->list = new;
	f->once = true;
	return 1;
}

static void
log_faults(const struct listfiles *lf, const struct listfile *f)
{
	size_t i;

	for (i = 0; i < TOLD && i < f->n_faults; i++)
		log_event(lf->log, LOG_LEVEL_WARNING, NULL,
		    "access file fault", (const struct log_field[]){
		    LOG_STR("file", f->path),
		    LOG_NUM("line", f->fault[i].line),
		    LOG_STR("error", f->fault[i].why != NULL ?
		    f->fault[i].why : "out of memory"), { NULL } });
}

/* refused: what it says now is not in force. */
static void
log_file(const struct listfiles *lf, struct listfile *f, bool refused)
{
	if (lf->log == NULL || f->told)
		return;
	f->told = true;
	if (f->lost.class != ERR_NONE) {
		log_event(lf->log, LOG_LEVEL_WARNING, NULL,
		    "access file lost", (const struct log_field[]){
		    LOG_STR("file", f->path), LOG_NUM("ranges", f->list.n),
		    LOG_STR("error", f->lost.text), { NULL } });
		return;
	}
	log_faults(lf, f);
	log_event(lf->log, refused ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, NULL,
	    refused ? "access file refused" : "access file loaded",
	    (const struct log_field[]){ LOG_STR("file", f->path),
	    LOG_NUM("ranges", f->list.n), LOG_NUM("faults", f->n_faults),
	    { NULL } });
}

static struct listfile *
find(const struct listfiles *lf, const char *path)
{
	size_t i;

	for (i = 0; i < lf->n; i++)
		if (strcmp(lf->at[i]->path, path) == 0)
			return lf->at[i];
	return NULL;
}

static int
add(struct listfiles *lf, const char *path, struct err *e)
{
	struct listfile *f = mem_new(1, sizeof(*f)), **grown;

	if (f != NULL)
		f->path = mem_strdup(path);
	grown = mem_grow(lf->at, &lf->cap, lf->n + 1, sizeof(struct listfile *));
	if (grown != NULL)
		lf->at = grown;
	if (f == NULL || f->path == NULL || grown == NULL) {
		free_file(f);
		return err_set(e, ERR_TEMP, "%.200s: out of memory", path);
	}
	if (read_file(f) < 0) {
		err_set(e, f->lost.class == ERR_TEMP ? ERR_TEMP : ERR_CONFIG,
		    "access: %.380s", f->lost.text);
		free_file(f);
		return -1;
	}
	lf->at[lf->n++] = f;
	return 0;
}

/* Each path of c until fn is not 0. */
static int
each_path(const struct conf *c, int (*fn)(struct listfiles *lf,
    const char *path, struct err *e), struct listfiles *lf, struct err *e)
{
	const struct conf_strings *s[2];
	size_t i, k, m;

	for (i = 0; i < c->n_listeners; i++) {
		s[0] = &c->listeners[i].server.access.grant_files;
		s[1] = &c->listeners[i].server.access.deny_files;
		for (k = 0; k < 2; k++)
			for (m = 0; m < s[k]->n; m++)
				if (fn(lf, s[k]->at[m], e) != 0)
					return -1;
	}
	return 0;
}

static int
need(struct listfiles *lf, const char *path, struct err *e)
{
	return find(lf, path) != NULL ? 0 : add(lf, path, e);
}

int
listfiles_need(struct listfiles *lf, const struct conf *c, struct err *e)
{
	return each_path(c, need, lf, e);
}

static int
name(struct listfiles *lf, const char *path, struct err *e)
{
	struct listfile *f = find(lf, path);

	(void)e;
	if (f != NULL)
		f->named = true;
	return 0;
}

void
listfiles_take(struct listfiles *lf, const struct conf *c)
{
	size_t i, kept = 0;

	for (i = 0; i < lf->n; i++)
		lf->at[i]->named = false;
	(void)each_path(c, name, lf, NULL);
	for (i = 0; i < lf->n; i++) {
		if (!lf->at[i]->named) {
			free_file(lf->at[i]);
			continue;
		}
		log_file(lf, lf->at[i], false);
		lf->at[kept++] = lf->at[i];
	}
	lf->n = kept;
}

const struct netlist *
listfiles_get(const struct listfiles *lf, const char *path)
{
	const struct listfile *f = find(lf, path);

	return f == NULL ? NULL : &f->list;
}

/* True when there are new ranges. */
static bool
look_at(struct listfiles *lf, struct listfile *f, bool at_once)
{
	struct filestate now;
	bool settled;
	int r;

	filestate_look(f->path, &now);
	if (filestate_same(&now, &f->seen)) {
		f->noted = now;
		return false;
	}
	settled = filestate_same(&now, &f->noted);
	f->noted = now;
	if (!settled && !at_once)
		return false;
	r = read_file(f);
	log_file(lf, f, r == 0);
	return r > 0;
}

static void
look(struct listfiles *lf, bool at_once)
{
	bool any = false;
	size_t i;

	for (i = 0; i < lf->n; i++)
		any = look_at(lf, lf->at[i], at_once) || any;
	if (any)
		lf->changed(lf->arg);
}

void
listfiles_look(struct listfiles *lf)
{
	look(lf, true);
}

static void
look_due(struct loop *l, struct timer *t)
{
	struct listfiles *lf = LOOP_OWNER(t, struct listfiles, look);

	(void)timer_after(l, t, LOOK_MS);
	look(lf, false);
}

int
listfiles_watch(struct listfiles *lf, struct loop *l, struct log_out *log,
    void (*changed)(void *arg), void *arg)
{
	lf->log = log;
	lf->changed = changed;
	lf->arg = arg;
	lf->look.due = look_due;
	lf->loop = l;
	return timer_after(l, &lf->look, LOOK_MS);
}

void
listfiles_print(const struct listfiles *lf, FILE *to)
{
	const struct listfile *f;
	size_t i, k;

	for (i = 0; i < lf->n; i++) {
		f = lf->at[i];
		for (k = 0; k < TOLD && k < f->n_faults; k++)
			fprintf(to, "pop3srvd: %s: line %u: %s\n", f->path,
			    f->fault[k].line, f->fault[k].why != NULL ?
			    f->fault[k].why : "out of memory");
		if (f->n_faults > TOLD)
			fprintf(to, "pop3srvd: %s: and %zu lines more\n",
			    f->path, f->n_faults - TOLD);
	}
}

json_t *
listfiles_status(const struct listfiles *lf)
{
	json_t *list = json_array();
	const struct listfile *f;
	size_t i;

	for (i = 0; list != NULL && i < lf->n; i++) {
		f = lf->at[i];
		(void)json_array_append_new(list, json_pack(
		    "{s:s, s:I, s:I, s:s}", "file", f->path,
		    "ranges", (json_int_t)f->list.n,
		    "faults", (json_int_t)f->n_faults, "state",
		    f->lost.class != ERR_NONE ? "lost" :
		    f->n_faults > 0 ? "faulty" : "ok"));
	}
	return list;
}
