/*
 * pass.h - the files that one walk over the folders met, in the maildrop's order
 */
#ifndef MAIL_PASS_H
#define MAIL_PASS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/mail/folder.h"
#include "lib/mail/slice.h"
#include "lib/mail/sort.h"

struct pass_file {
	uint64_t ino;
	uint32_t text;		/* its name in the pool */
	uint8_t name_len;
	uint8_t base_len;
	uint8_t folder;
	uint8_t type;		/* DT_REG or DT_UNKNOWN */
};

/* All zero at first. */
struct pass {
	struct pass_file *files;	/* as they were met */
	size_t count, cap;
	char *pool;
	size_t used, pool_cap;
	struct sort sort;		/* their order, once it is done */
};

/* 0, or -1 (ERR_TEMP). */
int pass_add(struct pass *p, const struct folder_entry *fe, struct err *e);

/* 1 more to do, 0, or -1 (ERR_TEMP); then i counts in the maildrop's order,
 * files of one base name as they were met. */
int pass_sort(struct pass *p, struct slice *s, struct err *e);
const struct pass_file *pass_file(const struct pass *p, size_t i);

struct span pass_name(const struct pass *p, const struct pass_file *f);
struct span pass_base(const struct pass *p, const struct pass_file *f);

/* And ready for use again. */
void pass_end(struct pass *p);

#endif
