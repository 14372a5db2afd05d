/*
 * msgs.h - the messages of a maildrop: rows, and one pool for all their text
 *
 * No allocation a message: 100 logins with 20 messages each cost what their
 * names cost.  Rows and pool are also the contents of the index file.
 */
#ifndef MAIL_MSGS_H
#define MAIL_MSGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/mail/slice.h"

#define MSGS_MAX	((size_t)1 << 22)	/* messages a maildrop */

#define MSGS_NEW	0x01	/* in new/, else in cur/ */
#define MSGS_COUNTED	0x02	/* wire size is our own count */
#define MSGS_DISTRUST	0x04	/* sizes in its name were wrong once */
#define MSGS_TWIN	0x08	/* a second link of the same file was seen */
#define MSGS_KEPT	0x0f	/* flags that the index may hold */
#define MSGS_LOOK	0x10	/* must be looked at: stat, perhaps count; the
				 * index then forgets its inode */
#define MSGS_COUNT	0x20	/* must be counted */
#define MSGS_OUT	0x40	/* is not, or no longer, in the list */
#define MSGS_MARKED	0x80	/* to be removed */
#define MSGS_SEEN	0x80	/* in a scan: met in this pass */
#define MSGS_SLIPPED	0x20	/* in a commit: met, but gone when removed */

struct msgs_row {
	uint64_t octets;	/* of the file */
	uint64_t wire;		/* as RETR sends it */
	uint64_t ino;
	int64_t mtime;		/* nanoseconds */
	uint32_t text;		/* in the pool: UIDL, then file name */
	uint8_t uidl_len;	/* 0: not known yet, UIDL_OCTETS reserved */
	uint8_t name_len;
	uint8_t base_len;	/* the name's part before ':' */
	uint8_t flags;
};

struct msgs {
	struct msgs_row *rows;
	size_t count, cap;
	char *pool;
	size_t used, pool_cap;
	size_t waste;		/* octets in pool that no row means */
};

void msgs_free(struct msgs *m);		/* and ready for use again */

/* The part of a file name before ':': what stays when flags change. */
size_t msgs_base_len(const char *name, size_t len);

struct span msgs_name(const struct msgs *m, const struct msgs_row *r);
struct span msgs_base(const struct msgs *m, const struct msgs_row *r);
struct span msgs_uidl(const struct msgs *m, const struct msgs_row *r);

/*
 * Append *row (its text fields are set here) with this file name and UIDL;
 * an empty UIDL leaves room for a derived one.  0, or -1 (ERR_TEMP).
 */
int msgs_add(struct msgs *m, const struct msgs_row *row, struct span name,
    struct span uidl, struct err *e);

/* The same for a row that stands elsewhere: its texts alone go into m. */
int msgs_write(struct msgs *m, struct msgs_row *r, struct span name,
    struct span uidl, struct err *e);

/* Another file name for the same message.  0, or -1 (ERR_TEMP). */
int msgs_rename(struct msgs *m, struct msgs_row *r, struct span name,
    struct err *e);

/* Put a UIDL into the room that msgs_add() left. */
void msgs_set_uidl(struct msgs *m, struct msgs_row *r, struct span uidl);

/* Take its UIDL away and leave room again.  0, or -1 (ERR_TEMP). */
int msgs_drop_uidl(struct msgs *m, struct msgs_row *r, struct err *e);

/* Forget rows that have any of these flags; order stays. */
void msgs_forget(struct msgs *m, unsigned flags);

/* Give back unused memory, and the pool's waste when it is large. */
void msgs_trim(struct msgs *m);

/*
 * Put the texts into the order of the rows, without waste: later walks over
 * all rows then go through memory once.  Resumable: zero *o, call until 0; 1
 * more to do, -1 ERR_TEMP; until it is 0 texts may not be used.
 * msgs_order_end() always.
 */
struct msgs_order {
	char *pool;
	size_t at, used;
};
int msgs_order(struct msgs_order *o, struct msgs *m, struct slice *s,
    struct err *e);
void msgs_order_end(struct msgs_order *o);

#endif
