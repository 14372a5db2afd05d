/*
 * audit_note.h - an audit record's words: members, event, answers
 */
#ifndef LOG_AUDIT_NOTE_H
#define LOG_AUDIT_NOTE_H

#include <jansson.h>

#include "lib/base/audit.h"
#include "lib/base/err.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"

/* Each NULL when out of memory. */
json_t *audit_note_members(const struct msg_audit *m);
/* A record of the log process about the file itself; args is stolen. */
json_t *audit_note_own(const char *verb, json_t *args);

/* Bodies of MSG_AUDIT_DONE. */
json_t *audit_note_done(const struct audit_end *at);
json_t *audit_note_fault(const struct err *e);

/* The event "control", with number and hash of the record: a log server that
 * has it knows the chain's end.  at NULL: there is no record. */
void audit_note_event(struct log_out *log, const struct msg_audit *m,
    const struct audit_end *at);

#endif
