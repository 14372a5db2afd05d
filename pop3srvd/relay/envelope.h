/*
 * envelope.h - what relay must remember of a message, as a record
 *
 * The record ends with the digest of what stands before it, so one that was
 * cut or changed is known for it.  Times are wall milliseconds; age is what
 * counts for retries and giving up: time that has passed for certain, which no
 * step of the clock makes longer (schedule.h).
 *
 * Pure.  Runs in: relay.  Trusts: nothing of a record's octets.
 */
#ifndef RELAY_ENVELOPE_H
#define RELAY_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

#define ENVELOPE_ID	8	/* letters and digits */
#define ENVELOPE_MAX	(1u << 20)
#define ENVELOPE_RCPTS	1000
#define ENVELOPE_WORDS	300	/* of a reply that is kept */

enum rcpt_state {
	RCPT_WAITS,
	RCPT_FAILED,		/* its sender was not told yet */
	RCPT_DONE		/* sent, or its sender was told */
};

struct rcpt {
	char *address;
	enum rcpt_state state;
	bool tried;		/* in the attempt that is going on */
	char *words;		/* what was said last, or NULL */
};

struct envelope {
	char id[ENVELOPE_ID + 1];
	char *sender;		/* "" of a bounce or notice */
	char *account;		/* who wrote it, or whom it tells */
	char *session;		/* that it came in by, or "" */
	char *peer;
	int64_t created;	/* wall */
	int64_t saved;		/* wall, when age was right */
	int64_t age;		/* ms */
	int64_t wait;		/* ms from saved to the next attempt */
	uint64_t octets;	/* of the message's file */
	uint32_t attempts;
	bool noticed;		/* its sender knows that it waits */
	struct rcpt *rcpts;
	size_t n_rcpts;
};

struct envelope *envelope_new(const char *id);
void envelope_free(struct envelope **v_p);

/* 0, or -1 (no memory, too many). */
int envelope_add(struct envelope *v, const char *address);
/* Replace a string field or a recipient's words: one line of printable ASCII,
 * long ones are cut. */
int envelope_say(char **field, const char *text);

size_t envelope_count(const struct envelope *v, enum rcpt_state state);
bool envelope_id_ok(const char *id);

int envelope_pack(const struct envelope *v, struct buf *b);
/* NULL with *e (ERR_PROTO) when it is no whole record, or not of that id. */
struct envelope *envelope_unpack(const char *id, const void *p, size_t n,
    struct err *e);

#endif
