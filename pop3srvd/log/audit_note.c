/*
 * audit_note.c - an audit record's words: members, event, answers
 *
 * Runs in: log.  Trusts: front and keeper, that secrets are taken out; not the
 * form of anything.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/ctl/ctl.h"

#include "pop3srvd/log/audit_note.h"

#define NAME_MAX_OCTETS	64
#define LOGGED_ARGS	400	/* octets of arguments in the event */
#define USERS		"/etc/passwd"

/* Local users only: a directory server could keep all of log waiting.  ""
 * when there is none. */
static const char *
user_name(uid_t uid, char out[NAME_MAX_OCTETS])
{
	FILE *f = fopen(USERS, "re");
	struct passwd *pw;

	out[0] = '\0';
	while (f != NULL && (pw = fgetpwent(f)) != NULL)
		if (pw->pw_uid == uid) {
			snprintf(out, NAME_MAX_OCTETS, "%s", pw->pw_name);
			break;
		}
	if (f != NULL)
		fclose(f);
	return out;
}

static json_t *
read_args(struct span args)
{
	json_t *v = args.len == 0 ? NULL : json_read(args.ptr, args.len, NULL);

	if (json_is_object(v))
		return v;
	json_decref(v);
	return json_object();
}

/* Who, where from, what, how it went: in this order in every line. */
static json_t *
members(int64_t wall, uint32_t uid, uint32_t pid, const char *role)
{
	char when[CLOCK_TEXT], name[NAME_MAX_OCTETS];
	json_t *v = json_pack("{s:s, s:I}", "time", clock_text(wall, when),
	    "uid", (json_int_t)uid);

	if (user_name(uid, name)[0] != '\0')
		(void)json_object_set_new(v, "user", json_string(name));
	(void)json_object_set_new(v, "pid", json_integer(pid));
	(void)json_object_set_new(v, "role", json_string(role));
	return v;
}

static json_t *
what(json_t *v, const char *verb, json_t *args, const char *result)
{
	if (json_object_set_new(v, "verb", json_string(verb)) == 0 &&
	    json_object_set(v, "args", args) == 0 &&
	    json_object_set_new(v, "result", json_string(result)) == 0) {
		json_decref(args);
		return v;
	}
	json_decref(args);
	json_decref(v);
	return NULL;
}

json_t *
audit_note_members(const struct msg_audit *m)
{
	json_t *v = what(members(m->wall, m->uid, m->pid, m->role), m->verb,
	    read_args(m->args), m->result);

	if (v != NULL && m->missed > 0)
		(void)json_object_set_new(v, "missed",
		    json_integer(m->missed));
	return v;
}

json_t *
audit_note_own(const char *verb, json_t *args)
{
	struct moment now;

	clock_read(&now);
	return what(members(now.wall, (uint32_t)getuid(), (uint32_t)getpid(),
	    "log"), verb, args, "ok");
}

json_t *
audit_note_done(const struct audit_end *at)
{
	return json_pack("{s:I, s:s}", "seq", (json_int_t)at->seq, "hash",
	    at->hash);
}

json_t *
audit_note_fault(const struct err *e)
{
	return ctl_error_json(CTL_TRY_AGAIN, e->text);
}

/* "name:anna@example.org,quota:2G".  What has no room is cut. */
static void
args_text(struct span args, struct buf *b)
{
	json_t *all = read_args(args), *v;
	const char *key, *sep = "";

	json_object_foreach(all, key, v) {
		if (buf_printf(b, "%s%s:", sep, key) < 0)
			break;
		if (json_is_string(v))
			(void)buf_adds(b, json_string_value(v));
		else
			(void)json_write(v, b);
		sep = ",";
	}
	json_decref(all);
}

void
audit_note_event(struct log_out *log, const struct msg_audit *m,
    const struct audit_end *at)
{
	struct log_field f[11] = {
		LOG_STR("verb", m->verb),
		LOG_NUM("uid", m->uid),
		LOG_NUM("pid", m->pid),
		LOG_STR("role", m->role),
		LOG_STR("result", m->result)
	};
	struct buf args;
	size_t n = 5;

	buf_init(&args, LOGGED_ARGS);
	args_text(m->args, &args);
	f[n++] = (struct log_field)LOG_SPAN("args", buf_span(&args));
	if (m->missed > 0)
		f[n++] = (struct log_field)LOG_NUM("missed", m->missed);
	if (at != NULL) {
		f[n++] = (struct log_field)LOG_NUM("seq", at->seq);
		f[n++] = (struct log_field)LOG_STR("hash", at->hash);
	}
	log_event(log, LOG_LEVEL_INFO, NULL, "control", f);
	buf_free(&args);
}
