/*
 * audit.h - records of the audit file, each chained to the one before
 *
 * A line is one JSON object and its LF:
 *
 *	{"seq":7,"time":…,…,"prev":"64 hex digits","hash":"64 hex digits"}
 *
 * prev is the hash of the record before, zeros in record 1; hash is the
 * SHA-256 of the line's own octets up to the last ","hash":" - so it
 * covers prev, and nobody has to agree on a canonical JSON.  seq counts by one.
 *
 * A file begins with record 1, or with "audit.continue" when the records before
 * are in a file that was put away.  A line that a power cut tore is followed by
 * "audit.torn", which names its octets and their hash: only then is it no
 * fault.
 *
 * Pure: no file, no clock.
 */
#ifndef BASE_AUDIT_H
#define BASE_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

#define AUDIT_FILE	"audit.log"	/* in state_dir */
#define AUDIT_HASH	64		/* hex digits */
#define AUDIT_LINE_MAX	16384		/* octets with the LF */
#define AUDIT_CONTINUE	"audit.continue"
#define AUDIT_TORN	"audit.torn"

/* How far a chain has got. */
struct audit_end {
	uint64_t seq;			/* of the last record; 0: none */
	char hash[AUDIT_HASH + 1];
};
void audit_none(struct audit_end *end);

/*
 * Append the record behind *end, with its LF, to b and move *end on.  members:
 * an object; seq, prev and hash are added.  0, or -1 (too long, no memory,
 * libcrypto) and nothing has changed.
 */
int audit_write(struct audit_end *end, const json_t *members, struct buf *b);

/* The members of audit.torn about a piece of a line; NULL: no memory. */
json_t *audit_torn_args(struct span piece);

/* The record at the end of a line (without LF): 0, or -1 when it is none or its
 * hash is not that of its octets. */
int audit_read(struct span line, struct audit_end *end_r);

enum audit_fault {
	AUDIT_GOOD,
	AUDIT_NO_RECORD,	/* not the form of a record, nor marked as torn */
	AUDIT_EDITED,		/* its hash is not that of its octets */
	AUDIT_UNLINKED,		/* prev is not the hash of the one before */
	AUDIT_GAP,		/* seq does not follow */
	AUDIT_NO_START,		/* neither record 1 nor audit.continue */
	AUDIT_NO_HEAD		/* the hash that must occur does not */
};
const char *audit_fault_text(enum audit_fault f);

/* A file that is being verified, line by line. */
struct audit_check {
	struct audit_end end;
	uint64_t first;			/* seq of the first record */
	uint64_t lines, torn;		/* seen; of these torn ones */
	enum audit_fault fault;		/* the first; nothing is read after it */
	uint64_t line;			/* where it is, from 1 */
	const char *head;		/* must occur; NULL: nothing must */
	bool head_seen;
	bool pending;			/* a line that may turn out torn */
	uint64_t piece_len;
	char piece_hash[AUDIT_HASH + 1];
};
void audit_check_begin(struct audit_check *c, const char *head);
void audit_check_line(struct audit_check *c, struct span line);
/* Behind the last line; rest: what follows the last LF. */
void audit_check_end(struct audit_check *c, struct span rest);

/* Which records to show; NULL or 0: any.  verb also names all of a noun: "deny"
 * is deny.add as well.  user is a name or a uid. */
struct audit_filter {
	int64_t since;			/* wall ms */
	const char *user;
	const char *verb;
};
/* The record as an object if it is wanted, else NULL (also when the line is
 * none). */
json_t *audit_wanted(const struct audit_filter *f, struct span line);

#endif
