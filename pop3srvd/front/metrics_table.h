/*
 * metrics_table.h - what front counts: a row a number
 *
 * COUNTER(id, name, help) only grows, since this front began; GAUGE(id, name,
 * help) is how much there is now.  "stats" and pop3ctl top read them all;
 * names are part of the control language.
 */
#ifndef COUNTER
#define COUNTER(id, name, help)
#endif
#ifndef GAUGE
#define GAUGE(id, name, help)
#endif

COUNTER(CONNECTIONS, "connections", "connections that were let in")
COUNTER(REFUSED, "refused", "connections that the gate closed")
COUNTER(LOGINS, "logins", "logins that succeeded")
COUNTER(LOGIN_FAILURES, "login_failures", "logins that failed")
COUNTER(COMMANDS, "commands", "commands that were answered")
COUNTER(MESSAGES, "messages", "messages sent by RETR and TOP")
COUNTER(OCTETS_IN, "octets_in", "octets of protocols that were read")
COUNTER(OCTETS_OUT, "octets_out", "octets of protocols that were written")
COUNTER(SHUT_OUT, "shut_out", "times that auto-deny shut somebody out")
COUNTER(LOG_DROPS, "log_drops", "log records that front could not queue")
COUNTER(AUDIT_MISSING, "audit_missing", "changes without an audit record")
GAUGE(SESSIONS, "sessions", "sessions that are open")
GAUGE(LOGGED_IN, "logged_in", "those of them that have logged in")
GAUGE(DENIED, "denied_addresses", "sources that auto-deny refuses")
GAUGE(QUEUE, "queue", "messages that wait to be sent by relay")
GAUGE(BADMAIL, "badmail", "messages that relay could not send nor return")

#undef COUNTER
#undef GAUGE
