/*
 * drop.h - the maildrop of an exchange
 */
#ifndef DIALOG_DROP_H
#define DIALOG_DROP_H

#include "t/dialog/play.h"

struct drop;

struct drop *drop_new(const struct setup *u);
void drop_free(struct drop **d_p);
const struct droplist *drop_list(const struct drop *d);

/* Answer the want MSG with the next block, as large as the slicing says. */
void drop_serve(struct drop *d, struct pop3 *p, enum slicing how);
/* With the next n octets, which are not the last ones. */
void drop_serve_part(struct drop *d, struct pop3 *p, size_t n);

#endif
