/*
 * debug.h - whose dialogue is logged: everybody's of a listener by its option
 * debug, or some sessions' for a while by the verb log.debug
 */
#ifndef FRONT_DEBUG_H
#define FRONT_DEBUG_H

#include <stdint.h>

struct debug;
struct server;
struct session;

struct debug *debug_new(struct server *srv);
void debug_free(struct debug **d_p);

/* Another number whenever somebody else may be wanted. */
uint32_t debug_turn(const struct debug *d);
/* There is another configuration. */
void debug_conf(struct debug *d);

enum debug_verdict {
	DEBUG_NO,
	DEBUG_MAYBE,		/* when it is known who this is */
	DEBUG_YES
};
/* account: NULL while it is not known. */
enum debug_verdict debug_judge(const struct debug *d,
    const struct session *s, const char *account);


#endif
