/*
 * render_own.h - what the files of render.h know of each other
 */
#ifndef LOG_RENDER_OWN_H
#define LOG_RENDER_OWN_H

#include "pop3srvd/log/render.h"

int render_json(const struct logrec *r, struct buf *b);
int render_imail(const struct logrec *r, const struct conf *c, struct buf *b);

/* What a message says, without time and process where the target has its own
 * place for them; it does not begin with a space. */
int render_message(const struct logrec *r, const struct render_as *as,
    struct buf *b);

/* RFC 5424 section 6.2.1: facility mail. */
int render_pri(const struct logrec *r);
int render_severity(const struct logrec *r);
const char *render_level(const struct logrec *r);

/* A field's value as octets; number is where digits go. */
struct span render_value(const struct log_field *f, char number[24]);

#endif
