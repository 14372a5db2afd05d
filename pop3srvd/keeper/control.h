/*
 * control.h - the control socket, kept open and in its place
 */
#ifndef KEEPER_CONTROL_H
#define KEEPER_CONTROL_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/frame.h"

struct control;

/* ERR_BUSY when another server answers there. */
struct control *control_open(const struct conf *c, struct err *e);
/* Removes the socket's name. */
void control_close(struct control **c_p);

/* Those whom c lets come can; -1 with *e when the mode cannot be changed. */
int control_conf(struct control *c, const struct conf *conf, struct err *e);

void control_send(const struct control *c, struct channel *front);

/* Whether the name still leads to our socket; if not it is made anew, true is
 * returned and front must be sent it. */
bool control_mend(struct control *c, struct err *e);

#endif
