/*
 * login.h - the engine's questions to auth
 *
 * Serves the want AUTH of every engine: the exchange with auth, and the fixed
 * moment at which a failure is told.
 */
#ifndef FRONT_LOGIN_H
#define FRONT_LOGIN_H

#include <stdbool.h>

#include "pop3srvd/ipc/msg.h"

struct server;
struct session;

/* Begin an exchange, or take it a step further.  True: it was answered at
 * once, run the engine again. */
bool login_auth(struct session *s);
bool login_step(struct session *s);

/* Answers; each runs the engine again. */
void login_result(struct session *s, const struct msg_auth_result *r);
void login_auth_lost(struct session *s);
/* It stood in line for auth and may ask now. */
void login_turn(struct session *s);
void login_delay_over(struct session *s);

/* Keep whom auth has let in, and the tickets for drop and relay; 0, or -1
 * without memory. */
int login_keep(struct session *s, const struct msg_auth_result *r);

/* Give back what auth holds for this session. */
void login_forget(struct session *s);

/* The password of account was changed: its other sessions end where the
 * settings want that (auth.kick_on_change). */
void login_changed(struct server *srv, const char *account);

#endif
