/*
 * acct_none.c - what stands for the account database in a build without it
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/acct/acct.h"

static struct acct_backend *
none_open(const char *folder, struct err *e)
{
	struct acct_backend *b = mem_new(1, sizeof(*b));

	(void)folder;
	if (b == NULL)
		err_set(e, ERR_TEMP, "no memory for the account backends");
	else
		b->ops = &acct_none_ops;
	return b;
}

static void
none_close(struct acct_backend *b)
{
	free(b);
}

static int
none_lookup(struct acct_backend *b, const char *name, struct acct_account *r,
    struct err *e)
{
	(void)b;
	(void)name;
	(void)r;
	return err_set(e, ERR_PERM, "built without the account database");
}

const struct acct_ops acct_none_ops = {
	.name = "accounts",
	.open = none_open,
	.close = none_close,
	.lookup = none_lookup,
	.admin = NULL,
};
