/*
 * ctl.c - the control verbs that keeper serves
 *
 * Front has checked the caller's role and names uid and pid.
 *
 * Runs in: keeper.  Trusts: front, that the caller may; the arguments not at
 * all.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/ctl/ctl.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/keeper/ctl.h"
#include "pop3srvd/keeper/ctl_access.h"
#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/ctl_log.h"
#include "pop3srvd/keeper/ctl_option.h"
#include "pop3srvd/keeper/ctl_welcome.h"
#include "pop3srvd/keeper/reload.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define REPLY_MAX	(FRAME_MAX - 128)	/* front puts words around it */
#define LONG_ENTRIES	100
#define LONG_VALUE	"(long)"

static json_t *
last_reload(const struct keeper *k)
{
	if (k->last.wall == 0)
		return json_null();
	return json_pack("{s:I, s:b, s:s}", "time",
	    (json_int_t)(k->last.wall / 1000), "ok", k->last.ok ? 1 : 0,
	    "text", k->last.text == NULL ? "" : k->last.text);
}

static json_t *
status(struct keeper *k, const json_t *args, struct err *e)
{
	int64_t now = loop_time(k->loop)->wall;
	json_t *v;

	(void)args;
	v = json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:i, s:o, s:o, s:o}",
	    "version", PACKAGE_VERSION, "config_file", k->file,
	    "state", k->stopping ? "stopping" : "running",
	    "since", (json_int_t)(k->since / 1000),
	    "uptime", (json_int_t)((now - k->since) / 1000),
	    "pid", (int)getpid(), "generation", (int)k->generation,
	    "processes", children_status(k->children),
	    "last_reload", last_reload(k),
	    "certificates", certs_watch_status(k->certs));
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

static json_t *
reload(struct keeper *k, const json_t *args, struct err *e)
{
	json_t *changes = NULL;
	bool dry_run;
	int r;

	if (json_bool(args, "dry_run", false, &dry_run, e) < 0)
		return NULL;
	r = dry_run ? reload_run(k, NULL, true, &changes, e) :
	    reload_ordered(k, &changes, e);
	if (r < 0) {
		/* ERR_PERM: the code "configuration" */
		e->class = e->class == ERR_CONFIG ? ERR_PERM : e->class;
		return NULL;
	}
	err_set(e, ERR_TEMP, "out of memory");
	return json_pack("{s:o, s:O, s:i, s:b}", "changes", changes, "notes",
	    k->notes, "generation", (int)k->generation, "dry_run",
	    dry_run ? 1 : 0);
}

static json_t *
stop(struct keeper *k, const json_t *args, struct err *e)
{
	(void)k;
	(void)args;
	(void)e;
	return json_pack("{s:i}", "pid", (int)getpid());
}

static const struct {
	const char *verb;
	json_t *(*serve)(struct keeper *k, const json_t *args, struct err *e);
	const char *args;	/* those it knows, each ended by a space */
} verbs[] = {
	{ "status",		status,			"" },
	{ "reload",		reload,			"dry_run " },
	{ "server.stop",	stop,			"" },
	{ "config.show",	ctl_config_show,	"origin " },
	{ "config.get",		ctl_config_get,		"key " },
	{ "config.set",		ctl_config_set,		"key value runtime " },
	{ "config.reset",	ctl_config_reset,	"key runtime " },
	{ "config.diff",	ctl_config_diff,	"" },
	{ "log.level",		ctl_log_level,	"level target runtime " },
	{ "option.list",	ctl_option_list,	"listener " },
	{ "option.get",		ctl_option_get,		"name listener " },
	{ "option.set",		ctl_option_set,
	    "name value listener runtime " },
	{ "option.reset",	ctl_option_reset,	"name listener runtime " },
	{ "welcome.show",	ctl_welcome_show,	"listener " },
	{ "welcome.set",	ctl_welcome_set,	"text listener runtime " },
	{ "welcome.reset",	ctl_welcome_reset,	"listener runtime " },
	{ "policy.show",	ctl_policy_show,	"listener " },
	{ "policy.set",		ctl_policy_set,	"policy listener runtime " },
	{ "grant.list",		ctl_grant_list,	"listener after limit " },
	{ "grant.add",		ctl_grant_add,	"ranges listener runtime " },
	{ "grant.remove",	ctl_grant_remove, "ranges listener runtime " },
	{ "grant.import",	ctl_grant_import,
	    "lines stage done replace listener runtime " },
	{ "deny.list",		ctl_deny_list,	"listener after limit " },
	{ "deny.add",		ctl_deny_add,	"ranges listener runtime " },
	{ "deny.remove",	ctl_deny_remove, "ranges listener runtime " },
	{ "deny.import",	ctl_deny_import,
	    "lines stage done replace listener runtime " },
};

static void
cut_list(json_t *list)
{
	while (json_array_size(list) > LONG_ENTRIES)
		(void)json_array_remove(list, json_array_size(list) - 1);
}

/* What was taken over must not look like a failure because the account of it
 * is long: values go, then whatever is beyond the first entries. */
static void
shorten(json_t *v)
{
	json_t *changes = json_object_get(v, "changes"), *change;
	size_t i;

	if (changes == NULL ||
	    json_dumpb(v, NULL, 0, JSON_COMPACT) <= REPLY_MAX)
		return;
	json_array_foreach(changes, i, change) {
		(void)json_object_set_new(change, "from",
		    json_string(LONG_VALUE));
		(void)json_object_set_new(change, "to",
		    json_string(LONG_VALUE));
	}
	cut_list(changes);
	cut_list(json_object_get(v, "notes"));
	(void)json_object_set_new(v, "cut", json_true());
}

static int
send_reply(struct channel *ch, uint32_t id, const struct msg_ctl_reply *m)
{
	struct buf b;
	int r;

	buf_init(&b, FRAME_MAX);
	r = msg_ctl_reply_pack(m, &b);
	if (r == 0)
		r = channel_send(ch, MSG_CTL_REPLY, id, buf_span(&b), -1);
	buf_free(&b);
	return r;
}

/* An answer for which there is no room is an error, not a broken channel, and
 * not nothing: somebody waits. */
static void
reply(struct channel *ch, uint32_t id, bool ok, json_t *v)
{
	struct msg_ctl_reply m = { .ok = ok }, no_room = { .ok = false };
	struct buf text;

	buf_init(&text, REPLY_MAX);
	shorten(v);
	if (v != NULL && json_write(v, &text) == 0)
		m.json = buf_span(&text);
	no_room.json = span_of("{\"code\":\"try-again\",\"text\":\"the answer "
	    "has no room; ask for less\",\"exit\":75}");
	if (m.json.len == 0 || send_reply(ch, id, &m) < 0)
		(void)send_reply(ch, id, &no_room);
	buf_free(&text);
	json_decref(v);
}

static int
check_args(const char *list, const json_t *args, struct err *e)
{
	if (!json_is_object(args))
		return err_set(e, ERR_CONFIG, "args must be an object");
	return json_only(args, list, e);
}

static json_t *
dispatch(struct keeper *k, const struct msg_ctl *m, json_t *args,
    struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].verb, m->verb) == 0)
			return check_args(verbs[i].args, args, e) < 0 ? NULL :
			    verbs[i].serve(k, args, e);
	err_set(e, ERR_PROTO, "\"%.40s\": not a verb of keeper", m->verb);
	return NULL;
}

static json_t *
serve(struct keeper *k, const struct msg_ctl *m, struct err *e)
{
	json_t *args, *v;

	args = m->args.len == 0 ? json_object() :
	    json_read(m->args.ptr, m->args.len, e);
	if (args == NULL)
		return NULL;
	v = dispatch(k, m, args, e);
	json_decref(args);
	return v;
}

void
ctl_serve(struct keeper *k, struct channel *ch, const struct frame *f)
{
	uint32_t generation = k->generation;
	struct msg_ctl m;
	struct err e;
	json_t *v;

	/* those of a reload by signal, say, are no answer to this */
	free(k->faults);
	k->faults = NULL;
	err_set(&e, ERR_PROTO, "not a whole request");
	v = msg_ctl_unpack(&m, f->body) < 0 ? NULL : serve(k, &m, &e);
	if (v != NULL)
		reply(ch, f->id, true, v);
	else
		reply(ch, f->id, false, ctl_error_json(ctl_code_of(&e),
		    k->faults != NULL ? k->faults : e.text));
	/* behind the answer, so that front sends it before it stops */
	if (v != NULL && strcmp(m.verb, "server.stop") == 0)
		keeper_stop(k);
	if (k->generation != generation)
		mem_give_back();	/* a long list lay there in trees */
}
