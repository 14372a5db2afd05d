/*
 * acct_folder.h - a temporary folder for an account database
 */
#ifndef ACCT_FOLDER_H
#define ACCT_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/acct/acct.h"

/* Hashes that need no time to make: SHA-crypt's own test vector. */
#define HASH_5	"$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
#define HASH_5_PASSWORD	"Hello world!"
#define HASH_2A	"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define HASH_2A_PASSWORD "U*U"

static char folder[128];

static inline void
folder_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/p3-acct-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline const char *
folder_file(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static inline void
folder_remove(void)
{
	(void)unlink(folder_file("accounts.db"));
	(void)unlink(folder_file("accounts.db-wal"));
	(void)unlink(folder_file("accounts.db-shm"));
	(void)rmdir(folder);
}

static inline struct acct *
folder_open(void)
{
	static const char *const names[] = { "accounts" };
	struct err e;
	struct acct *a = acct_new(names, 1, folder, &e);

	ck_assert_msg(a != NULL, "%s", e.text);
	return a;
}

#endif
