/*
 * conf.h - the settings as plain structs
 *
 * Everybody reads these; only lib/conf fills them.  Durations are
 * milliseconds, sizes octets, strings owned by the struct and never NULL
 * unless said so.  The rows in conf_keys.h say name, type, default, range and
 * when a change takes effect.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/pack.h"

enum conf_protocol { CONF_POP3, CONF_LMTP, CONF_POPPASS };
enum conf_tls_mode { CONF_TLS_NONE, CONF_TLS_STARTTLS, CONF_TLS_IMPLICIT };
enum conf_plaintext { CONF_PLAIN_NEVER, CONF_PLAIN_LOOPBACK,
	CONF_PLAIN_ALWAYS };
enum conf_policy { CONF_GRANT, CONF_DENY };
enum conf_log_to { CONF_LOG_NONE, CONF_LOG_SYSLOG, CONF_LOG_FILE,
	CONF_LOG_STDERR, CONF_LOG_DAILY, CONF_LOG_SERVER };
enum conf_log_transport { CONF_LOG_AUTO, CONF_LOG_UDP, CONF_LOG_TCP,
	CONF_LOG_TLS, CONF_LOG_LOCAL, CONF_LOG_JOURNAL };
enum conf_log_format { CONF_TEXT, CONF_JSON, CONF_IMAIL };
enum conf_log_level { CONF_LEVEL_ERROR, CONF_LEVEL_WARNING, CONF_LEVEL_INFO,
	CONF_LEVEL_DEBUG };

struct conf_strings {
	char **at;
	size_t n;
};

struct conf_name {		/* one entry of tls.names */
	char *name;
	char *certificate;
	char *key_file;
};

struct conf_tls {
	char *certificate;		/* "" none: no TLS on the listeners */
	char *key_file;
	char *certificate2;		/* second type (ECDSA beside RSA), or "" */
	char *key_file2;
	int min_version;		/* 0x0303 or 0x0304 */
	struct conf_name *names;
	size_t n_names;
};

struct conf_options {
	bool apop;
	bool xtnd_xmit;
	bool password_change;
	bool auto_deny;
	bool debug;
	bool last;			/* LAST of RFC 1460 */
	bool no_nuls;			/* send 0x80 for NUL */
	bool implementation;		/* CAPA IMPLEMENTATION */
};

struct conf_access {
	enum conf_policy policy;
	struct conf_strings grant;
	struct conf_strings deny;
	struct conf_strings grant_files;	/* a range a line */
	struct conf_strings deny_files;
};

struct conf_limits {
	int64_t connections;
	int64_t per_address;
	int64_t login_timeout;
	int64_t idle_timeout;
	int64_t bad_commands_before;	/* login */
	int64_t bad_commands;
	int64_t auth_tries;
	int64_t failure_delay;		/* fixed deadline of a failed login */
	int64_t lock_wait;
	int64_t min_rate;		/* octets a second of a slow reader */
	int64_t message_rate_window;	/* over this time */
};

#define CONF_WELCOME_MAX	400	/* octets of welcome that are shown */

/* What a listener may override: a virtual server. */
struct conf_server {
	char *hostname;
	char *default_domain;
	char *welcome;			/* "", or longer than shown: built-in */
	enum conf_plaintext allow_plaintext;
	struct conf_tls tls;
	struct conf_options options;
	struct conf_access access;
	struct conf_limits limits;
};

struct conf_listener {
	char *name;
	enum conf_protocol protocol;
	char *address;			/* "*" or numeric */
	int64_t port;
	char *path;			/* Unix socket, or "" */
	enum conf_tls_mode tls_mode;
	struct conf_strings proxy_from;	/* PROXY header required from these */
	struct conf_server server;	/* root's, with this one's overrides */
};

struct conf_log {
	enum conf_log_to to;
	char *path;			/* file; syslog: "" or another socket */
	char *folder;			/* daily */
	char *address;			/* server: numeric or a name */
	int64_t port;			/* server: never 0 */
	enum conf_log_transport transport;	/* server: never AUTO */
	char *name;			/* server: in its certificate, or "" */
	char *ca_file;			/* server: "" for the system's */
	int64_t keep;
	enum conf_log_level level;
	enum conf_log_format format;
};

struct conf_control {
	char *path;
	struct conf_strings admin;	/* "name", "@group" */
	struct conf_strings oper;
	struct conf_strings viewer;
	bool owners;			/* may come for their accounts */
};

struct conf_auth {
	struct conf_strings backends;
	struct conf_strings mechanisms;
	char *user;
	int64_t processes;
	int64_t cache_ttl;		/* successful checks, 0 off */
	char *hash;			/* crypt prefix for new ones: "$y$" */
	char *apop_key_file;		/* "": state_dir/apop.key */
	int64_t password_min_length;	/* characters */
	int64_t password_classes;
	int64_t password_history;
	bool password_strict;		/* for administrators too */
	bool kick_on_change;
};

/* Who is shut out for a while; one for all listeners. */
struct conf_autodeny {
	struct conf_strings never;
	int64_t failures;		/* in window; 0: not counted */
	int64_t unknown_users;
	int64_t window;
	int64_t duration;		/* 0: until restart */
};

struct conf_mail {
	char *store;
	char *user;
	int64_t processes;
	int64_t quota;
	int64_t expire_days;		/* CAPA EXPIRE; -2 not announced */
	int64_t login_delay;
};

/* How a smart host is spoken to. */
struct conf_smtp {
	enum conf_tls_mode tls;
	char *ca_file;
	char *user;
	char *password_file;
	bool helo;
};

struct conf_route {			/* one entry of relay.routes */
	char *domain;			/* or "*.domain" */
	char *smart_host;		/* "host:port" */
	struct conf_smtp to;
};

struct conf_relay {
	char *smart_host;
	char *sendmail;
	struct conf_smtp to;
	char *helo_name;
	char *masquerade_domain;
	struct conf_route *routes;
	size_t n_routes;
	int64_t max_size;
	int64_t max_recipients;
	int64_t per_hour;
	int64_t queue_length;
	int64_t min_free;
	struct conf_strings retries;	/* durations */
	int64_t delay_notice;
	int64_t expire;
	int64_t processes;
	int64_t timeout;
};

struct conf {
	char *mail_root;
	char *state_dir;
	char *run_dir;
	char *libexec_dir;		/* where front, auth, … are */
	char *user;			/* front, relay, log */
	struct conf_server server;
	struct conf_listener *listeners;
	size_t n_listeners;
	struct conf_log *logs;
	size_t n_logs;
	struct conf_control control;
	struct conf_auth auth;
	struct conf_autodeny autodeny;
	struct conf_mail mail;
	struct conf_relay relay;
};

void conf_free(struct conf **c_p);

/* For the way from keeper to the other processes: exact copies. */
int conf_pack(const struct conf *c, struct buf *b);
struct conf *conf_unpack(const void *p, size_t n, struct err *e);

#endif
