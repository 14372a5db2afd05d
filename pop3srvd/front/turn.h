/*
 * turn.h - one wake-up of a session: octets to the engine and from it
 *
 * The engine runs until something must be waited for.  One wake-up takes at
 * most 8 commands and moves about 256 KiB, then the others have their turn.
 */
#ifndef FRONT_TURN_H
#define FRONT_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/span.h"

struct session;

struct turn {
	unsigned lines;
	uint64_t octets;	/* s->octets_out at its begin */
	struct span input;	/* read, not taken yet */
};

/* Run the engine until it must wait; input is what has just been read. */
void turn_go(struct session *s, struct span input);
void turn_readable(struct session *s);

/* Start the handshake, or do so in the next turn (32 a turn in all). */
void turn_start_tls(struct session *s);

/* The wants that every engine has; false: wait. */
bool turn_input(struct session *s, struct turn *t);
bool turn_drain(struct session *s, const struct turn *t);
bool turn_tls(struct session *s, struct turn *t);
bool turn_close(struct session *s);
/* Before asking somebody: a reply that waits would stand behind an answer that
 * may take seconds. */
bool turn_flushed(struct session *s);

/* The same for octets that go past the engine: n were written; nothing can be
 * now; false: this session has had its share of the turn. */
void turn_wrote(struct session *s, size_t n);
bool turn_blocked(struct session *s);
bool turn_goes_on(struct session *s, const struct turn *t);

/* How much of input is one line, or what there is of it. */
size_t turn_line(struct span input);

#endif
