/*
 * access.c - the access lists that keeper has compiled, mapped
 *
 * Nothing here takes longer when the lists are long.
 *
 * Runs in: front.
 * Trusts: keeper for the verdicts; the form is checked.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "pop3srvd/ipc/aclset.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/access.h"

struct access {
	const void *mem;
	size_t len;
	struct aclset set;
};

static int
check_lists(const struct aclset *s, struct err *e)
{
	size_t i;

	for (i = 0; i < s->n_lists; i++)
		if (netacl_open(s->lists[i].ptr, s->lists[i].len) == NULL)
			return err_set(e, ERR_BUG, "access list %zu is none",
			    i);
	return 0;
}

struct access *
access_open(int fd, struct err *e)
{
	struct access *a = mem_new(1, sizeof(*a));
	size_t len;
	const void *mem = memfd_map(fd, ACLSET_MAX, &len, e);

	if (mem == NULL || a == NULL) {
		if (mem != NULL)
			err_set(e, ERR_TEMP, "access lists: out of memory");
		memfd_unmap(mem, mem == NULL ? 0 : len);
		free(a);
		return NULL;
	}
	a->mem = mem;
	a->len = len;
	if (aclset_unpack(&a->set, mem, len, e) < 0 ||
	    check_lists(&a->set, e) < 0)
		access_free(&a);
	return a;
}

void
access_free(struct access **a_p)
{
	struct access *a = *a_p;

	if (a == NULL)
		return;
	aclset_clear(&a->set);
	memfd_unmap(a->mem, a->len);
	free(a);
	*a_p = NULL;
}

const struct netacl *
access_list(const struct access *a, const char *listener)
{
	const struct span *list;
	size_t i;

	for (i = 0; a != NULL && i < a->set.n; i++) {
		if (strcmp(a->set.of[i].listener, listener) != 0)
			continue;
		list = &a->set.lists[a->set.of[i].list];
		return netacl_open(list->ptr, list->len);
	}
	return NULL;
}

const char *
access_source(const struct access *a, const struct netacl_rule *r)
{
	return r->source < a->set.n_sources ? a->set.sources[r->source] : "";
}
