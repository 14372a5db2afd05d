/*
 * acct.c - the chain of backends
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/acct/acct.h"

#define CHAIN_MAX	8

/* A new backend is one file and one row. */
static const struct acct_ops *const known[] = {
#ifdef HAVE_SQLITE
	&acct_sqlite_ops,
#else
	&acct_none_ops,
#endif
	NULL
};

struct acct {
	struct acct_backend *chain[CHAIN_MAX];
	size_t n;
};

static const struct acct_ops *
find(const char *name)
{
	const struct acct_ops *const *ops;

	for (ops = known; *ops != NULL; ops++)
		if (strcmp((*ops)->name, name) == 0)
			return *ops;
	return NULL;
}

static int
append(struct acct *a, const char *name, const char *folder, struct err *e)
{
	const struct acct_ops *ops = find(name);

	if (ops == NULL)
		return err_set(e, ERR_CONFIG, "auth.backends: \"%.40s\" is not "
		    "known; \"accounts\" is", name);
	if (a->n == CHAIN_MAX)
		return err_set(e, ERR_CONFIG, "auth.backends: more than %d",
		    CHAIN_MAX);
	a->chain[a->n] = ops->open(folder, e);
	if (a->chain[a->n] == NULL)
		return -1;
	a->n++;
	return 0;
}

struct acct *
acct_new(const char *const *names, size_t n, const char *folder,
    struct err *e)
{
	struct acct *a = mem_new(1, sizeof(*a));
	size_t i;

	if (a == NULL) {
		err_set(e, ERR_TEMP, "no memory for the account backends");
		return NULL;
	}
	for (i = 0; i < n; i++)
		if (append(a, names[i], folder, e) < 0) {
			acct_free(&a);
			return NULL;
		}
	return a;
}

void
acct_free(struct acct **a_p)
{
	struct acct *a = *a_p;

	if (a == NULL)
		return;
	while (a->n > 0) {
		a->n--;
		a->chain[a->n]->ops->close(a->chain[a->n]);
	}
	free(a);
	*a_p = NULL;
}

/*
 * Trouble in one backend ends the search: going on could let an older account
 * of the same name in a later backend log in instead.
 */
int
acct_lookup(struct acct *a, const char *name, struct acct_account *r,
    struct err *e)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		struct err fault;

		err_clear(&fault);
		if (a->chain[i]->ops->lookup(a->chain[i], name, r,
		    &fault) == 0)
			return 0;
		if (fault.class != ERR_NOTFOUND) {
			if (e != NULL)
				*e = fault;
			return -1;
		}
	}
	return err_set(e, ERR_NOTFOUND, "no account %s", name);
}

struct addresses {
	struct buf *out;
	const char *name;
	size_t user;		/* octets of it before the '@' */
};

static bool
add_address(const struct acct_domain *d, void *arg)
{
	struct addresses *at = arg;

	if (d->alias_of[0] == '\0')
		return true;
	return buf_printf(at->out, " %.*s@%s", (int)at->user, at->name,
	    d->name) == 0;
}

int
acct_addresses(struct acct *a, const char *name, struct buf *out,
    struct err *e)
{
	const char *domain = names_domain_of(name);
	struct acct_page page = { .domain = domain, .after = "",
		.limit = -1 };
	struct addresses at = { out, name, strcspn(name, "@") };
	struct acct_backend *b = acct_administered(a, NULL);

	if (buf_adds(out, name) < 0)
		return err_set(e, ERR_TEMP, "no memory for the addresses");
	if (b == NULL)
		return 0;
	return b->ops->admin->domain_list(b, &page, add_address, &at, e);
}

struct acct_backend *
acct_administered(struct acct *a, struct err *e)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->chain[i]->ops->admin != NULL)
			return a->chain[i];
	err_set(e, ERR_PERM, "%s",
#ifdef HAVE_SQLITE
	    "no account database in auth.backends"
#else
	    "built without the account database"
#endif
	);
	return NULL;
}
