/*
 * audit_file.h - the audit file: appended to, synced, then answered
 *
 * What cannot be written is counted, answered with the reason and told by a
 * record "audit.missed" as soon as writing works again.
 */
#ifndef LOG_AUDIT_FILE_H
#define LOG_AUDIT_FILE_H

#include <stdint.h>

#include "lib/base/audit.h"
#include "lib/net/frame.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"

struct audit_file;

/* log: who is told of each record, by the event "control". */
struct audit_file *audit_file_new(struct loop *l, struct log_out *log);
void audit_file_free(struct audit_file **f_p);

/* Takes fd, opened to append and to read.  The chain goes on where it stands,
 * also in a file that is new and empty. */
void audit_file_take(struct audit_file *f, int fd);

/* Append; when id is not 0, ch gets MSG_AUDIT_DONE behind the next sync. */
void audit_file_add(struct audit_file *f, const struct msg_audit *m,
    struct channel *ch, uint32_t id);
/* ch is about to be freed. */
void audit_file_forget(struct audit_file *f, const struct channel *ch);

/* -1: there is none.  It stays f's. */
int audit_file_fd(const struct audit_file *f);
/* Where the chain stands, as this process knows it. */
const struct audit_end *audit_file_at(const struct audit_file *f);

#endif
