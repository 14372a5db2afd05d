/*
 * ctl.h - the control verbs that keeper serves
 */
#ifndef KEEPER_CTL_H
#define KEEPER_CTL_H

#include "pop3srvd/keeper/keeper.h"

/* Answer one MSG_CTL of front on ch. */
void ctl_serve(struct keeper *k, struct channel *ch, const struct frame *f);

#endif
