/*
 * answer.h - what front is told of a login or a change
 *
 * Each sends one MSG_AUTH_RESULT by x->answer.
 */
#ifndef AUTH_ANSWER_H
#define AUTH_ANSWER_H

#include "lib/base/addr.h"

#include "pop3srvd/auth/change.h"
#include "pop3srvd/auth/exchange.h"

/* Our own trouble: logged, with reason a word for front's log. */
void answer_fault(struct exchanges *x, uint32_t id, const char *reason,
    const struct err *e);

/* The peer's fault: user as far as known. */
void answer_fail(struct exchanges *x, uint32_t id, const char *user,
    const char *reason);

/* verify() or verify_apop(). */
typedef enum verify_outcome answer_verifier(struct verify *v,
    const struct verify_ask *ask, struct acct_account *a,
    const char **reason_r, struct err *e);

/* Check; tickets when it was right. */
void answer_login(struct exchanges *x, uint32_t id, answer_verifier *check,
    const struct verify_ask *ask);

/* Change the password. */
void answer_change(struct exchanges *x, uint32_t id,
    const struct change_ask *ask, const struct addr *peer);

#endif
