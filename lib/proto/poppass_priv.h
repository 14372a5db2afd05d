/*
 * poppass_priv.h - the engine's inside, shared by the poppass*.c files only
 */
#ifndef PROTO_POPPASS_PRIV_H
#define PROTO_POPPASS_PRIV_H

#include "lib/base/buf.h"

#include "lib/proto/line.h"
#include "lib/proto/poppass.h"

#define POPPASS_LINE	512	/* seeds.md I-30: the 513th octet ends it */

/* What can be said; the words are in poppass_reply.c, in the same order. */
enum poppass_say {
	PASS_SAY_NOTHING,
	PASS_SAY_READY,
	PASS_SAY_OFF,
	PASS_SAY_USER,
	PASS_SAY_IN,
	PASS_SAY_CHANGED,
	PASS_SAY_BYE,
	PASS_SAY_UNKNOWN,
	PASS_SAY_NUL,
	PASS_SAY_NO_NAME,
	PASS_SAY_LONG_NAME,
	PASS_SAY_NO_PASSWORD,
	PASS_SAY_OVERLONG,
	PASS_SAY_NEED_TLS,
	PASS_SAY_USER_FIRST,
	PASS_SAY_LOG_IN_FIRST,
	PASS_SAY_ALREADY_IN,
	PASS_SAY_FAILED,
	PASS_SAY_TEMP,
	PASS_SAY_PERM,
	PASS_SAY_REFUSED,
	PASS_SAY_TOO_MANY,
	PASS_SAY_NO_MEMORY,
	PASS_SAY_COUNT
};

struct poppass {
	const struct poppass_conf *conf;
	struct line_in in;
	struct buf out;
	struct buf user;		/* of USER, until it is forgotten */
	struct buf password;		/* of PASS, until the change */
	struct buf wish;
	struct poppass_question question;
	struct poppass_stats stats;
	struct trace trace;
	enum poppass_want want;
	enum poppass_end end;
	uint32_t bad;
	bool private_ok, greeted, spoken, logged_in;
};

enum {
	SHOW_ARG = 1,		/* no secret: a trace shows it */
	NO_ARG = 2
};

struct poppass_verb {
	const char *name;
	unsigned flags;
	enum poppass_say (*run)(struct poppass *p, struct span arg);
};

/* poppass_engine.c */
extern const struct poppass_verb poppass_verbs[];
extern const size_t poppass_n_verbs;

/* poppass_reply.c; text is '@' of the words: never the peer's. */
void poppass_say(struct poppass *p, enum poppass_say say, struct span text);
void poppass_note(const struct poppass *p, const char *verb,
    struct span shown);

/* poppass.c: nothing is put out after it. */
void poppass_close(struct poppass *p, enum poppass_end end);

#endif
