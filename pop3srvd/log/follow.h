/*
 * follow.h - who reads along
 *
 * A follower that is slow loses lines and is told how many; records never wait
 * for one.
 */
#ifndef LOG_FOLLOW_H
#define LOG_FOLLOW_H

#include <stdint.h>

#include "lib/base/span.h"
#include "lib/net/frame.h"
#include "pop3srvd/ipc/logrec.h"

struct follow;

struct follow *follow_new(void);
void follow_free(struct follow **w_p);

/* MSG_FOLLOW: a JSON object as filter_read() takes it.  Answered at once. */
void follow_begin(struct follow *w, struct channel *ch, uint32_t id,
    struct span args);
void follow_end(struct follow *w, const struct channel *ch, uint32_t id);
/* ch is about to be freed. */
void follow_forget(struct follow *w, const struct channel *ch);

void follow_event(struct follow *w, const struct logrec *r);

#endif
