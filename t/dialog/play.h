/*
 * play.h - one exchange against the engine
 */
#ifndef DIALOG_PLAY_H
#define DIALOG_PLAY_H

#include <stdbool.h>

#include "t/dialog/script.h"

/* How the client's octets arrive. */
enum slicing {
	SLICE_LINES,		/* as written */
	SLICE_OCTETS,		/* one at a time */
	SLICE_BLOB,		/* all at once, before any reply is read */
	SLICE_COUNT
};

/* True when all went as written; else what did not is printed, as "# …". */
bool play(const struct exchange *x, enum slicing how);
bool play_poppass(const struct exchange *x, enum slicing how);

#endif
