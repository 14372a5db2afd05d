/*
 * ctl_verbs.h - the control language: a row a verb
 *
 * CTL_VERB(verb, words, role, where, args, help, example)
 *   verb     as in the protocol: "session.kill"
 *   words    as typed: "session kill"
 *   role     the least that may: NOBODY, VIEWER, OPERATOR, ADMIN; OWNER is an
 *            admin or the owner of the thing, as who serves it finds
 *   where    who serves it: FRONT, KEEPER, AUTH, LOG, RELAY; LOCAL is pop3ctl
 *            alone
 *   args     usage text; names are the JSON argument names in lower case
 *   help     one line
 *   example  a command line that works
 *
 * Included by the server (permission, dispatch), pop3ctl (parsing, help), the
 * manual check and the fuzz dictionary.  The role stands in the row so that
 * permission is reviewed by reading one column.
 * Arguments and results stand in SHAPES.  An option of pop3ctl is allowed for
 * a command when args names it.
 */
CTL_VERB("status", "status", VIEWER, KEEPER, "",
    "what runs, since when, and how much it has to do",
    "pop3ctl status")
CTL_VERB("version", "version", VIEWER, FRONT, "",
    "versions of pop3ctl and of the server",
    "pop3ctl version")
CTL_VERB("stats", "stats", VIEWER, FRONT, "",
    "what was counted since the start: connections, logins, octets, commands",
    "pop3ctl stats")
CTL_VERB("top", "top", VIEWER, LOCAL, "[--interval SECONDS] [--count N]",
    "watch the server: sessions, logins, octets, slow commands; q ends it",
    "pop3ctl top")
CTL_VERB("server.start", "start", NOBODY, LOCAL, "[--config FILE]",
    "start the server, by systemd where its unit is installed",
    "pop3ctl start")
CTL_VERB("server.stop", "stop", ADMIN, KEEPER, "",
    "stop the server; sessions end without deletions",
    "pop3ctl stop")
CTL_VERB("server.restart", "restart", ADMIN, LOCAL, "[--config FILE]",
    "stop, then start with the same configuration or another",
    "pop3ctl restart")
CTL_VERB("reload", "reload", ADMIN, KEEPER, "[--dry-run]",
    "read the configuration again; with --dry-run only tell what would change",
    "pop3ctl reload --dry-run")

CTL_VERB("completion", "completion", NOBODY, LOCAL, "bash|zsh",
    "print the script that lets a shell complete pop3ctl's words",
    "pop3ctl completion bash")

CTL_VERB("session.list", "session list", VIEWER, FRONT, "",
    "the sessions that are open",
    "pop3ctl session list")
CTL_VERB("session.show", "session show", VIEWER, FRONT, "ID",
    "everything about one session",
    "pop3ctl session show 7f3a2")
CTL_VERB("session.kill", "session kill", OPERATOR, FRONT, "ID...",
    "end sessions, without their deletions",
    "pop3ctl session kill 7f3a2 7f3a9")

CTL_VERB("autodeny.list", "autodeny list", VIEWER, FRONT, "",
    "the addresses that are shut out: why, since when and until when",
    "pop3ctl autodeny list")
CTL_VERB("autodeny.add", "autodeny add", OPERATOR, FRONT,
    "[--for DURATION] ADDRESS",
    "shut an address out, until restart or for a time",
    "pop3ctl autodeny add 203.0.113.7 --for 1h")
CTL_VERB("autodeny.remove", "autodeny remove", OPERATOR, FRONT, "ADDRESS",
    "let an address in again, and forget its failures",
    "pop3ctl autodeny remove 203.0.113.7")
CTL_VERB("autodeny.clear", "autodeny clear", OPERATOR, FRONT, "",
    "let all of them in again",
    "pop3ctl autodeny clear")

CTL_VERB("policy.show", "policy show", VIEWER, KEEPER, "[--listener NAME]",
    "whom the access lists let in, and where they come from",
    "pop3ctl policy show")
CTL_VERB("policy.set", "policy set", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] grant|deny",
    "grant: everybody but those denied; deny: nobody but those granted",
    "pop3ctl policy set grant")
CTL_VERB("grant.list", "grant list", VIEWER, KEEPER, "[--listener NAME]",
    "the ranges that are served, and where each comes from",
    "pop3ctl grant list")
CTL_VERB("grant.add", "grant add", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] RANGE...",
    "serve ranges; the longest that covers an address decides",
    "pop3ctl grant add 192.0.2.7")
CTL_VERB("grant.remove", "grant remove", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] RANGE...",
    "take that back",
    "pop3ctl grant remove 192.0.2.7")
CTL_VERB("grant.import", "grant import", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] [--replace] FILE",
    "serve the ranges of a file, all of them or none; - reads input",
    "pop3ctl grant import /root/customers")
CTL_VERB("deny.list", "deny list", VIEWER, KEEPER, "[--listener NAME]",
    "the ranges that are refused, and where each comes from",
    "pop3ctl deny list")
CTL_VERB("deny.add", "deny add", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] RANGE...",
    "refuse ranges; the longest that covers an address decides",
    "pop3ctl deny add 203.0.113.0/24 2001:db8:bad::/48")
CTL_VERB("deny.remove", "deny remove", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] RANGE...",
    "take that back",
    "pop3ctl deny remove 203.0.113.0/24")
CTL_VERB("deny.import", "deny import", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] [--replace] FILE",
    "refuse the ranges of a file, all of them or none; - reads input",
    "pop3ctl deny import /root/banned")
CTL_VERB("access.test", "access test", VIEWER, FRONT,
    "[--listener NAME] ADDRESS",
    "which rule decides about an address, and what the gate would do now",
    "pop3ctl access test 192.0.2.7")

CTL_VERB("config.show", "config show", VIEWER, KEEPER, "[--origin]",
    "all settings in force; with --origin where each comes from",
    "pop3ctl config show --origin")
CTL_VERB("config.get", "config get", VIEWER, KEEPER, "KEY",
    "one setting, or a group of them",
    "pop3ctl config get limits.per_address")
CTL_VERB("config.set", "config set", ADMIN, KEEPER, "[--runtime] KEY VALUE",
    "change a setting and keep it, or with --runtime until the next reload",
    "pop3ctl config set limits.per_address 40")
CTL_VERB("config.reset", "config reset", ADMIN, KEEPER, "[--runtime] KEY",
    "take back what config set changed",
    "pop3ctl config reset limits.per_address")
CTL_VERB("config.diff", "config diff", VIEWER, KEEPER, "",
    "what a reload would change now",
    "pop3ctl config diff")

CTL_VERB("option.list", "option list", VIEWER, KEEPER, "[--listener NAME]",
    "the options, which are on, and who switched them",
    "pop3ctl option list")
CTL_VERB("option.get", "option get", VIEWER, KEEPER,
    "[--listener NAME] OPTION",
    "whether an option is on",
    "pop3ctl option get auto_deny")
CTL_VERB("option.set", "option set", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] OPTION on|off",
    "switch an option, for all listeners or for one",
    "pop3ctl option set last on")
CTL_VERB("option.reset", "option reset", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] OPTION",
    "take back what option set changed",
    "pop3ctl option reset last")

CTL_VERB("welcome.show", "welcome show", VIEWER, KEEPER,
    "[--listener NAME]",
    "the greeting's text, and why it is this one",
    "pop3ctl welcome show")
CTL_VERB("welcome.set", "welcome set", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime] TEXT",
    "greet with a text of 400 octets at most; empty for the built-in one",
    "pop3ctl welcome set 'Authorised users only'")
CTL_VERB("welcome.reset", "welcome reset", OPERATOR, KEEPER,
    "[--listener NAME] [--runtime]",
    "take back what welcome set changed",
    "pop3ctl welcome reset")

CTL_VERB("domain.list", "domain list", VIEWER, AUTH, "",
    "the domains and their aliases",
    "pop3ctl domain list")
CTL_VERB("domain.add", "domain add", ADMIN, AUTH, "NAME",
    "make a domain",
    "pop3ctl domain add example.org")
CTL_VERB("domain.remove", "domain remove", ADMIN, AUTH, "[--force] NAME",
    "remove a domain; --force with its accounts; mail stays on the disk",
    "pop3ctl domain remove example.org")
CTL_VERB("domain.lock", "domain lock", ADMIN, AUTH, "NAME",
    "let nobody of a domain log in",
    "pop3ctl domain lock example.org")
CTL_VERB("domain.unlock", "domain unlock", ADMIN, AUTH, "NAME",
    "take that back",
    "pop3ctl domain unlock example.org")
CTL_VERB("domain.stat", "domain stat", VIEWER, AUTH, "[NAME]",
    "how many accounts there are, of one domain or of all",
    "pop3ctl domain stat example.org")
CTL_VERB("domain.alias", "domain alias", ADMIN, AUTH, "ALIAS NAME",
    "let ALIAS mean the domain NAME",
    "pop3ctl domain alias example.net example.org")
CTL_VERB("domain.unalias", "domain unalias", ADMIN, AUTH, "ALIAS",
    "take that back",
    "pop3ctl domain unalias example.net")

CTL_VERB("account.list", "account list", VIEWER, AUTH, "[DOMAIN]",
    "the accounts, of one domain or of all",
    "pop3ctl account list example.org")
CTL_VERB("account.show", "account show", VIEWER, AUTH, "NAME",
    "everything about one account but its password",
    "pop3ctl account show anna@example.org")
CTL_VERB("account.add", "account add", ADMIN, AUTH,
    "[--password-file FILE] [--quota SIZE] [--maildrop DIR] [--force] NAME",
    "make an account; its password is asked for; --force: any password",
    "pop3ctl account add anna@example.org")
CTL_VERB("account.remove", "account remove", ADMIN, AUTH, "NAME",
    "remove an account; its mail stays on the disk",
    "pop3ctl account remove anna@example.org")
CTL_VERB("account.lock", "account lock", ADMIN, AUTH, "NAME",
    "let nobody log in to an account",
    "pop3ctl account lock anna@example.org")
CTL_VERB("account.unlock", "account unlock", ADMIN, AUTH, "NAME",
    "take that back",
    "pop3ctl account unlock anna@example.org")
CTL_VERB("account.set", "account set", ADMIN, AUTH,
    "[--quota SIZE] [--maildrop DIR] [--xmit on|off] "
    "[--password-change on|off] [--owner USER] NAME",
    "change an account; --quota default is the server's, --owner none nobody",
    "pop3ctl account set --quota 2G --xmit on anna@example.org")
CTL_VERB("account.passwd", "account passwd", OWNER, AUTH,
    "[--password-file FILE] [--force] [NAME]",
    "change a password, of NAME or of the account you own; it is asked for",
    "pop3ctl account passwd anna@example.org")
CTL_VERB("account.apop", "account apop", ADMIN, AUTH,
    "[--password-file FILE] [--force] [--off] NAME",
    "give an account a secret for APOP, or with --off take it away",
    "pop3ctl account apop anna@example.org")
CTL_VERB("account.owned", "account owned", NOBODY, AUTH, "",
    "which account is yours",
    "pop3ctl account owned")
CTL_VERB("account.import", "account import", ADMIN, AUTH, "FILE",
    "make or update accounts from lines NAME[@DOMAIN]:SECRET; - reads input",
    "pop3ctl account import /root/accounts")
CTL_VERB("account.export", "account export", ADMIN, AUTH, "",
    "write the accounts as lines that account import reads",
    "pop3ctl account export")

CTL_VERB("queue.list", "queue list", VIEWER, RELAY, "",
    "the messages that clients sent and that wait to be handed on",
    "pop3ctl queue list")
CTL_VERB("queue.show", "queue show", VIEWER, RELAY, "ID",
    "one message: its recipients and what was answered last",
    "pop3ctl queue show k3v9x0qa")
CTL_VERB("queue.retry", "queue retry", OPERATOR, RELAY, "[ID...]",
    "try messages now, or all of them",
    "pop3ctl queue retry k3v9x0qa")
CTL_VERB("queue.remove", "queue remove", OPERATOR, RELAY, "ID...",
    "throw messages away; nobody is told",
    "pop3ctl queue remove k3v9x0qa")
CTL_VERB("queue.badmail.list", "queue badmail list", VIEWER, RELAY, "",
    "the messages that could neither be sent nor given back",
    "pop3ctl queue badmail list")
CTL_VERB("queue.badmail.retry", "queue badmail retry", OPERATOR, RELAY,
    "ID...", "put messages into the queue again, as new",
    "pop3ctl queue badmail retry k3v9x0qa")
CTL_VERB("queue.badmail.remove", "queue badmail remove", OPERATOR, RELAY,
    "ID...", "throw such messages away",
    "pop3ctl queue badmail remove k3v9x0qa")

CTL_VERB("audit.show", "audit show", VIEWER, LOG,
    "[--since TIME] [--limit N] [--user NAME] [--verb VERB] [--file FILE]",
    "who changed what; --file reads a file that was put away",
    "pop3ctl audit show --since 7d --verb account")
CTL_VERB("audit.verify", "audit verify", VIEWER, LOG,
    "[--head HASH] [--file FILE]",
    "check that no audit record was changed, removed or put in",
    "pop3ctl audit verify")

CTL_VERB("log.follow", "log follow", VIEWER, LOG,
    "[--level LEVEL] [--event WORDS] [--user NAME] [--peer RANGE] "
    "[--session ID] [--listener NAME]",
    "read the log along, until Ctrl-C",
    "pop3ctl log follow --event login --peer 192.0.2.0/24")
CTL_VERB("log.level", "log level", OPERATOR, KEEPER,
    "[--runtime] [--target TARGET] [LEVEL]",
    "show or set how much the log takes: error, warning, info, debug, default",
    "pop3ctl log level --runtime debug")
CTL_VERB("log.debug", "log debug", OPERATOR, FRONT,
    "[--account NAME] [--address RANGE] [--listener NAME] [--session ID] "
    "[--for TIME] [off|list]",
    "log the dialogue of some sessions for a while, without secrets",
    "pop3ctl log debug --account anna@example.org --for 10m")
