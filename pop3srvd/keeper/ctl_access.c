/*
 * ctl_access.c - policy show and set, grant list, deny list
 *
 * Runs in: keeper.  Trusts: front, for who asked.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/keeper/access.h"
#include "pop3srvd/keeper/ctl_access.h"

#define PAGE_OCTETS	(48u << 10)	/* of a reply of 64 KiB */
#define PAGE_MAX	1000
#define NOTE_MAX	300

static json_t *
result(json_t *v, struct err *e)
{
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

const struct conf_access *
ctl_list_access(const struct conf *c, const char *listener)
{
	size_t i;

	for (i = 0; listener != NULL && i < c->n_listeners; i++)
		if (strcmp(c->listeners[i].name, listener) == 0)
			return &c->listeners[i].server.access;
	return &c->server.access;
}

const struct conf_strings *
ctl_list_own(const struct conf_access *a, bool deny)
{
	return deny ? &a->deny : &a->grant;
}

const struct conf_strings *
ctl_list_files(const struct conf_access *a, bool deny)
{
	return deny ? &a->deny_files : &a->grant_files;
}

int
ctl_list_of(struct keeper *k, const json_t *args, bool deny,
    struct ctl_list *l, struct err *e)
{
	const char *key = deny ? "access.deny" : "access.grant", *whole;

	l->deny = deny;
	if (ctl_config_listener(k, args, &l->listener, e) < 0 ||
	    json_bool(args, "runtime", false, &l->runtime, e) < 0)
		return -1;
	l->access = ctl_list_access(k->conf, l->listener);
	l->origin = access_origin(k->source, l->listener, key);
	whole = ctl_config_key(l->listener, key, l->key);
	if (whole != l->key)
		snprintf(l->key, sizeof(l->key), "%s", whole);
	return 0;
}

static size_t
in_files(const struct keeper *k, const struct conf_strings *files)
{
	const struct netlist *list;
	size_t i, n = 0;

	for (i = 0; i < files->n; i++) {
		list = listfiles_get(k->lists, files->at[i]);
		n += list == NULL ? 0 : list->n;
	}
	return n;
}

static size_t
count(const struct keeper *k, const struct conf_access *a, bool deny)
{
	return ctl_list_own(a, deny)->n + in_files(k, ctl_list_files(a, deny));
}

/* I-57: nobody comes in, not even from this machine. */
static bool
is_closed(const struct keeper *k, const struct conf_access *a)
{
	return a->policy == CONF_DENY && count(k, a, false) == 0;
}

/* Into the answer to a change: what the administrator might not expect. */
void
ctl_access_warn(const struct keeper *k, json_t *v)
{
	const struct conf *c = k->conf;
	char text[NOTE_MAX] = "";
	size_t i, n = 0;

	for (i = 0; i < c->n_listeners; i++)
		if (is_closed(k, &c->listeners[i].server.access) &&
		    n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n > 0 ? ", " : "policy deny and an empty "
			    "grant list: everybody is refused, this machine "
			    "included, on listener ", c->listeners[i].name);
	if (n > 0)
		(void)json_object_set_new(v, "warning", json_string(text));
}

static json_t *
show(const struct keeper *k, const char *listener)
{
	const struct conf_access *a = ctl_list_access(k->conf, listener);
	json_t *v = json_pack("{s:s, s:s, s:I, s:I, s:b}",
	    "policy", a->policy == CONF_DENY ? "deny" : "grant",
	    "origin", access_origin(k->source, listener, "access.policy"),
	    "grant", (json_int_t)count(k, a, false),
	    "deny", (json_int_t)count(k, a, true),
	    "closed", is_closed(k, a));

	if (v != NULL && listener != NULL)
		(void)json_object_set_new(v, "listener", json_string(listener));
	return v;
}

json_t *
ctl_policy_show(struct keeper *k, const json_t *args, struct err *e)
{
	const char *listener;
	json_t *v, *list;
	size_t i;

	if (ctl_config_listener(k, args, &listener, e) < 0)
		return NULL;
	v = show(k, listener);
	list = json_array();
	for (i = 0; listener == NULL && i < k->conf->n_listeners; i++)
		(void)json_array_append_new(list,
		    show(k, k->conf->listeners[i].name));
	if (json_object_set_new(v, "listeners", list) < 0 ||
	    json_object_set_new(v, "files", listfiles_status(k->lists)) < 0) {
		json_decref(v);
		v = NULL;
	}
	return result(v, e);
}

json_t *
ctl_policy_set(struct keeper *k, const json_t *args, struct err *e)
{
	const char *policy = json_str(args, "policy", NULL, e), *listener;
	char key[CTL_KEY_MAX];
	json_t *word, *done, *v;
	bool runtime;

	if (policy == NULL || ctl_config_listener(k, args, &listener, e) < 0 ||
	    json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	word = json_string(policy);
	done = word == NULL ? result(NULL, e) : ctl_config_put(k,
	    ctl_config_key(listener, "access.policy", key), word, runtime, e);
	json_decref(word);
	if (done == NULL)
		return NULL;
	json_decref(done);
	v = show(k, listener);
	if (v != NULL) {
		(void)json_object_set_new(v, "kept", json_boolean(!runtime));
		ctl_access_warn(k, v);
	}
	return result(v, e);
}

/* A page of a list: its own ranges, then those of its files. */
struct page {
	json_t *rows;
	size_t octets;
	size_t skip;		/* rows before the page */
	size_t left;		/* how many it may still take */
	size_t next;
	bool full;
};

/* origin: "settings.json"; with line, a file's name. */
static void
add_row(struct page *p, const struct prefix *range, const char *origin,
    uint32_t line)
{
	char text[ADDR_TEXT], where[NOTE_MAX];

	snprintf(where, sizeof(where), line == 0 ? "%.280s" : "%.280s:%u",
	    origin, line);
	if (p->left == 0 || p->octets > PAGE_OCTETS ||
	    json_array_append_new(p->rows, json_pack("{s:s, s:s}", "range",
	    prefix_text(range, text), "origin", where)) < 0) {
		p->full = true;
		return;
	}
	p->octets += strlen(text) + strlen(where) + 30;
	p->left--;
	p->next++;
}

/* From where the page goes on in the next n rows; n: behind them. */
static size_t
first_of(struct page *p, size_t n)
{
	size_t first = p->skip < n ? p->skip : n;

	p->skip -= first;
	return first;
}

static void
add_own(struct page *p, const struct ctl_list *l)
{
	const struct conf_strings *s = ctl_list_own(l->access, l->deny);
	struct prefix range;
	size_t i;

	for (i = first_of(p, s->n); !p->full && i < s->n; i++)
		if (prefix_parse(s->at[i], &range, NULL) == 0)
			add_row(p, &range, l->origin, 0);
}

static void
add_file(struct page *p, const struct netlist *list, const char *path)
{
	size_t i;

	for (i = first_of(p, list->n); !p->full && i < list->n; i++)
		add_row(p, &list->at[i].p, path, list->at[i].line);
}

static json_t *
page(struct keeper *k, const struct ctl_list *l, size_t after, size_t limit)
{
	struct page p = { .rows = json_array(), .skip = after,
		.left = limit, .next = after };
	const struct conf_strings *files = ctl_list_files(l->access, l->deny);
	const struct netlist *list;
	json_t *v;
	size_t i;

	add_own(&p, l);
	for (i = 0; i < files->n && !p.full; i++) {
		list = listfiles_get(k->lists, files->at[i]);
		if (list != NULL)
			add_file(&p, list, files->at[i]);
	}
	v = json_pack("{s:s, s:s, s:I, s:o}", "list", l->deny ? "deny" : "grant",
	    "policy", l->access->policy == CONF_DENY ? "deny" : "grant",
	    "total", (json_int_t)count(k, l->access, l->deny),
	    "ranges", p.rows);
	if (v != NULL && p.full)
		(void)json_object_set_new(v, "next",
		    json_integer((json_int_t)p.next));
	return v;
}

static json_t *
list(struct keeper *k, const json_t *args, bool deny, struct err *e)
{
	struct ctl_list l;
	int64_t after, limit;

	if (ctl_list_of(k, args, deny, &l, e) < 0 ||
	    json_int(args, "after", 0, &after, e) < 0 ||
	    json_int(args, "limit", PAGE_MAX, &limit, e) < 0)
		return NULL;
	if (after < 0 || limit < 1 || limit > PAGE_MAX) {
		err_set(e, ERR_CONFIG, "after: what next said; limit: 1 to %d",
		    PAGE_MAX);
		return NULL;
	}
	return result(page(k, &l, (size_t)after, (size_t)limit), e);
}

json_t *
ctl_grant_list(struct keeper *k, const json_t *args, struct err *e)
{
	return list(k, args, false, e);
}

json_t *
ctl_deny_list(struct keeper *k, const json_t *args, struct err *e)
{
	return list(k, args, true, e);
}
