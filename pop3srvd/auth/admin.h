/*
 * admin.h - the control verbs that auth serves: domains and accounts
 *
 * Every verb takes one JSON object and gives one.  NAME is an account
 * ("anna@example.org", or "anna" for the server's default_domain; an alias of
 * the domain works), DOMAIN a domain.  "?" marks what may be absent.
 *
 * verb            args                         result
 * domain.list     {after?, limit?}             {domains: [{name, locked,
 *                                               alias_of?}], next?}
 * domain.add      {name}                       {name}
 * domain.remove   {name, force?}               {name, accounts_removed,
 *                                               aliases_removed, note?}
 * domain.lock     {name}                       {name, locked: true}
 * domain.unlock   {name}                       {name, locked: false}
 * domain.stat     {name?}                      with name: {name, locked,
 *                                               accounts, locked_accounts,
 *                                               aliases: [DOMAIN…]}
 *                                              without: {domains,
 *                                               locked_domains, aliases,
 *                                               accounts, locked_accounts}
 * domain.alias    {alias, name}                {alias, name}
 * domain.unalias  {alias}                      {alias}
 * account.list    {domain?, after?, limit?}    {accounts: [ACCOUNT…], next?}
 * account.show    {name}                       ACCOUNT
 * account.add     {name, password | hash,      ACCOUNT, warning?
 *                  maildrop?, quota?, force?}
 * account.remove  {name}                       {name, maildrop, note}
 * account.lock    {name}                       {name, locked: true}
 * account.unlock  {name}                       {name, locked: false}
 * account.set     {name, quota?, maildrop?,    ACCOUNT
 *                  xmit?, password_change?,
 *                  owner?}
 * account.passwd  {name?, password | hash,     {name, warning?}
 *                  present_password?,
 *                  force?}
 * account.apop    {name, password | off,       {name, apop: bool}
 *                  force?}
 * account.owned   {}                           {name, admin}
 * account.import  {lines: [TEXT…], first?}     {added, updated, faults:
 *                                               [{line, text}]}
 * account.export  {after?, limit?}             {lines: [TEXT…], next?}
 *
 * ACCOUNT is {name, locked, domain_locked, maildrop, quota, scheme, created,
 * password_changed, xmit, password_change, apop, owner, mechanisms}: quota in
 * octets, 0 none, null the server's default; scheme is "yescrypt" and the
 * like; times are seconds since 1970; xmit: may send by XTND XMIT;
 * password_change: its owner may change it; apop: it has a secret for that;
 * owner: a uid, or null; mechanisms (not in lists): what it can log in by.
 * A hash or password is never in a result but in the lines of account.export.
 *
 * Passwords are judged by the rules of auth.password_* unless force is true
 * (not those of account.import): what they say is an administrator's warning,
 * with auth.password_strict, to owners, and for APOP a refusal.
 * account.passwd without the role admin is for the account's owner, who gives
 * the present password, too; without name it is the account whose owner asks.
 * It renews the APOP secret, which becomes the new password; a hash drops that
 * secret.
 * account.owned tells everybody who asks which account is theirs ("" none, or
 * several) and whether they are an administrator.
 *
 * Paging: a reply has at most limit (default 1000) entries and stays below
 * 60 KiB.  While "next" is there, ask again with after = next.
 *
 * quota as an argument: octets, "1G", 0 none, null the server's default.
 * maildrop: one or two plain path components below mail_root; null or ""
 * makes it DOMAIN/USER again.  hash: a crypt(5) string, or {SCHEME}string.
 *
 * account.import: lines as INTERFACE.md section 5, counted from first
 * (default 1) for the faults; one transaction a request, so a reply means
 * that its good lines are on the disk.  Empty lines and "#" comments count
 * but do nothing.  "!" before a crypt string makes the account locked, which
 * is how account.export writes locked ones.  Hashing a {PLAIN} password takes
 * 15 ms: send at most 50 of those in one request so that it ends in a second.
 *
 * Faults: bad values, "is there already", a lock that the domain holds and a
 * domain that is not empty are ERR_CONFIG; ERR_NOTFOUND no such account or
 * domain; ERR_TEMP disk, memory; ERR_PERM no account database in this build.
 *
 * Runs in: auth.  Trusts: front for who may ask, nothing for what.
 */
#ifndef AUTH_ADMIN_H
#define AUTH_ADMIN_H

#include <jansson.h>

#include "lib/base/err.h"
#include "lib/acct/acct.h"
#include "lib/acct/newpass.h"
#include "lib/acct/pwhash.h"
#include "lib/conf/conf.h"

struct auth;

struct admin {
	struct acct *acct;
	struct pwhash *pw;
	const char *default_domain;
	int64_t now;		/* wall milliseconds */
	struct newpass rules;	/* for new passwords */
	bool strict;		/* they hold for administrators too */
	struct err doubt;	/* else: what they say, for the reply */
	const struct conf_strings *mechanisms;	/* offered; NULL: unknown */
	struct auth *auth;	/* for changes by owners; NULL: none */
	uint32_t uid;		/* who asks */
	bool is_admin;
	int code;		/* enum ctl_code of a fault whose class does not
				 * say it; else 0 */
};

/* The result, owned by the caller, or NULL with *e. */
json_t *admin_serve(struct admin *a, const char *verb, const json_t *args,
    struct err *e);

/* Overwrite the passwords in args, which is about to be freed. */
void admin_wipe(json_t *args);

/* Served by any of them; used by the check of tables against each other. */
const char *admin_verb(size_t i);	/* NULL behind the last */

#endif
