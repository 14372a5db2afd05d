/*
 * store.c - the list of stores
 */
#include <stddef.h>
#include <string.h>

#include "lib/mail/maildir.h"
#include "lib/mail/store.h"

static const struct store_ops *const stores[] = {
	&maildir_store,
};

const struct store_ops *
store_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (strcmp(stores[i]->name, name) == 0)
			return stores[i];
	return NULL;
}
