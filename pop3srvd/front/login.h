/*
 * login.h - from AUTH to an opened maildrop
 *
 * Serves the wants AUTH and DROP: the exchange with auth, the fixed moment at
 * which a failure is told, the maildrop that another session of ours holds.
 */
#ifndef FRONT_LOGIN_H
#define FRONT_LOGIN_H

#include <stdbool.h>

#include "lib/net/frame.h"

#include "pop3srvd/ipc/msg.h"

struct session;

/* Serve the want.  True: it was answered at once, run the engine again. */
bool login_auth(struct session *s);
bool login_drop(struct session *s);

/* Answers; each runs the engine again. */
void login_result(struct session *s, const struct msg_auth_result *r);
void login_auth_lost(struct session *s);
/* It stood in line for auth and may ask now. */
void login_turn(struct session *s);
void login_delay_over(struct session *s);
void login_list(struct session *s, struct frame *f);
void login_drop_fault(struct session *s, const struct msg_fault *m);

/* Give back what auth holds for this session. */
void login_forget(struct session *s);
/* The list is no longer needed. */
void login_list_free(struct session *s);

#endif
