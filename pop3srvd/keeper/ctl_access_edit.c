/*
 * ctl_access_edit.c - grant and deny: add, remove
 *
 * A list that is changed is kept whole: from then on it is pop3ctl's, and what
 * a file of the configuration says about it no longer counts.  The answer
 * tells so.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a range.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/keeper/ctl_access.h"

#define SHOWN_MAX	100		/* ranges in an answer */
#define NOTE_MAX	400

static json_t *
result(json_t *v, struct err *e)
{
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

static const char *
list_name(bool deny)
{
	return deny ? "deny" : "grant";
}

static void
add_note(const struct keeper *k, const struct ctl_list *l, json_t *v)
{
	const char *key = l->deny ? "access.deny" : "access.grant";
	char text[NOTE_MAX];

	if (l->listener != NULL && conf_over_origin(k->source, l->listener,
	    key) == NULL)
		snprintf(text, sizeof(text), "listener %.64s has a %s list of "
		    "its own from now on; config reset %.150s takes that back",
		    l->listener, list_name(l->deny), l->key);
	else if (ctl_list_own(l->access, l->deny)->n > 0 &&
	    l->origin[0] == '/')
		snprintf(text, sizeof(text), "what %.120s says about %s no "
		    "longer counts; config reset %.120s takes that back",
		    l->origin, key, l->key);
	else
		return;
	(void)json_object_set_new(v, "note", json_string(text));
}

/* What is kept, without what is for now only; for the caller to free. */
static struct conf *
load_kept(struct keeper *k, struct err *e)
{
	struct conf_faults f = { NULL, 0 };
	struct conf *c = conf_load(k->file, NULL, &f);

	if (c == NULL)
		err_set(e, ERR_CONFIG, "%.380s", f.n > 0 ? f.text[0] :
		    "out of memory");
	conf_faults_free(&f);
	return c;
}

/* One change of a list, as often as it has to be made. */
struct change {
	const struct ctl_list *l;
	const struct ranges *r;
	bool take, replace;
	bool lenient;		/* what is to go may be gone already */
	size_t n_there, total;
	json_t *there;		/* at first SHOWN_MAX of them */
};

static json_t *
shown(const struct ranges *r, const struct ranges_done *d)
{
	json_t *list = json_array();
	char text[ADDR_TEXT];
	size_t i;

	for (i = 0; i < r->n && json_array_size(list) < SHOWN_MAX; i++)
		if (d->there[i])
			(void)json_array_append_new(list, json_string(
			    prefix_text(&r->at[i], text)));
	return list;
}

static int
not_there(const struct change *c, const struct conf_strings *base,
    const struct prefix *p, struct err *e)
{
	const struct addr a = { .port = 0 };
	struct addr first = a;
	struct prefix other;
	char text[ADDR_TEXT], wide[ADDR_TEXT];
	size_t i;

	memcpy(first.ip, p->ip, sizeof(first.ip));
	for (i = 0; i < base->n; i++)
		if (prefix_parse(base->at[i], &other, NULL) == 0 &&
		    other.len < p->len && prefix_covers(&other, &first))
			return err_set(e, ERR_NOTFOUND, "%s is not in the %s "
			    "list; %s is, which covers it",
			    prefix_text(p, text), list_name(c->l->deny),
			    prefix_text(&other, wide));
	return err_set(e, ERR_NOTFOUND, "%s is not in the %s list",
	    prefix_text(p, text), list_name(c->l->deny));
}

/* Where a file says so, only there can it be unsaid. */
static int
find_in_files(const struct keeper *k, const struct change *c,
    const struct prefix *p, struct err *e)
{
	const struct conf_strings *files = ctl_list_files(ctl_list_access(
	    k->conf, c->l->listener), c->l->deny);
	const struct netlist *list;
	char text[ADDR_TEXT];
	size_t i, m;

	for (i = 0; i < files->n; i++) {
		list = listfiles_get(k->lists, files->at[i]);
		for (m = 0; list != NULL && m < list->n; m++)
			if (list->at[m].p.len == p->len &&
			    memcmp(list->at[m].p.ip, p->ip, 16) == 0)
				return err_set(e, ERR_NOTFOUND, "%s stands in "
				    "%.200s, line %u: take it out there",
				    prefix_text(p, text), files->at[i],
				    list->at[m].line);
	}
	return 0;
}

static int
check_taken(const struct keeper *k, const struct change *c,
    const struct conf_strings *base, const struct ranges_done *d,
    struct err *e)
{
	size_t i;

	for (i = 0; i < c->r->n; i++) {
		if (d->there[i])
			continue;
		if (find_in_files(k, c, &c->r->at[i], e) < 0)
			return -1;
		return not_there(c, base, &c->r->at[i], e);
	}
	return 0;
}

/* base changed, and put in force. */
static int
make(struct keeper *k, struct change *c, const struct conf_strings *base,
    bool runtime, struct err *e)
{
	struct ranges_done d = { NULL, NULL, 0 };
	json_t *done;
	int r;

	r = c->take ? ranges_take(base, c->r, &d, e) :
	    ranges_put(base, c->r, c->replace, &d, e);
	if (r == 0 && c->take && !c->lenient)
		r = check_taken(k, c, base, &d, e);
	if (r == 0) {
		c->n_there = d.n_there;
		c->total = json_array_size(d.list);
		json_decref(c->there);
		c->there = shown(c->r, &d);
		done = ctl_config_put(k, c->l->key, d.list, runtime, e);
		r = done == NULL ? -1 : 0;
		json_decref(done);
	}
	ranges_done_clear(&d);
	return r;
}

static struct conf_strings
copy_strings(const struct conf_strings *s)
{
	struct conf_strings copy = { mem_new(s->n + 1, sizeof(char *)), 0 };

	while (copy.at != NULL && copy.n < s->n) {
		copy.at[copy.n] = mem_strdup(s->at[copy.n]);
		if (copy.at[copy.n] == NULL)
			break;
		copy.n++;
	}
	return copy;
}

static void
free_strings(struct conf_strings *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->at[i]);
	free(s->at);
}

/* The kept list is changed, and so is the one for now that covers it: a ban
 * with --runtime must not end early because of another one that is kept. */
static int
make_both(struct keeper *k, struct change *c, struct err *e)
{
	struct conf_strings now = copy_strings(ctl_list_own(c->l->access,
	    c->l->deny));
	struct conf *kept = load_kept(k, e);
	int r = -1;

	if (kept != NULL)
		r = make(k, c, ctl_list_own(ctl_list_access(kept, c->l->listener),
		    c->l->deny), false, e);
	/* what is to go may stand in one of the two only */
	c->lenient = r == 0;
	if (r == 0 || (kept != NULL && e->class == ERR_NOTFOUND))
		r = make(k, c, &now, true, e);
	free_strings(&now);
	conf_free(&kept);
	return r;
}

/* 0, or -1 with *e.  After it c->l->access and origin are no more. */
static int
change(struct keeper *k, struct change *c, struct err *e)
{
	if (!c->l->runtime && strcmp(c->l->origin, "runtime") == 0)
		return make_both(k, c, e);
	return make(k, c, ctl_list_own(c->l->access, c->l->deny),
	    c->l->runtime, e);
}

static json_t *
answer(struct keeper *k, struct change *c, json_t *note)
{
	size_t n = c->take ? c->r->n : c->r->n - c->n_there;
	json_t *v = json_pack("{s:I, s:I, s:b, s:o}", c->take ? "removed" :
	    "added", (json_int_t)n, "total", (json_int_t)c->total,
	    "kept", !c->l->runtime, "there", c->there);

	c->there = NULL;
	if (v != NULL && c->take)
		(void)json_object_del(v, "there");
	else if (v != NULL)
		(void)json_object_set_new(v, "n_there",
		    json_integer((json_int_t)c->n_there));
	if (v != NULL) {
		(void)json_object_update(v, note);
		ctl_access_warn(k, v);
	}
	return v;
}

static json_t *
run(struct keeper *k, struct change *c, struct err *e)
{
	json_t *note = json_object(), *v = NULL;

	add_note(k, c->l, note);
	if (change(k, c, e) == 0)
		v = result(answer(k, c, note), e);
	json_decref(c->there);
	json_decref(note);
	return v;
}

json_t *
ctl_list_add(struct keeper *k, const struct ctl_list *l,
    const struct ranges *r, bool replace, struct err *e)
{
	struct change c = { .l = l, .r = r, .replace = replace };

	return run(k, &c, e);
}

/* The argument "ranges"; -1 with *e, which names the first that is none. */
static int
read_ranges(const json_t *args, struct ranges *r, struct err *e)
{
	const json_t *list = json_object_get(args, "ranges"), *v;
	struct prefix p;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return err_set(e, ERR_CONFIG, "ranges: a list of one or more");
	json_array_foreach(list, i, v) {
		if (!json_is_string(v) || json_string_length(v) !=
		    strlen(json_string_value(v)))
			return err_set(e, ERR_CONFIG, "ranges: strings, such "
			    "as \"192.0.2.0/24\"");
		if (prefix_parse(json_string_value(v), &p, e) < 0 ||
		    ranges_add(r, &p, e) < 0)
			return -1;
	}
	return 0;
}

static json_t *
edit(struct keeper *k, const json_t *args, bool deny, bool take,
    struct err *e)
{
	struct ranges r = { NULL, 0, 0 };
	struct ctl_list l;
	struct change c = { .l = &l, .r = &r, .take = take };
	json_t *v = NULL;

	if (ctl_list_of(k, args, deny, &l, e) == 0 &&
	    read_ranges(args, &r, e) == 0)
		v = run(k, &c, e);
	ranges_clear(&r);
	return v;
}

json_t *
ctl_grant_add(struct keeper *k, const json_t *args, struct err *e)
{
	return edit(k, args, false, false, e);
}

json_t *
ctl_deny_add(struct keeper *k, const json_t *args, struct err *e)
{
	return edit(k, args, true, false, e);
}

json_t *
ctl_grant_remove(struct keeper *k, const json_t *args, struct err *e)
{
	return edit(k, args, false, true, e);
}

json_t *
ctl_deny_remove(struct keeper *k, const json_t *args, struct err *e)
{
	return edit(k, args, true, true, e);
}
