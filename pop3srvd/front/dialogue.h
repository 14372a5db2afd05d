/*
 * dialogue.h - what a session and its peer say, line by line, into the log
 *
 * The engine takes out every secret before (lib/proto/trace.h).
 */
#ifndef FRONT_DIALOGUE_H
#define FRONT_DIALOGUE_H

#include <stdint.h>

#include "lib/base/buf.h"

struct session;

/* A session's; zero is the beginning. */
struct dialogue {
	uint32_t turn;		/* debug's, when it was looked at */
	uint8_t verdict;	/* enum debug_verdict */
	struct buf held;	/* lines, until it is known who this is */
};

/* Before anything is served: is it wanted, still or now?  Costs a comparison
 * unless debug has changed. */
void dialogue_look(struct session *s);
/* auth has named an account: whose login this is, or tried to be. */
void dialogue_named(struct session *s, const char *account, bool logged_in);
void dialogue_end(struct session *s);

#endif
