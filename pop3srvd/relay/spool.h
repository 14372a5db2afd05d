/*
 * spool.h - the files of accepted mail
 *
 *	spool/ID.tmp		being received; nothing was promised
 *	spool/ID.msg		the message, LF lines, synced
 *	spool/ID.env		its envelope: with it the message is accepted
 *	spool/badmail/ID.*	what could neither be sent nor given back
 *
 * A message is there from the rename of its .env on, and gone with its unlink;
 * what else a crash leaves behind is cleared away by the next scan.  So after a
 * kill or a power cut nothing accepted is lost and nothing unaccepted is sent.
 *
 * Runs in: relay.  Trusts: nothing of the files' content.
 */
#ifndef RELAY_SPOOL_H
#define RELAY_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

#include "pop3srvd/relay/envelope.h"

struct spool;

/* The folder is made by keeper; badmail below it is made here. */
struct spool *spool_open(const char *state_dir, struct err *e);
void spool_close(struct spool **s_p);

/* Octets that this user may still write there; 0 when it cannot be known. */
uint64_t spool_free_octets(const struct spool *s);

/* A new id and its .tmp, open for writing; -1 with *e. */
int spool_temp(struct spool *s, char id[ENVELOPE_ID + 1], struct err *e);
void spool_drop_temp(struct spool *s, const char *id);

/*
 * Make the .tmp of v, written through fd (which stays the caller's), an
 * accepted message that survives a power cut.  -1: nothing is left of it.
 */
int spool_accept(struct spool *s, const struct envelope *v, int fd,
    struct err *e);

/* Replace the .env, durably. */
int spool_save(struct spool *s, const struct envelope *v, struct err *e);
/* -1: it is still there (ERR_NOTFOUND: it was not). */
int spool_remove(struct spool *s, const char *id, struct err *e);

/* The message for reading, or -1. */
int spool_message(struct spool *s, const char *id, bool bad, struct err *e);
/* Its header, at most max octets of it, appended to out. */
int spool_header(struct spool *s, const char *id, size_t max,
    struct buf *out, struct err *e);

/* To badmail, and back into the queue. */
int spool_to_bad(struct spool *s, const char *id, struct err *e);
int spool_from_bad(struct spool *s, const char *id, struct err *e);
int spool_remove_bad(struct spool *s, const char *id, struct err *e);
/* An envelope of badmail; NULL with *e. */
struct envelope *spool_bad(struct spool *s, const char *id, struct err *e);

struct spool_ops {
	/* An accepted message; v is the callee's. */
	void (*found)(struct envelope *v, void *arg);
	/* id went to badmail: it was damaged. */
	void (*damaged)(const char *id, const struct err *e, void *arg);
};
/* Clear away leftovers and tell what is there.  0 or -1. */
int spool_scan(struct spool *s, const struct spool_ops *ops, void *arg,
    struct err *e);
/* Ids in badmail, in order, each once; 0 or -1. */
int spool_each_bad(struct spool *s,
    void (*fn)(const char *id, void *arg), void *arg, struct err *e);

#endif
