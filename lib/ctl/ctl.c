/*
 * ctl.c - the control language: verbs, codes, and its lines
 *
 * Whoever can open the socket can send anything: a line is an object with
 * known members and a known verb, or it is refused.
 */
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/ctl/ctl.h"

const struct ctl_verb ctl_verbs[] = {
#define CTL_VERB(verb, words, role, where, args, help, example) \
	{ verb, words, CTL_##role, CTL_##where, args, help, example },
#include "lib/ctl/ctl_verbs.h"
#undef CTL_VERB
};

const size_t ctl_n_verbs = sizeof(ctl_verbs) / sizeof(ctl_verbs[0]);

static const struct {
	enum ctl_code code;
	const char *name;
} codes[] = {
	{ CTL_OK, "ok" },
	{ CTL_NO, "no" },
	{ CTL_USAGE, "usage" },
	{ CTL_BAD_VALUE, "bad-value" },
	{ CTL_NOT_FOUND, "not-found" },
	{ CTL_UNREACHABLE, "unreachable" },
	{ CTL_TRY_AGAIN, "try-again" },
	{ CTL_NO_ROLE, "role" },
	{ CTL_CONFIG, "configuration" },
};

const struct ctl_verb *
ctl_find(const char *verb)
{
	size_t i;

	for (i = 0; i < ctl_n_verbs; i++)
		if (strcmp(ctl_verbs[i].verb, verb) == 0)
			return &ctl_verbs[i];
	return NULL;
}

/* account.passwd is open to an account's owner, whatever its row says;
 * account.export shows what nobody else may see; log.level and log.debug
 * without a word only show. */
bool
ctl_changes(const struct ctl_verb *v, const json_t *args)
{
	if (strncmp(v->verb, "log.", 4) == 0 && json_object_size(args) == 0)
		return false;
	return v->role > CTL_VIEWER || strcmp(v->verb, "account.passwd") == 0;
}

const char *
ctl_role_name(enum ctl_role r)
{
	switch (r) {
	case CTL_VIEWER:
		return "viewer";
	case CTL_OPERATOR:
		return "operator";
	case CTL_ADMIN:
		return "admin";
	case CTL_OWNER:
		return "owner";
	default:
		return "nobody";
	}
}

bool
ctl_may(const struct ctl_verb *v, enum ctl_role r, bool owners)
{
	if (v->role == CTL_OWNER)
		return owners || r == CTL_ADMIN;
	return r >= v->role;
}

const char *
ctl_code_name(enum ctl_code c)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == c)
			return codes[i].name;
	return "unknown";
}

enum ctl_code
ctl_code_of(const struct err *e)
{
	switch (e->class) {
	case ERR_NONE:
		return CTL_OK;
	case ERR_CONFIG:
		return CTL_BAD_VALUE;
	case ERR_NOTFOUND:
		return CTL_NOT_FOUND;
	case ERR_PERM:
		return CTL_CONFIG;
	case ERR_PROTO:
		return CTL_USAGE;
	default:
		return CTL_TRY_AGAIN;
	}
}

static bool
is_member(const char *key)
{
	return strcmp(key, "v") == 0 || strcmp(key, "id") == 0 ||
	    strcmp(key, "verb") == 0 || strcmp(key, "args") == 0;
}

/* The id as far as there is one, so that even a refusal can be matched. */
static int
read_head(json_t *line, struct ctl_request *r, struct err *e)
{
	const char *key;
	json_t *v, *id = json_object_get(line, "id");

	if (!json_is_object(line))
		return err_set(e, ERR_PROTO, "a request is one JSON object");
	if (json_is_integer(id))
		r->id = json_integer_value(id);
	v = json_object_get(line, "v");
	if (!json_is_integer(v) || json_integer_value(v) != CTL_VERSION)
		return err_set(e, ERR_PROTO, "\"v\" must be %d", CTL_VERSION);
	if (!json_is_integer(id))
		return err_set(e, ERR_PROTO, "\"id\" must be a whole number");
	json_object_foreach(line, key, v)
		if (!is_member(key))
			return err_set(e, ERR_PROTO, "\"%.40s\": a request has "
			    "v, id, verb and args", key);
	return 0;
}

static int
read_body(json_t *line, struct ctl_request *r, struct err *e)
{
	const char *verb = json_string_value(json_object_get(line, "verb"));
	json_t *args = json_object_get(line, "args");

	if (verb == NULL)
		return err_set(e, ERR_PROTO, "\"verb\" must be a string");
	r->verb = ctl_find(verb);
	if (r->verb == NULL || r->verb->where == CTL_LOCAL)
		return err_set(e, ERR_PROTO, "\"%.40s\": no such verb", verb);
	if (args != NULL && !json_is_object(args))
		return err_set(e, ERR_PROTO, "\"args\" must be an object");
	r->args = args == NULL ? json_object() : json_incref(args);
	if (r->args == NULL)
		return err_set(e, ERR_TEMP, "no memory for the request");
	return 0;
}

void
ctl_wipe(const json_t *v)
{
	const char *key;
	json_t *inner;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)v, key, inner)
		ctl_wipe(inner);
	json_array_foreach(v, i, inner)
		ctl_wipe(inner);
	if (json_is_string(v))
		mem_wipe((void *)(uintptr_t)json_string_value(v),
		    json_string_length(v));
}

int
ctl_request_read(struct span line, struct ctl_request *r,
    enum ctl_code *code_r, struct err *e)
{
	json_t *v;
	int status;

	memset(r, 0, sizeof(*r));
	if (line.len >= CTL_LINE_MAX) {
		*code_r = CTL_USAGE;
		return err_set(e, ERR_PROTO, "a line has at most %d octets",
		    CTL_LINE_MAX);
	}
	v = json_read(line.ptr, line.len, e);
	status = v == NULL ? -1 : read_head(v, r, e);
	if (status == 0)
		status = read_body(v, r, e);
	if (status < 0) {
		ctl_wipe(v);
		*code_r = e->class == ERR_TEMP ? CTL_TRY_AGAIN : CTL_USAGE;
	}
	json_decref(v);
	return status;
}

void
ctl_request_clear(struct ctl_request *r)
{
	if (r->args != NULL)
		ctl_wipe(r->args);
	json_decref(r->args);
	memset(r, 0, sizeof(*r));
}

json_t *
ctl_error_json(enum ctl_code code, const char *text)
{
	json_t *t = json_string(text);
	char ascii[512];
	size_t i;

	/* A file name, or a text cut in the middle of a letter, may be no
	 * UTF-8. */
	for (i = 0; t == NULL && text[i] != '\0' && i < sizeof(ascii) - 1; i++)
		ascii[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	if (t == NULL)
		t = json_stringn(ascii, i);
	return json_pack("{s:s, s:o, s:i}", "code", ctl_code_name(code),
	    "text", t, "exit", (int)code);
}

/* reply is stolen.  Whole or not at all, and never above the line's limit. */
static int
put_line(struct buf *out, json_t *reply)
{
	struct buf line;
	int status = -1;

	buf_init(&line, CTL_LINE_MAX);
	if (reply != NULL && json_write(reply, &line) == 0 &&
	    buf_addc(&line, '\n') == 0)
		status = buf_add(out, buf_data(&line), buf_len(&line));
	buf_wipe(&line);
	json_decref(reply);
	return status;
}

int
ctl_reply_fault(struct buf *out, int64_t id, enum ctl_code code,
    const char *text)
{
	return put_line(out, json_pack("{s:i, s:I, s:b, s:o}", "v",
	    CTL_VERSION, "id", (json_int_t)id, "ok", 0, "error",
	    ctl_error_json(code, text)));
}

int
ctl_reply_more(struct buf *out, int64_t id, uint64_t lost,
    struct span result)
{
	struct buf line;
	int r = -1;

	buf_init(&line, CTL_LINE_MAX);
	if (buf_printf(&line, "{\"v\":%d,\"id\":%lld,\"ok\":true,"
	    "\"more\":true,", CTL_VERSION, (long long)id) == 0 &&
	    (lost == 0 || buf_printf(&line, "\"lost\":%llu,",
	    (unsigned long long)lost) == 0) &&
	    buf_adds(&line, "\"result\":") == 0 &&
	    buf_add(&line, result.ptr, result.len) == 0 &&
	    buf_adds(&line, "}\n") == 0)
		r = buf_add(out, buf_data(&line), buf_len(&line));
	buf_free(&line);
	return r;
}

int
ctl_reply_ok(struct buf *out, int64_t id, json_t *result)
{
	return ctl_reply_warn(out, id, result, NULL);
}

int
ctl_reply_warn(struct buf *out, int64_t id, json_t *result,
    const char *warning)
{
	json_t *reply;

	if (result == NULL)
		result = json_object();
	reply = json_pack("{s:i, s:I, s:b, s:o}", "v", CTL_VERSION,
	    "id", (json_int_t)id, "ok", 1, "result", result);
	if (warning != NULL)
		(void)json_object_set_new(reply, "warning",
		    json_string(warning));
	if (put_line(out, reply) == 0)
		return 0;
	return ctl_reply_fault(out, id, CTL_TRY_AGAIN,
	    "the answer has no room in a line of 64 KiB; ask for less");
}
