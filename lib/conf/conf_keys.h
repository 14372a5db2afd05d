/*
 * conf_keys.h - the configuration keys: a row a key
 *
 * X_KEY(key, type, field, default, bounds, when, help)
 *   X        ROOT: the file itself; SERVER: the file and, as an override, each
 *            listener; LISTENER, NAME (tls.names), LOG (log), ROUTE
 *            (relay.routes): one list entry
 *   key      dotted path
 *   type     CONF_T_… of conf_row.h
 *   field    of the struct the set fills
 *   default  as an administrator types it; "" of a string is said in its help
 *   bounds   CHARS, BETWEEN, WORDS (later: not in this version), ANY,
 *            LATER or ZERO_YET
 *   when     what makes a change take effect
 *   help     for the manual and pop3ctl
 * X_LIST(key, set, field, count, default, when, help) is an array of objects,
 * X_SET(set, field) puts the rows of another set in this place.
 *
 * Included by conf_keys.c (for loader, dump, diff, packing), the manual check
 * and the tests.  No row is a secret: a secret is a file's name here.
 */
#ifndef ROOT_KEY
#define ROOT_KEY(key, type, field, dflt, bounds, when, help)
#define ROOT_LIST(key, set, field, count, dflt, when, help)
#define ROOT_SET(set, field)
#endif
#ifndef SERVER_KEY
#define SERVER_KEY(key, type, field, dflt, bounds, when, help)
#define SERVER_LIST(key, set, field, count, dflt, when, help)
#endif
#ifndef LISTENER_KEY
#define LISTENER_KEY(key, type, field, dflt, bounds, when, help)
#define LISTENER_SET(set, field)
#endif
#ifndef NAME_KEY
#define NAME_KEY(key, type, field, dflt, bounds, when, help)
#endif
#ifndef LOG_KEY
#define LOG_KEY(key, type, field, dflt, bounds, when, help)
#endif
#ifndef ROUTE_KEY
#define ROUTE_KEY(key, type, field, dflt, bounds, when, help)
#endif

#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

ROOT_SET(server, server)
ROOT_KEY("mail_root", PATH, mail_root, PKGMAILDIR, CHARS(1, 0),
    CONF_RESTART, "folder above all maildrops: DOMAIN/USER below it")
ROOT_KEY("state_dir", PATH, state_dir, PKGSTATEDIR, CHARS(1, 0),
    CONF_RESTART | CONF_FILE_ONLY,
    "accounts, learned state, settings.json")
ROOT_KEY("run_dir", PATH, run_dir, PKGRUNDIR, CHARS(1, 0),
    CONF_RESTART | CONF_FILE_ONLY, "sockets and the process number")
ROOT_KEY("libexec_dir", PATH, libexec_dir, PKGLIBEXECDIR, CHARS(1, 0),
    CONF_RESTART | CONF_FILE_ONLY,
    "where front, auth, drop, relay and log are installed")
ROOT_KEY("user", STRING, user, "pop3srvd", CHARS(1, 64),
    CONF_RESTART | CONF_FILE_ONLY,
    "whom front, relay and log run as when started by root")
ROOT_LIST("listeners", listener, listeners, n_listeners, "", CONF_RELOAD,
    "where to serve; when absent and a certificate is set: pop3 on port 110 "
    "with STLS and pop3s on port 995")
ROOT_LIST("log", log, logs, n_logs, "[{\"to\":\"syslog\"}]", CONF_RELOAD,
    "where events go, several at once")
ROOT_KEY("control.path", PATH, control.path, PKGRUNDIR "/control.sock",
    CHARS(1, 107), CONF_RESTART | CONF_FILE_ONLY,
    "socket that pop3ctl talks to")
ROOT_KEY("control.roles.admin", STRINGS, control.admin, "root", ANY,
    CONF_RELOAD | CONF_FILE_ONLY,
    "users and @groups that may change everything")
ROOT_KEY("control.roles.operator", STRINGS, control.oper, "", ANY,
    CONF_RELOAD | CONF_FILE_ONLY,
    "users and @groups that may change options, access and sessions")
ROOT_KEY("control.roles.viewer", STRINGS, control.viewer, "", ANY,
    CONF_RELOAD | CONF_FILE_ONLY, "users and @groups that may look")
ROOT_KEY("control.owners", BOOL, control.owners, "false", ANY,
    CONF_RELOAD | CONF_FILE_ONLY,
    "let the owners of accounts change their passwords by pop3ctl: every user "
    "of this machine can then reach the socket")
ROOT_KEY("auth.backends", STRINGS, auth.backends, "accounts",
    WORDS("accounts pam ldap system passwd-file",
    "pam ldap system passwd-file"), CONF_RESTART,
    "where accounts are looked up, in this order")
ROOT_KEY("auth.mechanisms", STRINGS, auth.mechanisms, "PLAIN LOGIN",
    WORDS("PLAIN LOGIN SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS "
    "SCRAM-SHA-1 CRAM-MD5 DIGEST-MD5 OAUTHBEARER XOAUTH2 EXTERNAL GSSAPI "
    "ANONYMOUS", "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS "
    "SCRAM-SHA-1 CRAM-MD5 DIGEST-MD5 OAUTHBEARER XOAUTH2 EXTERNAL GSSAPI "
    "ANONYMOUS"), CONF_RELOAD,
    "SASL mechanisms offered by AUTH, best first")
ROOT_KEY("auth.user", STRING, auth.user, "pop3auth", CHARS(1, 64),
    CONF_RESTART | CONF_FILE_ONLY,
    "whom auth runs as when started by root")
ROOT_KEY("auth.processes", NUMBER, auth.processes, "2", BETWEEN(1, 64),
    CONF_RESTART, "how many processes check passwords")
ROOT_KEY("auth.cache_ttl", DURATION, auth.cache_ttl, "10m",
    BETWEEN(0, DAY), CONF_RELOAD,
    "how long a successful check is remembered; 0 for not at all")
ROOT_KEY("auth.hash", WORD, auth.hash, "$y$",
    WORDS("$y$ $gy$ $7$ $2b$ $6$ $5$", ""), CONF_RELOAD,
    "how new passwords are hashed, as in crypt(5)")
ROOT_KEY("auth.password_min_length", NUMBER, auth.password_min_length, "8",
    BETWEEN(1, 128), CONF_RELOAD, "characters of a new password")
ROOT_KEY("auth.password_classes", NUMBER, auth.password_classes, "1",
    BETWEEN(1, 4), CONF_RELOAD,
    "of small letters, capital letters, digits and others, how many kinds a "
    "new password must have")
ROOT_KEY("auth.password_history", NUMBER, auth.password_history, "0",
    BETWEEN(0, 24), CONF_RELOAD,
    "former passwords, kept as hashes, that a new one must not be")
ROOT_KEY("auth.password_strict", BOOL, auth.password_strict, "false", ANY,
    CONF_RELOAD,
    "refuse what these rules forbid to administrators too, who are only "
    "warned else")
ROOT_KEY("auth.kick_on_change", BOOL, auth.kick_on_change, "false", ANY,
    CONF_RELOAD,
    "end the account's other sessions when its password was changed")
ROOT_KEY("auth.apop_key_file", SECRET, auth.apop_key_file, "", ANY,
    CONF_RELOAD | CONF_FILE_ONLY,
    "32 octets that encrypt the APOP secrets; when empty state_dir/apop.key, "
    "which is made when APOP is first switched on")
ROOT_KEY("autodeny.never", RANGES, autodeny.never, "", ANY, CONF_LIVE,
    "ranges that are never shut out automatically")
ROOT_KEY("autodeny.failures", NUMBER, autodeny.failures, "20",
    BETWEEN(0, 1000000), CONF_LIVE,
    "failed logins of one source in autodeny.window that shut it out; 0 for "
    "any number")
ROOT_KEY("autodeny.unknown_users", NUMBER, autodeny.unknown_users, "10",
    BETWEEN(0, 1000000), CONF_LIVE,
    "the same of different user names that do not exist")
ROOT_KEY("autodeny.window", DURATION, autodeny.window, "1h",
    BETWEEN(SECOND, DAY), CONF_LIVE, "over this time failures are counted")
ROOT_KEY("autodeny.duration", DURATION, autodeny.duration, "1h",
    BETWEEN(0, 365 * DAY), CONF_LIVE,
    "how long failures shut out, twice as long each further time; 0 until "
    "restart")
ROOT_KEY("mail.store", WORD, mail.store, "maildir",
    WORDS("maildir mbox", "mbox"), CONF_RESTART,
    "how maildrops are kept")
ROOT_KEY("mail.user", STRING, mail.user, "pop3mail", CHARS(1, 64),
    CONF_RESTART | CONF_FILE_ONLY,
    "whom drop runs as when started by root: the owner of all mail")
ROOT_KEY("mail.processes", NUMBER, mail.processes, "2", BETWEEN(1, 64),
    CONF_RESTART, "how many processes read maildrops")
ROOT_KEY("mail.quota", SIZE, mail.quota, "0", ZERO_YET(0, INT64_MAX),
    CONF_RELOAD, "ceiling of one maildrop; 0 for none")
ROOT_KEY("mail.expire_days", NUMBER, mail.expire_days, "-2",
    BETWEEN(-2, 36500), CONF_RELOAD,
    "CAPA EXPIRE (RFC 2449): days, -1 for NEVER, -2 to say nothing")
ROOT_KEY("mail.login_delay", DURATION, mail.login_delay, "0",
    BETWEEN(0, DAY), CONF_RELOAD,
    "shortest time between two logins of one account (RFC 2449); 0 for none")
ROOT_KEY("relay.smart_host", STRING, relay.smart_host, "", CHARS(0, 255),
    CONF_RELOAD, "host:port that takes all mail sent by XTND XMIT; a number "
    "asks no DNS")
ROOT_KEY("relay.sendmail", PATH, relay.sendmail, "", ANY,
    CONF_RESTART | CONF_FILE_ONLY,
    "program that takes it instead, such as /usr/sbin/sendmail")
ROOT_KEY("relay.tls", ENUM, relay.to.tls, "starttls",
    WORDS("none starttls implicit", ""), CONF_RELOAD,
    "how the smart host is spoken to; its certificate and name are checked "
    "unless none")
ROOT_KEY("relay.ca_file", FILE, relay.to.ca_file, "", ANY, CONF_RELOAD,
    "who may sign its certificate, PEM; when empty the system's")
ROOT_KEY("relay.user", STRING, relay.to.user, "", CHARS(0, 255),
    CONF_RELOAD, "login name at the smart host")
ROOT_KEY("relay.password_file", SECRET, relay.to.password_file, "", ANY,
    CONF_RELOAD, "its password: the first line; read at start and reload")
ROOT_KEY("relay.helo", BOOL, relay.to.helo, "false", ANY, CONF_RELOAD,
    "say HELO instead of EHLO, to a host that takes no other; no TLS then")
ROOT_KEY("relay.helo_name", STRING, relay.helo_name, "", CHARS(0, 255),
    CONF_RELOAD, "name in EHLO; when empty the hostname")
ROOT_KEY("relay.masquerade_domain", STRING, relay.masquerade_domain, "",
    CHARS(0, 255), CONF_RELOAD,
    "domain of every envelope sender; when empty the account's")
ROOT_LIST("relay.routes", route, relay.routes, relay.n_routes, "[]",
    CONF_RELOAD, "smart hosts of their own for some recipients' domains")
ROOT_KEY("relay.max_size", SIZE, relay.max_size, "10M",
    BETWEEN(1024, INT64_C(1) << 31), CONF_RELOAD, "ceiling of one message")
ROOT_KEY("relay.max_recipients", NUMBER, relay.max_recipients, "100",
    BETWEEN(1, 1000), CONF_RELOAD, "recipients of one message")
ROOT_KEY("relay.per_hour", NUMBER, relay.per_hour, "100",
    BETWEEN(0, 1000000), CONF_RELOAD,
    "messages that an account may send in an hour; 0 for any number")
ROOT_KEY("relay.queue_length", NUMBER, relay.queue_length, "1000",
    BETWEEN(1, 100000), CONF_RELOAD,
    "messages that may wait; above that none is taken")
ROOT_KEY("relay.min_free", SIZE, relay.min_free, "100M",
    BETWEEN(0, INT64_MAX), CONF_RELOAD,
    "space that must stay free where the spool is")
ROOT_KEY("relay.retries", STRINGS, relay.retries, "15m 30m 1h 4h", ANY,
    CONF_RELOAD, "waiting times before the second try, the third and so on; "
    "the last one repeats")
ROOT_KEY("relay.delay_notice", DURATION, relay.delay_notice, "12h",
    BETWEEN(0, 30 * DAY), CONF_RELOAD,
    "after this time its sender is told that a message waits; 0 for never")
ROOT_KEY("relay.expire", DURATION, relay.expire, "2d",
    BETWEEN(SECOND, 30 * DAY), CONF_RELOAD,
    "after this time a message goes back to its sender")
ROOT_KEY("relay.processes", NUMBER, relay.processes, "4", BETWEEN(1, 64),
    CONF_RELOAD, "deliveries at once")
ROOT_KEY("relay.timeout", DURATION, relay.timeout, "5m",
    BETWEEN(SECOND, HOUR), CONF_RELOAD, "how long one delivery may take")

SERVER_KEY("hostname", STRING, hostname, "", CHARS(0, 255), CONF_RELOAD,
    "name in greetings; when empty the name of this machine")
SERVER_KEY("default_domain", STRING, default_domain, "", CHARS(0, 255),
    CONF_RELOAD,
    "domain of a login name without one; when empty the hostname")
SERVER_KEY("welcome", STRING, welcome, "", CHARS(0, 4096), CONF_LIVE,
    "greeting, at most 400 octets of printable ASCII; when empty or longer "
    "the built-in one, which names neither product nor version")
SERVER_KEY("allow_plaintext", ENUM, allow_plaintext, "loopback",
    WORDS("never loopback always", ""), CONF_LIVE,
    "when a password may come without TLS: loopback is a peer on this "
    "machine")
SERVER_KEY("tls.certificate", FILE, tls.certificate, "", ANY, CONF_RELOAD,
    "certificate chain, PEM")
SERVER_KEY("tls.key_file", SECRET, tls.key_file, "", ANY, CONF_RELOAD,
    "its private key, PEM; mode 0600 or stricter, $CREDENTIALS_DIRECTORY "
    "is understood at the start")
SERVER_KEY("tls.certificate2", FILE, tls.certificate2, "", ANY,
    CONF_RELOAD, "second chain of another kind (ECDSA beside RSA)")
SERVER_KEY("tls.key_file2", SECRET, tls.key_file2, "", ANY, CONF_RELOAD,
    "the second chain's private key")
SERVER_KEY("tls.min_version", ENUM, tls.min_version, "1.2",
    WORDS_FROM(0x0303, "1.2 1.3"), CONF_RELOAD, "oldest TLS spoken")
SERVER_LIST("tls.names", name, tls.names, tls.n_names, "[]", CONF_RELOAD,
    "certificates for further names a client may ask for (SNI)")
SERVER_KEY("options.apop", BOOL, options.apop, "false", ANY,
    CONF_LIVE, "offer APOP (RFC 1939 section 7)")
SERVER_KEY("options.xtnd_xmit", BOOL, options.xtnd_xmit, "false", ANY,
    CONF_LIVE, "let clients send mail by XTND XMIT, as far as their accounts "
    "may")
SERVER_KEY("options.password_change", BOOL, options.password_change,
    "false", ANY, CONF_LIVE,
    "let owners change their password at listeners for poppass")
SERVER_KEY("options.auto_deny", BOOL, options.auto_deny, "true", ANY,
    CONF_LIVE, "refuse addresses for a while that behave like attackers")
SERVER_KEY("options.debug", BOOL, options.debug, "false", ANY,
    CONF_LIVE, "log every command and reply, never a secret")
SERVER_KEY("options.last", BOOL, options.last, "false", ANY, CONF_LIVE,
    "answer LAST (RFC 1460) for clients that still ask")
SERVER_KEY("options.no_nuls", BOOL, options.no_nuls, "false", ANY,
    CONF_LIVE, "send octet 128 instead of NUL, for clients that stop there")
SERVER_KEY("options.implementation", BOOL, options.implementation,
    "false", ANY, CONF_LIVE, "name product and version in CAPA")
SERVER_KEY("access.policy", ENUM, access.policy, "grant",
    WORDS("grant deny", ""), CONF_LIVE,
    "what happens to an address that no range covers")
SERVER_KEY("access.grant", RANGES, access.grant, "", ANY, CONF_LIVE,
    "ranges that are served; the longest prefix decides")
SERVER_KEY("access.deny", RANGES, access.deny, "", ANY, CONF_LIVE,
    "ranges that are refused; they win a tie")
SERVER_KEY("access.grant_files", PATHS, access.grant_files, "", ANY,
    CONF_LIVE,
    "files with further ranges that are served, one a line; read again when "
    "they change")
SERVER_KEY("access.deny_files", PATHS, access.deny_files, "", ANY,
    CONF_LIVE,
    "files with further ranges that are refused (blocklists)")
SERVER_KEY("limits.connections", NUMBER, limits.connections, "10000",
    BETWEEN(1, 1000000), CONF_LIVE, "connections at once")
SERVER_KEY("limits.per_address", NUMBER, limits.per_address, "20",
    BETWEEN(1, 1000000), CONF_LIVE,
    "connections at once of one IPv4 address or IPv6 /64")
SERVER_KEY("limits.login_timeout", DURATION, limits.login_timeout, "60s",
    BETWEEN(SECOND, HOUR), CONF_LIVE,
    "from connecting to the end of the login, TLS included")
SERVER_KEY("limits.idle_timeout", DURATION, limits.idle_timeout, "10m",
    BETWEEN(10 * SECOND, DAY), CONF_LIVE,
    "silence after the login; RFC 1939 asks for 10 minutes or more")
SERVER_KEY("limits.bad_commands_before", NUMBER,
    limits.bad_commands_before, "3", BETWEEN(1, 1000), CONF_LIVE,
    "wrong commands before the login that end a session")
SERVER_KEY("limits.bad_commands", NUMBER, limits.bad_commands, "10",
    BETWEEN(1, 1000), CONF_LIVE,
    "wrong commands after the login that end a session")
SERVER_KEY("limits.auth_tries", NUMBER, limits.auth_tries, "3",
    BETWEEN(1, 100), CONF_LIVE, "failed logins that end a session")
SERVER_KEY("limits.failure_delay", DURATION, limits.failure_delay, "2s",
    BETWEEN(0, MINUTE), CONF_LIVE,
    "when a failed login is answered, counted from its arrival")
SERVER_KEY("limits.lock_wait", DURATION, limits.lock_wait, "3s",
    BETWEEN(0, MINUTE), CONF_LIVE,
    "how long a login waits for a maildrop in use")
SERVER_KEY("limits.min_rate", SIZE, limits.min_rate, "500",
    BETWEEN(0, 1048576), CONF_LIVE,
    "octets a second that a client must take; 0 for none")
SERVER_KEY("limits.rate_window", DURATION, limits.message_rate_window,
    "60s", BETWEEN(SECOND, HOUR), CONF_LIVE,
    "over this time min_rate is measured")

LISTENER_KEY("name", STRING, name, "", CHARS(0, 64), CONF_RELOAD,
    "what logs call it; when empty pop3, pop3s with implicit TLS, or poppass")
LISTENER_KEY("protocol", ENUM, protocol, "pop3",
    WORDS("pop3 lmtp poppass", "lmtp"), CONF_RELOAD,
    "what is spoken there; poppass (password changes) wants implicit TLS, or "
    "none on a loopback address")
LISTENER_KEY("address", ADDRESS, address, "*", ANY, CONF_RELOAD,
    "numeric address, * for all of this machine")
LISTENER_KEY("port", NUMBER, port, "0", BETWEEN(0, 65535), CONF_RELOAD,
    "when 0: 995 with implicit TLS, else 110; for poppass 106")
LISTENER_KEY("path", PATH, path, "", CHARS(0, 107), CONF_RELOAD,
    "Unix socket instead of address and port")
LISTENER_KEY("tls.mode", ENUM, tls_mode, "starttls",
    WORDS("none starttls implicit", ""), CONF_RELOAD,
    "\"tls\": \"none\" is short for \"tls\": {\"mode\": \"none\"}")
LISTENER_KEY("proxy_from", RANGES, proxy_from, "", ANY, CONF_RELOAD,
    "peers that must open with a PROXY header (v1, v2)")
LISTENER_SET(server, server)

NAME_KEY("name", STRING, name, "", CHARS(1, 255), CONF_RELOAD,
    "server name a client asks for")
NAME_KEY("certificate", FILE, certificate, "", CHARS(1, 0), CONF_RELOAD,
    "certificate chain, PEM")
NAME_KEY("key_file", SECRET, key_file, "", CHARS(1, 0), CONF_RELOAD,
    "its private key, PEM")

LOG_KEY("to", ENUM, to, "syslog",
    WORDS("none syslog file stderr daily server", ""),
    CONF_RELOAD, "kind of target")
LOG_KEY("path", PATH, path, "", ANY, CONF_RELOAD,
    "file: its name; syslog: another socket than the usual one")
LOG_KEY("folder", PATH, folder, "", ANY, CONF_RELOAD,
    "daily: where the files are")
LOG_KEY("address", STRING, address, "", CHARS(0, 255), CONF_RELOAD,
    "server: whom to send to, an address or a name")
LOG_KEY("port", NUMBER, port, "0", BETWEEN(0, 65535), CONF_RELOAD,
    "server: when 0: 514 with udp, 601 with tcp, 6514 with tls")
LOG_KEY("transport", ENUM, transport, "auto",
    WORDS("auto udp tcp tls local journal", ""), CONF_RELOAD,
    "server: udp (which auto means), tcp or tls; syslog: journal when auto "
    "finds its socket, else local")
LOG_KEY("name", STRING, name, "", CHARS(0, 255), CONF_RELOAD,
    "server: name in its certificate; when empty its address")
LOG_KEY("ca_file", FILE, ca_file, "", ANY, CONF_RELOAD,
    "server: certificates that vouch for it, PEM; when empty the system's")
LOG_KEY("keep", DURATION, keep, "30d", BETWEEN(0, 36500 * DAY),
    CONF_RELOAD, "daily: age at which a file is removed; 0 for never")
LOG_KEY("level", ENUM, level, "info",
    WORDS("error warning info debug", ""), CONF_LIVE,
    "the least urgent event that is written")
LOG_KEY("format", ENUM, format, "text",
    WORDS("text json imail", ""), CONF_RELOAD, "shape of a line")

ROUTE_KEY("domain", STRING, domain, "", CHARS(1, 255), CONF_RELOAD,
    "recipients at this domain; *.example.com is all below it; the first "
    "entry that fits is taken")
ROUTE_KEY("smart_host", STRING, smart_host, "", CHARS(1, 255), CONF_RELOAD,
    "host:port")
ROUTE_KEY("tls", ENUM, to.tls, "starttls",
    WORDS("none starttls implicit", ""), CONF_RELOAD, "as relay.tls")
ROUTE_KEY("ca_file", FILE, to.ca_file, "", ANY, CONF_RELOAD,
    "as relay.ca_file")
ROUTE_KEY("user", STRING, to.user, "", CHARS(0, 255), CONF_RELOAD,
    "as relay.user")
ROUTE_KEY("password_file", SECRET, to.password_file, "", ANY, CONF_RELOAD,
    "as relay.password_file")
ROUTE_KEY("helo", BOOL, to.helo, "false", ANY, CONF_RELOAD,
    "as relay.helo")

#undef SECOND
#undef MINUTE
#undef HOUR
#undef DAY
#undef ROOT_KEY
#undef ROOT_LIST
#undef ROOT_SET
#undef SERVER_KEY
#undef SERVER_LIST
#undef LISTENER_KEY
#undef LISTENER_SET
#undef NAME_KEY
#undef LOG_KEY
#undef ROUTE_KEY
