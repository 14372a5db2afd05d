/*
 * fetch.h - messages on their way from drop to the engine
 *
 * Serves the want MSG: asks for descriptors, a few ahead of need when RETR
 * runs in order, and gives the engine block after block.
 */
#ifndef FRONT_FETCH_H
#define FRONT_FETCH_H

#include <stdbool.h>

#include "pop3srvd/ipc/msg.h"

struct session;
struct turn;

/* Give the next block.  True: run the engine again; false: wait. */
bool fetch_block(struct session *s, struct turn *t);
/* The engine wants something else: the message is done. */
void fetch_done(struct session *s);

/* Answers of drop. */
void fetch_message(struct session *s, const struct msg_message *m, int *fd);
void fetch_ahead_done(struct session *s, const struct msg_ahead *a);
void fetch_fault(struct session *s, const struct msg_fault *m);

/* For verbatim.c: a message broke off; go on after an answer; have drop read
 * what comes next. */
bool fetch_broken(struct session *s);
void fetch_go_on(struct session *s);
bool fetch_read_ahead(struct session *s);

/* Close all descriptors that this session holds. */
void fetch_forget(struct session *s);

#endif
