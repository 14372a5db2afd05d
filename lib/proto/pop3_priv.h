/*
 * pop3_priv.h - the engine's inside, shared by the pop3_*.c files only
 *
 * A verb is a row; its handler returns what to say; pop3_say() alone words it,
 * counts it and ends the session when it must.
 */
#ifndef PROTO_POP3_PRIV_H
#define PROTO_POP3_PRIV_H

#include "lib/base/buf.h"

#include "lib/proto/dot.h"
#include "lib/proto/line.h"
#include "lib/proto/pop3.h"

#define COMMAND_TOTAL	255	/* RFC 2449 section 4, with CRLF */
#define COMMAND_TEXT	512	/* seeds.md I-30: the 513th octet ends it */
#define SASL_TEXT	16384	/* AUTH lines and SASL responses */
#define IN_USUAL	4096	/* taken ahead when no SASL line is due */
#define IN_MAX		(SASL_TEXT + 2)

/* What can be said; the words are in pop3_reply.c, in the same order. */
enum pop3_say {
	SAY_NOTHING,		/* a want was opened, or it was said already */
	SAY_OK,
	SAY_BYE,
	SAY_USER,
	SAY_LOGGED_IN,
	SAY_TLS,
	SAY_CAPA,
	SAY_MECHS,
	SAY_STAT,
	SAY_LIST,
	SAY_LIST_ONE,
	SAY_UIDL,
	SAY_UIDL_ONE,
	SAY_LAST,
	SAY_OCTETS,
	SAY_TOP,
	SAY_MARKED,
	SAY_RESET,
	SAY_UNKNOWN,
	SAY_NUL,
	SAY_LONG,
	SAY_LONG_SASL,
	SAY_OVERLONG,
	SAY_ARGS,
	SAY_NUMBER,
	SAY_NO_MESSAGE,
	SAY_DELETED,
	SAY_GONE,
	SAY_LOG_IN_FIRST,
	SAY_ALREADY_IN,
	SAY_NEED_TLS,
	SAY_NO_TLS,
	SAY_TLS_ALREADY,
	SAY_NO_USER,
	SAY_NO_MECH,
	SAY_BASE64,
	SAY_CANCELLED,
	SAY_TOO_MANY,
	SAY_AUTH_FAILED,
	SAY_AUTH_TEMP,
	SAY_AUTH_PERM,
	SAY_DELAY,
	SAY_IN_USE,
	SAY_IN_USE_SINCE,
	SAY_DROP_TEMP,
	SAY_DROP_PERM,
	SAY_READ,
	SAY_NO_MEMORY,
	SAY_NOT_REMOVED,
	SAY_XTND,
	SAY_XMIT_ARGS,
	SAY_XMIT_OFF,
	SAY_XMIT_DENIED,
	SAY_XMIT_GO,
	SAY_XMIT_SENT,
	SAY_XMIT_TEMP,
	SAY_XMIT_PERM,
	SAY_XMIT_BARE,
	SAY_XMIT_LINE,
	SAY_XMIT_LARGE,
	SAY_XMIT_FLOOD,
	SAY_COUNT
};

struct pop3_taking;

enum listing { LISTING_NONE, LISTING_SIZES, LISTING_UIDLS };

struct pop3 {
	const struct pop3_conf *conf;
	const struct droplist *list;
	const struct pop3_mech *sasl;	/* exchange going on */
	uint8_t *deleted;		/* none until the first DELE */
	struct line_in in;
	struct buf out;
	struct buf user;		/* of USER, until PASS or STLS */
	struct buf secret;		/* what pop3_auth.data points to */
	struct pop3_auth auth;
	struct pop3_msg msg;
	struct dot dot;
	struct pop3_taking *taking;	/* XTND XMIT going on */
	struct pop3_stats stats;
	uint64_t say_n[2];		/* numbers of the reply, '#' */
	struct span say_text;		/* its text, '@': never the peer's */
	uint64_t deleted_octets;
	uint32_t n_deleted;
	uint32_t next;			/* LIST, UIDL: the row to go on with */
	uint32_t last;			/* LAST: highest message accessed */
	uint32_t bad;			/* since the state began */
	unsigned char state, want, end, listing;
	unsigned char after_abort;	/* what to say when AUTH is undone */
	bool tls, plaintext_ok, xmit_permitted;
	bool greeted, spoken;		/* the peer's first line was read */
	bool started;			/* "+OK" of RETR or TOP is out */
	struct trace trace;
	char *stamp;			/* of APOP; NULL: it is off */
};

/* Arguments of a command.  rest: all behind the verb's one space. */
#define MAX_ARGS	2
struct pop3_args {
	struct span rest;
	struct span v[MAX_ARGS];
	unsigned n;
};

enum {
	IN_AUTH = 1,		/* allowed in AUTHORIZATION */
	IN_TRANS = 2,
	PASSWORD = 4,		/* only where a password may cross the wire */
	ONE_TEXT = 8,		/* the argument is all of the rest */
	IF_TLS = 16,		/* CAPA names it while STLS is possible */
	IF_LAST = 32,		/* unknown unless conf.last */
	SHOW_ARGS = 64,		/* they are no secret: a trace shows them; those
				 * of all other verbs it hides (I10) */
	SHOW_MECH = 128,	/* only the first, and only one we know */
	IF_APOP = 256,		/* unknown unless the greeting had a stamp */
	IF_XMIT = 512		/* CAPA names it while XTND XMIT is possible */
};

struct pop3_verb {
	const char *name;
	unsigned char min, max;		/* arguments */
	unsigned short flags;
	const char *capa;		/* its line in CAPA, or NULL */
	enum pop3_say (*run)(struct pop3 *p, const struct pop3_args *a);
};

/* pop3_verbs.c */
extern const struct pop3_verb pop3_verbs[];
extern const size_t pop3_n_verbs;
const struct pop3_verb *pop3_verb_find(struct span name);
enum pop3_say pop3_do_capa(struct pop3 *p, const struct pop3_args *a);
bool pop3_password_ok(const struct pop3 *p);
bool pop3_mech_ok(const struct pop3 *p, const struct pop3_mech *m);
/* What stands between the first line and the "."; 0 or -1. */
int pop3_capa_lines(struct pop3 *p);
int pop3_mech_lines(struct pop3 *p);

/* pop3_greet.c */
void pop3_greet(struct pop3 *p);
int pop3_stamp_keep(struct pop3 *p, const char *stamp);
void pop3_stamp_forget(struct pop3 *p);
enum pop3_say pop3_do_apop(struct pop3 *p, const struct pop3_args *a);

/* pop3_reply.c */
void pop3_say(struct pop3 *p, enum pop3_say say);

/* pop3_engine.c: nothing is put out after it. */
void pop3_close(struct pop3 *p, enum pop3_end end);

/* pop3_login.c */
enum pop3_say pop3_do_user(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_pass(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_stls(struct pop3 *p, const struct pop3_args *a);
void pop3_forget(struct pop3 *p);	/* user name and secrets */

/* pop3_sasl.c */
const struct pop3_mech *pop3_mech_find(const struct pop3_conf *c,
    struct span name);
enum pop3_say pop3_do_auth(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_sasl_line(struct pop3 *p, struct span line);

/* pop3_trace.c: nothing is done unless somebody reads. */
void pop3_trace_line(const struct pop3 *p, struct span line);
void pop3_trace_reply(const struct pop3 *p, struct span line);
void pop3_trace_note(const struct pop3 *p, enum trace_dir dir,
    const char *text);		/* a constant */
void pop3_trace_size(const struct pop3 *p, uint64_t n, const char *unit);

/* pop3_trans.c */
enum pop3_say pop3_message_arg(const struct pop3 *p, struct span arg,
    uint32_t *i_r);
enum pop3_say pop3_do_stat(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_dele(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_noop(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_rset(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_last(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_quit(struct pop3 *p, const struct pop3_args *a);
bool pop3_is_deleted(const struct pop3 *p, uint32_t i);

/* pop3_list.c */
enum pop3_say pop3_do_list(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_uidl(struct pop3 *p, const struct pop3_args *a);
void pop3_list_on(struct pop3 *p);	/* until out_high or the end */
size_t pop3_decimal(char *to, uint64_t v);	/* at most 20 octets */

/* pop3_xmit.c */
enum pop3_say pop3_do_xtnd(struct pop3 *p, const struct pop3_args *a);
bool pop3_xmit_possible(const struct pop3 *p);
/* Read what has come of the message; false when there is nothing. */
bool pop3_xmit_on(struct pop3 *p);
void pop3_xmit_free(struct pop3 *p);
size_t pop3_xmit_memory(const struct pop3 *p);

/* pop3_retr.c */
enum pop3_say pop3_do_retr(struct pop3 *p, const struct pop3_args *a);
enum pop3_say pop3_do_top(struct pop3 *p, const struct pop3_args *a);

#endif
