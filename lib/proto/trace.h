/*
 * trace.h - a dialogue as somebody may read it who must learn no secret
 *
 * An engine tells each command line and each first line of a reply; what may
 * be a password, a digest or a response stands there as "...", lists and
 * messages as their size.  text is printable ASCII but for what an engine's
 * own replies hold, and valid during the call only.
 */
#ifndef PROTO_TRACE_H
#define PROTO_TRACE_H

#include "lib/base/span.h"

enum trace_dir { TRACE_CLIENT, TRACE_SERVER };

typedef void trace_fn(enum trace_dir dir, struct span text, void *arg);

/* fn NULL: nobody reads; that costs one comparison a line. */
struct trace {
	trace_fn *fn;
	void *arg;
};

#endif
