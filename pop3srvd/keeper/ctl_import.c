/*
 * ctl_import.c - grant import, deny import: many pages, one change
 *
 * Lines are gathered request by request; only the last one changes the list,
 * once and as a whole, and only when none of the lines was faulty.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a line.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/keeper/ctl_access.h"

#define STAGES		4
#define IDLE_MS		60000		/* then whoever began has gone */
#define RANGES_MAX	(1u << 20)
#define FAULTS_OCTETS	(40u << 10)	/* of a reply of 64 KiB */

struct stage {
	int64_t id;			/* 0: free */
	int64_t line;			/* the last one seen */
	size_t faults;
	int64_t touched;
	struct ranges ranges;
};

struct ctl_imports {
	struct loop *loop;
	struct timer idle;
	int64_t last;
	struct stage at[STAGES];
};

static void
drop(struct stage *s)
{
	ranges_clear(&s->ranges);
	memset(s, 0, sizeof(*s));
}

static void
idle_due(struct loop *l, struct timer *t)
{
	struct ctl_imports *im = LOOP_OWNER(t, struct ctl_imports, idle);
	int64_t now = loop_time(l)->mono;
	bool any = false;
	int i;

	for (i = 0; i < STAGES; i++) {
		if (im->at[i].id == 0)
			continue;
		if (now - im->at[i].touched >= IDLE_MS)
			drop(&im->at[i]);
		else
			any = true;
	}
	if (any)
		(void)timer_after(l, t, IDLE_MS);
}

static struct ctl_imports *
imports(struct keeper *k)
{
	if (k->imports == NULL &&
	    (k->imports = mem_new(1, sizeof(*k->imports))) != NULL) {
		k->imports->loop = k->loop;
		k->imports->idle.due = idle_due;
	}
	return k->imports;
}

void
ctl_imports_free(struct ctl_imports **im_p)
{
	int i;

	if (*im_p == NULL)
		return;
	timer_stop((*im_p)->loop, &(*im_p)->idle);
	for (i = 0; i < STAGES; i++)
		drop(&(*im_p)->at[i]);
	free(*im_p);
	*im_p = NULL;
}

static struct stage *
begin(struct ctl_imports *im, struct err *e)
{
	int i;

	for (i = 0; i < STAGES && im->at[i].id != 0; i++)
		;
	if (i == STAGES) {
		err_set(e, ERR_TEMP, "%d imports are under way already",
		    STAGES);
		return NULL;
	}
	im->at[i].id = ++im->last;
	if (!timer_is_set(&im->idle))
		(void)timer_after(im->loop, &im->idle, IDLE_MS);
	return &im->at[i];
}

static struct stage *
stage_of(struct keeper *k, const json_t *args, struct err *e)
{
	struct ctl_imports *im = imports(k);
	struct stage *s = NULL;
	int64_t id;
	int i;

	if (im == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	if (im == NULL || json_int(args, "stage", 0, &id, e) < 0)
		return NULL;
	if (id == 0)
		s = begin(im, e);
	for (i = 0; id != 0 && i < STAGES; i++)
		if (im->at[i].id == id)
			s = &im->at[i];
	if (s == NULL && id != 0)
		err_set(e, ERR_NOTFOUND, "stage: this import is over; begin "
		    "anew");
	if (s != NULL)
		s->touched = loop_time(k->loop)->mono;
	return s;
}

/* What has no room is counted only. */
static int
add_fault(struct stage *s, json_t *faults, size_t *octets, const char *why)
{
	json_t *v = json_pack("{s:I, s:s}", "line", (json_int_t)s->line,
	    "text", why);
	size_t n = v == NULL ? 0 : json_dumpb(v, NULL, 0, JSON_COMPACT) + 1;

	s->faults++;
	if (*octets + n > FAULTS_OCTETS) {
		json_decref(v);
		return 0;
	}
	*octets += n;
	return json_array_append_new(faults, v);
}

static int
read_lines(struct stage *s, const json_t *lines, json_t *faults,
    struct err *e)
{
	size_t i, octets = 0;
	struct prefix p;
	struct err why;
	json_t *v;
	int r;

	json_array_foreach(lines, i, v) {
		s->line++;
		err_set(&why, ERR_CONFIG, "not a string");
		r = !json_is_string(v) ? -1 : netlist_line(span_mem(
		    json_string_value(v), json_string_length(v)), &p, &why);
		if (r > 0 && s->ranges.n >= RANGES_MAX)
			return err_set(e, ERR_CONFIG, "line %lld: more than "
			    "%u ranges; put them into a file that "
			    "access.deny_files names", (long long)s->line,
			    RANGES_MAX);
		if (r > 0 && ranges_add(&s->ranges, &p, e) < 0)
			return -1;
		if (r < 0 && add_fault(s, faults, &octets, why.text) < 0)
			return err_set(e, ERR_TEMP, "out of memory");
	}
	return 0;
}

static json_t *
finish(struct keeper *k, struct stage *s, const json_t *args,
    const struct ctl_list *l, struct err *e)
{
	bool replace;

	if (json_bool(args, "replace", false, &replace, e) < 0)
		return NULL;
	if (s->faults > 0) {
		err_set(e, ERR_CONFIG, "%zu of %lld lines are no ranges; "
		    "nothing was changed", s->faults, (long long)s->line);
		return NULL;
	}
	return ctl_list_add(k, l, &s->ranges, replace, e);
}

/* A page: gathered; with done also the end. */
static json_t *
page(struct keeper *k, struct stage *s, const json_t *args,
    const struct ctl_list *l, struct err *e)
{
	const json_t *lines = json_object_get(args, "lines");
	json_t *faults = json_array(), *v = NULL;
	bool done;

	if (json_bool(args, "done", false, &done, e) < 0 ||
	    read_lines(s, lines, faults, e) < 0) {
		json_decref(faults);
		drop(s);
		return NULL;
	}
	if (done) {
		v = finish(k, s, args, l, e);
		drop(s);
	} else {
		v = json_pack("{s:I, s:I}", "stage", (json_int_t)s->id,
		    "lines", (json_int_t)s->line);
		if (v == NULL)
			err_set(e, ERR_TEMP, "out of memory");
	}
	if (v != NULL)
		(void)json_object_set(v, "faults", faults);
	json_decref(faults);
	return v;
}

static json_t *
import(struct keeper *k, const json_t *args, bool deny, struct err *e)
{
	const json_t *lines = json_object_get(args, "lines");
	struct ctl_list l;
	struct stage *s;

	if (ctl_list_of(k, args, deny, &l, e) < 0)
		return NULL;
	if (lines != NULL && !json_is_array(lines)) {
		err_set(e, ERR_CONFIG, "lines: a list of strings");
		return NULL;
	}
	s = stage_of(k, args, e);
	return s == NULL ? NULL : page(k, s, args, &l, e);
}

json_t *
ctl_grant_import(struct keeper *k, const json_t *args, struct err *e)
{
	return import(k, args, false, e);
}

json_t *
ctl_deny_import(struct keeper *k, const json_t *args, struct err *e)
{
	return import(k, args, true, e);
}
