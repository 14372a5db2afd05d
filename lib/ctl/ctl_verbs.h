/*
 * ctl_verbs.h - the control language: a row a verb
 *
 * CTL_VERB(verb, words, role, where, args, help, example)
 *   verb     as in the protocol: "session.kill"
 *   words    as typed: "session kill"
 *   role     the least that may: VIEWER, OPERATOR, ADMIN
 *   where    who serves it: FRONT, KEEPER, AUTH; LOCAL is pop3ctl alone
 *   args     usage text; names are the JSON argument names in lower case
 *   help     one line
 *   example  a command line that works
 *
 * Included by the server (permission, dispatch), pop3ctl (parsing, help), the
 * manual check and the fuzz dictionary.  The role stands in the row so that
 * permission is reviewed by reading one column.
 */
/* Rows are added by the writer of lib/ctl. */
