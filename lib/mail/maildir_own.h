/*
 * maildir_own.h - what the files of the Maildir store share
 */
#ifndef MAIL_MAILDIR_OWN_H
#define MAIL_MAILDIR_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/mail/commit.h"
#include "lib/mail/index.h"
#include "lib/mail/listing.h"
#include "lib/mail/lock.h"
#include "lib/mail/refind.h"
#include "lib/mail/scan.h"
#include "lib/mail/store.h"

enum job { IDLE, OPEN, LOCK, SCAN, LIST, LOAD, REFIND, COMMIT };

struct maildir {
	struct store store;
	struct store_env env;
	char *path;		/* until it is open */
	int64_t lock_until;
	int fd;
	struct lock *lock;
	enum job job;
	union {			/* by job */
		struct scan *scan;
		struct refind *refind;
		struct commit *commit;
	} work;
	struct listing *listing;	/* until list() took it */
	struct buf list;		/* or it was read: of a big maildrop */
	struct index_load rest;	/* then m is read when it is needed; */
	bool whole;			/* false until then */
	unsigned char *marks;		/* and it is marked here, a bit each */
	uint32_t marked;
	uint32_t count;
	struct msgs m;
	struct index_state state;
	bool dirty;		/* the index file does not say what we know */
	uint32_t find_tries;
	uint32_t find_for;	/* message + 1 */
	bool find_sure, find_met;
	struct store_notes notes;
	struct store_result *result;	/* once a commit began */
};

/* In maildir_open.c: the jobs that lead to an open maildrop. */
struct store *maildir_begin(const struct store_env *env, const char *maildrop,
    int64_t lock_until, struct err *e);
enum store_step maildir_step_open(struct maildir *md, int64_t now,
    struct err *e);
enum store_step maildir_step_lock(struct maildir *md, int64_t now,
    struct err *e);
enum store_step maildir_step_scan(struct maildir *md, int64_t now,
    struct err *e);
enum store_step maildir_step_list(struct maildir *md, int64_t now,
    struct err *e);

/* In maildir_rest.c: a big maildrop of which so far the list alone was read. */
int maildir_rest_begin(struct maildir *md, struct err *e);
void maildir_rest_mark(struct maildir *md, uint32_t i, bool marked);
void maildir_rest_commit(struct maildir *md);
enum store_step maildir_step_load(struct maildir *md, int64_t now,
    struct err *e);
void maildir_rest_end(struct maildir *md);

/* Begin to remove what is marked. */
void maildir_remove(struct maildir *md);

/* Write the index file; 0 or -1. */
int maildir_save(struct maildir *md, struct err *e);

#endif
