/*
 * ctl_audit.c - what an administrator changed, or tried to
 *
 * Runs in: front.
 * Trusts: the kernel for who the peer is; the arguments are the peer's words.
 */
#include <stdint.h>
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/front/ctl_audit.h"
#include "pop3srvd/front/server.h"

#define LOGGED_ARGS	400	/* octets of arguments in an audit record */

static bool
secret(const char *key)
{
	return strcmp(key, "password") == 0 || strcmp(key, "hash") == 0 ||
	    strcmp(key, "lines") == 0;
}

/* "name:anna@example.org,quota:2G"; passwords and hashes never (I10).  What
 * has no room is cut. */
static void
args_text(const json_t *args, struct buf *b)
{
	const char *key, *sep = "";
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)args, key, v) {
		if (buf_printf(b, "%s%s:", sep, key) < 0)
			return;
		if (secret(key))
			(void)buf_adds(b, "...");
		else if (json_is_string(v))
			(void)buf_adds(b, json_string_value(v));
		else
			(void)json_write(v, b);
		sep = ",";
	}
}

void
ctl_audit(struct server *srv, const struct ctl_asker *a,
    const struct ctl_request *req, const char *result)
{
	struct buf args;

	if (req->verb->role <= CTL_VIEWER)
		return;
	buf_init(&args, LOGGED_ARGS);
	args_text(req->args, &args);
	log_event(srv->log, LOG_LEVEL_INFO, NULL, "control",
	    (struct log_field[]){ LOG_STR("verb", req->verb->verb),
	    LOG_NUM("uid", a->who.uid), LOG_NUM("pid", a->who.pid),
	    LOG_STR("role", ctl_role_name(a->role)),
	    LOG_STR("result", result),
	    LOG_SPAN("args", buf_span(&args)), { NULL, { NULL, 0 }, 0 } });
	buf_wipe(&args);
}
