/*
 * ctl.h - verbs, roles and the one-line JSON codec of the control socket
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

#define CTL_LINE_MAX	65536
#define CTL_VERSION	1

/* OWNER is not a peer's but a verb's: admin, or whoever the process that serves
 * it takes for the owner of the thing. */
enum ctl_role { CTL_NOBODY, CTL_VIEWER, CTL_OPERATOR, CTL_ADMIN, CTL_OWNER };
enum ctl_where { CTL_FRONT, CTL_KEEPER, CTL_AUTH, CTL_LOG, CTL_RELAY,
	CTL_LOCAL };

struct ctl_verb {
	const char *verb;
	const char *words;
	enum ctl_role role;
	enum ctl_where where;
	const char *args;
	const char *help;
	const char *example;
};

extern const struct ctl_verb ctl_verbs[];
extern const size_t ctl_n_verbs;

const struct ctl_verb *ctl_find(const char *verb);
const char *ctl_role_name(enum ctl_role r);
/* owners: those without a role are let through to verbs of OWNER. */
bool ctl_may(const struct ctl_verb *v, enum ctl_role r, bool owners);
/* It is recorded who did this: all but looking. */
bool ctl_changes(const struct ctl_verb *v, const json_t *args);

/* Error codes of a reply and the exit code pop3ctl ends with. */
enum ctl_code {
	CTL_OK = 0,
	CTL_NO = 1,		/* "no" is the answer */
	CTL_USAGE = 64,
	CTL_BAD_VALUE = 65,
	CTL_NOT_FOUND = 67,
	CTL_UNREACHABLE = 69,
	CTL_TRY_AGAIN = 75,
	CTL_NO_ROLE = 77,
	CTL_CONFIG = 78
};
const char *ctl_code_name(enum ctl_code c);	/* "bad-value", … */
enum ctl_code ctl_code_of(const struct err *e);

struct ctl_request {
	int64_t id;
	const struct ctl_verb *verb;
	json_t *args;		/* an object, owned */
};

/*
 * Parse one line (without its LF).  -1 with *e and *code_r when it is no
 * request: then answer with id (0 when unknown).  Never trusts the line.
 */
int ctl_request_read(struct span line, struct ctl_request *r,
    enum ctl_code *code_r, struct err *e);
void ctl_request_clear(struct ctl_request *r);

/* Overwrite every string in v, which may be a password and is about to be
 * freed. */
void ctl_wipe(const json_t *v);

/* Append one reply line with its LF; result is stolen (NULL: {}). */
int ctl_reply_ok(struct buf *out, int64_t id, json_t *result);
/* The same with a member "warning", when that is not NULL. */
int ctl_reply_warn(struct buf *out, int64_t id, json_t *result,
    const char *warning);
/* One of several replies to a request: "more" is true, "lost" says how many
 * were left out before it.  result: JSON text that is trusted. */
int ctl_reply_more(struct buf *out, int64_t id, uint64_t lost,
    struct span result);
int ctl_reply_fault(struct buf *out, int64_t id, enum ctl_code code,
    const char *text);

/* The error object alone, for processes that answer front by msg_ctl_reply. */
json_t *ctl_error_json(enum ctl_code code, const char *text);

#endif
