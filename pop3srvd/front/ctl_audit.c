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

#define ARGS_MOST	4096		/* octets of arguments in a record */
#define TEXT_MOST	1024		/* of one of them */
#define DEEPEST		4
#define REFUSALS_MOST	10		/* a minute */
#define MINUTE		60000		/* ms */

/* Rather one too many than a password in a file (I10). */
static bool
secret(const char *key)
{
	if (strcmp(key, "password_change") == 0)
		return false;	/* a flag */
	return strcasestr(key, "pass") != NULL ||
	    strcasestr(key, "secret") != NULL ||
	    strcasestr(key, "hash") != NULL || strcmp(key, "lines") == 0;
}

/* What may be seen of a request about accounts; an argument of any other name,
 * mistyped ones too, could be a password. */
static bool
open_name(const char *key)
{
	static const char *const names[] = { "name", "alias", "domain",
		"quota", "maildrop", "force", "xmit", "password_change",
		"owner", "off", "first", "after", "limit" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], key) == 0)
			return true;
	return false;
}

static json_t *
copy_text(const json_t *v, size_t *left)
{
	const char *text = json_string_value(v);
	size_t n = json_string_length(v), most = *left < TEXT_MOST ? *left :
	    TEXT_MOST;
	char cut[TEXT_MOST + 4];

	if (n <= most) {
		*left -= n;
		return json_incref((json_t *)(uintptr_t)v);
	}
	/* not in the middle of a letter */
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	memcpy(cut, text, most);
	memcpy(cut + most, "...", 4);
	*left -= most;
	return json_string(cut);
}

static json_t *copy(const json_t *v, size_t *left, int depth);

static json_t *
copy_array(const json_t *v, size_t *left, int depth)
{
	json_t *out = json_array();
	size_t i, n = json_array_size(v);

	for (i = 0; i < n && *left > 64; i++)
		(void)json_array_append_new(out, copy(json_array_get(v, i),
		    left, depth));
	if (i < n)
		(void)json_array_append_new(out, json_sprintf("... %zu more",
		    n - i));
	return out;
}

static json_t *
copy_object(const json_t *v, size_t *left, int depth)
{
	json_t *out = json_object(), *inner;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)v, key, inner) {
		if (*left < 64 || strlen(key) > 64)
			break;
		*left -= strlen(key);
		(void)json_object_set_new(out, key, secret(key) &&
		    !json_is_boolean(inner) ? json_string("...") :
		    copy(inner, left, depth));
	}
	return out;
}

/* With at most *left octets of text, and no secret. */
static json_t *
copy(const json_t *v, size_t *left, int depth)
{
	*left -= *left < 16 ? *left : 16;
	if (json_is_string(v))
		return copy_text(v, left);
	if (depth == 0 && (json_is_array(v) || json_is_object(v)))
		return json_string("...");
	if (json_is_array(v))
		return copy_array(v, left, depth - 1);
	if (json_is_object(v))
		return copy_object(v, left, depth - 1);
	return json_incref((json_t *)(uintptr_t)v);
}

/* Not a list or an object either: no such argument of accounts is one. */
static void
close_accounts(json_t *v)
{
	const char *key;
	json_t *inner;
	void *next;

	json_object_foreach_safe(v, next, key, inner)
		if (!open_name(key) || json_is_array(inner) ||
		    json_is_object(inner))
			(void)json_object_set_new(v, key, json_string("..."));
}

/* A password where the name of its file belongs: that begins with "/", or with
 * "$CREDENTIALS_DIRECTORY". */
static void
close_setting(json_t *v)
{
	const char *key = json_string_value(json_object_get(v, "key"));
	const char *text = json_string_value(json_object_get(v, "value"));

	if (key != NULL && text != NULL && secret(key) && text[0] != '/' &&
	    text[0] != '$')
		(void)json_object_set_new(v, "value", json_string("..."));
}

static int
put_args(const struct ctl_request *req, struct buf *b)
{
	size_t left = ARGS_MOST;
	json_t *v = copy(req->args, &left, DEEPEST);
	int r;

	if (req->verb->where == CTL_AUTH)
		close_accounts(v);
	else
		close_setting(v);
	r = v == NULL ? -1 : json_write(v, b);
	json_decref(v);
	return r;
}

static int
pack(const struct server *srv, const struct ctl_asker *a,
    const struct ctl_request *req, const char *result, struct msg_audit *m,
    struct buf *b)
{
	struct buf args;
	int r = -1;

	buf_init(&args, FRAME_MAX / 2);
	m->wall = loop_time(srv->loop)->wall;
	m->uid = a->who.uid;
	m->pid = (uint32_t)a->who.pid;
	m->role = ctl_role_name(a->role);
	m->verb = req->verb->verb;
	m->result = result;
	if (put_args(req, &args) == 0) {
		m->args = buf_span(&args);
		r = msg_audit_pack(m, b);
	}
	buf_free(&args);
	return r;
}

static int
send_packed(struct server *srv, uint32_t id, const struct buf *b)
{
	struct channel *log = life_log_channel(srv->life);

	return log == NULL ? -1 : channel_send(log, MSG_AUDIT, id,
	    buf_span(b), -1);
}

void
ctl_audit_missing(struct server *srv, const struct ctl_request *req)
{
	metrics_count(srv, AUDIT_MISSING);
	log_event(srv->log, LOG_LEVEL_ERROR, NULL, "audit record missing",
	    (struct log_field[]){ LOG_STR("verb", req->verb->verb),
	    { NULL, { NULL, 0 }, 0 } });
}

/* Without a channel it waits for the next, if anybody does: log is being
 * restarted. */
int
ctl_audit_send(struct server *srv, struct ctl_record *r, uint32_t id,
    const struct ctl_asker *a, const struct ctl_request *req,
    const char *result)
{
	struct msg_audit m = { .missed = 0 };

	buf_init(&r->packed, FRAME_MAX);
	if (pack(srv, a, req, result, &m, &r->packed) < 0 ||
	    ((id == 0 || life_log_channel(srv->life) != NULL) &&
	    send_packed(srv, id, &r->packed) < 0)) {
		ctl_audit_clear(r);
		ctl_audit_missing(srv, req);
		return -1;
	}
	r->id = id;
	return 0;
}

void
ctl_audit_again(struct server *srv, const struct ctl_record *r)
{
	if (r->id != 0)
		(void)send_packed(srv, r->id, &r->packed);
}

void
ctl_audit_clear(struct ctl_record *r)
{
	buf_free(&r->packed);
	r->id = 0;
}

void
ctl_audit_refusal(struct server *srv, struct ctl_refusals *f,
    const struct ctl_asker *a, const struct ctl_request *req)
{
	size_t i = a->who.uid % CTL_REFUSALS;
	int64_t now = loop_time(srv->loop)->mono;
	struct msg_audit m = { .missed = f->at[i].missed };
	struct buf b;

	if (f->at[i].n == 0 || now - f->at[i].since >= MINUTE) {
		f->at[i].since = now;
		f->at[i].n = 0;
	}
	if (f->at[i].n >= REFUSALS_MOST) {
		f->at[i].missed++;
		return;
	}
	f->at[i].n++;
	f->at[i].missed = 0;
	buf_init(&b, FRAME_MAX);
	if (pack(srv, a, req, ctl_code_name(CTL_NO_ROLE), &m, &b) < 0 ||
	    send_packed(srv, 0, &b) < 0)
		ctl_audit_missing(srv, req);
	buf_free(&b);
}
