/*
 * report.h - what drop has to say to the administrator
 */
#ifndef DROP_REPORT_H
#define DROP_REPORT_H

#include <stdint.h>

#include "lib/base/err.h"

#include "pop3srvd/drop/session.h"

void report_refused(struct serve *sv, const struct err *e);
void report_not_opened(struct session *s, const struct err *e);
void report_opened(struct session *s);
void report_message(struct session *s, uint32_t number,
    const struct err *e);
void report_commit(struct session *s, const struct store_result *r);

/* result: of closing the store.  A failure is said once, then again only
 * after it has worked in between: a full disk has enough to bear. */
void report_cache(struct session *s, int result, const struct err *e);

#endif
