/*
 * access.c - the access lists of a configuration, compiled for front
 *
 * Runs in: keeper.  Trusts: lib/conf, which has checked each range.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/policy/netacl.h"
#include "pop3srvd/ipc/aclset.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/keeper/access.h"

struct maker {
	const struct conf *c;
	const struct conf_source *src;
	const struct listfiles *lf;
	struct aclset set;
	size_t sources_cap;
	struct netacl_rule *rules;	/* of the list in work */
	size_t n;
};

const char *
access_origin(const struct conf_source *src, const char *listener,
    const char *key)
{
	const char *own = listener == NULL ? NULL :
	    conf_over_origin(src, listener, key);

	return own != NULL ? own : conf_origin(src, key);
}

/* The number of a source, which outlives the maker. */
static int
source_of(struct maker *m, const char *text, uint16_t *number_r,
    struct err *e)
{
	const char **grown;
	size_t i;

	for (i = 0; i < m->set.n_sources; i++)
		if (strcmp(m->set.sources[i], text) == 0)
			break;
	if (i > UINT16_MAX)
		return err_set(e, ERR_LIMIT, "access lists: more than %d "
		    "files", UINT16_MAX);
	*number_r = (uint16_t)i;
	if (i < m->set.n_sources)
		return 0;
	grown = mem_grow(m->set.sources, &m->sources_cap, i + 1,
	    sizeof(*m->set.sources));
	if (grown == NULL)
		return err_set(e, ERR_TEMP, "access lists: out of memory");
	m->set.sources = grown;
	m->set.sources[m->set.n_sources++] = text;
	return 0;
}

static int
add_strings(struct maker *m, enum verdict v, const struct conf_strings *s,
    const char *origin, struct err *e)
{
	struct netacl_rule *r;
	uint16_t source;
	size_t i;

	if (s->n == 0)
		return 0;
	if (source_of(m, origin, &source, e) < 0)
		return -1;
	for (i = 0; i < s->n; i++) {
		r = &m->rules[m->n++];
		r->verdict = (uint8_t)v;
		r->source = source;
		if (prefix_parse(s->at[i], &r->p, e) < 0)
			return -1;
	}
	return 0;
}

static int
add_files(struct maker *m, enum verdict v, const struct conf_strings *files,
    struct err *e)
{
	const struct netlist *list;
	struct netacl_rule *r;
	uint16_t source;
	size_t i, k;

	for (i = 0; i < files->n; i++) {
		list = listfiles_get(m->lf, files->at[i]);
		if (list == NULL)
			return err_set(e, ERR_BUG, "%.200s: not read",
			    files->at[i]);
		if (source_of(m, files->at[i], &source, e) < 0)
			return -1;
		for (k = 0; k < list->n; k++) {
			r = &m->rules[m->n++];
			r->p = list->at[k].p;
			r->verdict = (uint8_t)v;
			r->source = source;
			r->line = list->at[k].line;
		}
	}
	return 0;
}

static size_t
count_files(const struct maker *m, const struct conf_strings *files)
{
	const struct netlist *list;
	size_t i, n = 0;

	for (i = 0; i < files->n; i++) {
		list = listfiles_get(m->lf, files->at[i]);
		n += list == NULL ? 0 : list->n;
	}
	return n;
}

static int
gather(struct maker *m, const struct conf_listener *l, struct err *e)
{
	const struct conf_access *a = &l->server.access;
	size_t n = a->grant.n + a->deny.n + count_files(m, &a->grant_files) +
	    count_files(m, &a->deny_files);

	m->n = 0;
	m->rules = mem_new(n, sizeof(*m->rules));
	if (m->rules == NULL)
		return err_set(e, ERR_TEMP, "access lists: out of memory");
	if (add_strings(m, VERDICT_GRANT, &a->grant, access_origin(m->src,
	    l->name, "access.grant"), e) < 0 ||
	    add_strings(m, VERDICT_DENY, &a->deny, access_origin(m->src,
	    l->name, "access.deny"), e) < 0 ||
	    add_files(m, VERDICT_GRANT, &a->grant_files, e) < 0 ||
	    add_files(m, VERDICT_DENY, &a->deny_files, e) < 0)
		return -1;
	return 0;
}

static int
compile(struct maker *m, const struct conf_listener *l, struct err *e)
{
	enum verdict policy = l->server.access.policy == CONF_DENY ?
	    VERDICT_DENY : VERDICT_GRANT;
	struct netacl *acl = NULL;
	size_t size = 0;

	if (gather(m, l, e) == 0)
		acl = netacl_compile(policy, m->rules, m->n, &size, e);
	free(m->rules);
	m->rules = NULL;
	if (acl == NULL)
		return -1;
	m->set.lists[m->set.n_lists++] = span_mem(acl, size);
	return 0;
}

static bool
same_strings(const struct conf_strings *a, const struct conf_strings *b)
{
	size_t i;

	for (i = 0; a->n == b->n && i < a->n; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return a->n == b->n;
}

static bool
same_origin(const struct maker *m, const struct conf_listener *a,
    const struct conf_listener *b, const char *key)
{
	return strcmp(access_origin(m->src, a->name, key),
	    access_origin(m->src, b->name, key)) == 0;
}

static bool
same_lists(const struct maker *m, const struct conf_listener *a,
    const struct conf_listener *b)
{
	const struct conf_access *x = &a->server.access;
	const struct conf_access *y = &b->server.access;

	return x->policy == y->policy &&
	    same_strings(&x->grant, &y->grant) &&
	    same_strings(&x->deny, &y->deny) &&
	    same_strings(&x->grant_files, &y->grant_files) &&
	    same_strings(&x->deny_files, &y->deny_files) &&
	    same_origin(m, a, b, "access.grant") &&
	    same_origin(m, a, b, "access.deny");
}

static int
make_list(struct maker *m, size_t i, struct err *e)
{
	const struct conf_listener *l = m->c->listeners;
	struct aclset_of *of = &m->set.of[i];
	size_t k;

	of->listener = l[i].name;
	m->set.n++;
	for (k = 0; k < i; k++)
		if (same_lists(m, &l[i], &l[k])) {
			of->list = m->set.of[k].list;
			return 0;
		}
	of->list = (uint32_t)m->set.n_lists;
	return compile(m, &l[i], e);
}

static int
write_set(const struct aclset *s, struct err *e)
{
	struct buf b;
	int fd = -1;

	buf_init(&b, ACLSET_MAX);
	if (aclset_pack(s, &b) == 0)
		fd = memfd_write("pop3srvd-access", buf_span(&b), e);
	else
		err_set(e, ERR_TEMP, "access lists: out of memory");
	buf_free(&b);
	return fd;
}

int
access_make(const struct conf *c, const struct conf_source *src,
    const struct listfiles *lf, struct err *e)
{
	struct maker m = { .c = c, .src = src, .lf = lf };
	int fd = -1, r = 0;
	size_t i;

	m.set.of = mem_new(c->n_listeners + 1, sizeof(*m.set.of));
	m.set.lists = mem_new(c->n_listeners + 1, sizeof(*m.set.lists));
	if (m.set.of == NULL || m.set.lists == NULL)
		r = err_set(e, ERR_TEMP, "access lists: out of memory");
	for (i = 0; r == 0 && i < c->n_listeners; i++)
		r = make_list(&m, i, e);
	if (r == 0)
		fd = write_set(&m.set, e);
	for (i = 0; i < m.set.n_lists; i++)
		free((void *)(uintptr_t)m.set.lists[i].ptr);
	aclset_clear(&m.set);
	return fd;
}
