/*
 * ctl_session.c - verbs "session.list", "session.show", "session.kill"
 *
 * Runs in: front.
 * Trusts: nothing in the arguments.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"

#include "lib/ctl/ctl.h"

#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define PAGE_DEFAULT	200
#define PAGE_MAX	1000
#define PAGE_OCTETS	56000		/* of the line that a page becomes */

static const char *
tls_text(const struct session *s)
{
	if (s->conn != NULL && conn_tls(s->conn))
		return conn_tls_version(s->conn);
	return "";
}

json_t *
ctl_session_row(const struct session *s)
{
	char id[SESSION_ID], peer[ADDR_TEXT];
	int64_t wall = loop_time(s->srv->loop)->wall -
	    (session_now(s) - s->since);
	uint32_t n = s->list == NULL ? 0 : s->list->list.count;

	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:I}",
	    "id", session_id(s, id), "listener", s->vs->name,
	    "peer", addr_text(&s->peer, peer), "state", session_state(s),
	    "user", s->account != NULL ? s->account : "",
	    "since", (json_int_t)(wall / 1000),
	    "idle", (json_int_t)(session_idle_ms(s) / 1000),
	    "tls", tls_text(s), "messages", (json_int_t)n,
	    "octets_in", (json_int_t)s->octets_in,
	    "octets_out", (json_int_t)s->octets_out);
}

static int
by_number(const void *va, const void *vb)
{
	const struct session *a = *(const struct session *const *)va;
	const struct session *b = *(const struct session *const *)vb;

	return (a->number > b->number) - (a->number < b->number);
}

/* All behind "after", in order, *n_r of them: a number never comes twice, so
 * who begins or ends between two pages changes nothing for the others.  The
 * caller frees. */
static const struct session **
sorted(const struct sessions *reg, uint64_t after, size_t *n_r)
{
	size_t max = sessions_count(reg, SESSIONS_WAITING) +
	    sessions_count(reg, SESSIONS_LOGGED_IN);
	const struct session **at = calloc(max + 1, sizeof(*at)), *s;
	int i;

	*n_r = 0;
	if (at == NULL)
		return NULL;
	for (i = 0; i < SESSIONS_LISTS; i++)
		for (s = sessions_first(reg, (enum sessions_list)i);
		    s != NULL; s = s->next)
			if (s->number > after)
				at[(*n_r)++] = s;
	qsort(at, *n_r, sizeof(*at), by_number);
	return at;
}

static json_t *
page(const struct session **at, size_t n, size_t limit)
{
	json_t *list = json_array(), *v = NULL, *result;
	size_t i, octets = 0;

	for (i = 0; i < n && i < limit && octets < PAGE_OCTETS; i++) {
		v = ctl_session_row(at[i]);
		octets += v == NULL ? 0 : json_dumpb(v, NULL, 0, JSON_COMPACT);
		json_array_append_new(list, v);
	}
	result = json_pack("{s:O}", "sessions", list);
	if (i < n)
		json_object_set(result, "next", json_object_get(v, "id"));
	json_decref(list);
	return result;
}

json_t *
ctl_session_list(struct server *srv, const json_t *args, struct err *e)
{
	const char *after;
	const struct session **at;
	int64_t limit;
	json_t *result;
	size_t n;

	if (json_only(args, "after limit", e) < 0 ||
	    (after = json_str(args, "after", "0", e)) == NULL ||
	    json_int(args, "limit", PAGE_DEFAULT, &limit, e) < 0)
		return NULL;
	if (limit < 1 || limit > PAGE_MAX) {
		err_set(e, ERR_CONFIG, "limit: 1 to %d", PAGE_MAX);
		return NULL;
	}
	at = sorted(srv->sessions, strtoull(after, NULL, 16), &n);
	result = at == NULL ? NULL : page(at, n, (size_t)limit);
	free(at);
	if (result == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return result;
}

static void
put_num(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static void
put_text(json_t *o, const char *key, const char *v)
{
	json_object_set_new(o, key, json_string(v == NULL ? "" : v));
}

static void
details(json_t *o, const struct session *s)
{
	put_text(o, "mechanism", s->mech);
	if (s->conn != NULL && conn_tls(s->conn))
		put_text(o, "cipher", conn_tls_cipher(s->conn));
	if (!s->begun)
		return;
	s->engine->details(s, o);
	put_num(o, "memory", sizeof(*s) + s->engine->memory(s) +
	    (s->conn != NULL ? conn_memory(s->conn) : 0) +
	    (s->list != NULL && !s->list->mapped ? s->list->list.len : 0));
}

json_t *
ctl_session_show(struct server *srv, const json_t *args, struct err *e)
{
	const struct session *s;
	const char *id;
	json_t *o;

	if (json_only(args, "id", e) < 0 ||
	    (id = json_str(args, "id", NULL, e)) == NULL)
		return NULL;
	s = sessions_named(srv->sessions, id);
	if (s == NULL) {
		err_set(e, ERR_NOTFOUND, "no such session: %.40s", id);
		return NULL;
	}
	o = ctl_session_row(s);
	if (o == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	else
		details(o, s);
	return o;
}

static void
kill_one(struct server *srv, json_t *id, json_t *killed, json_t *unknown)
{
	struct session *s = sessions_named(srv->sessions,
	    json_string_value(id));

	json_array_append(s == NULL ? unknown : killed, id);
	if (s != NULL)
		session_abort(s, "[SYS/TEMP] ended by the operator",
		    "killed");
}

json_t *
ctl_session_kill(struct server *srv, const json_t *args, struct err *e)
{
	json_t *ids = json_object_get(args, "ids"), *id;
	json_t *killed, *unknown;
	size_t i;

	if (json_only(args, "ids", e) < 0)
		return NULL;
	if (!json_is_array(ids) || json_array_size(ids) == 0) {
		err_set(e, ERR_CONFIG, "ids: a list of session ids");
		return NULL;
	}
	json_array_foreach(ids, i, id)
		if (!json_is_string(id)) {
			err_set(e, ERR_CONFIG, "ids: each is text");
			return NULL;
		}
	killed = json_array();
	unknown = json_array();
	json_array_foreach(ids, i, id)
		kill_one(srv, id, killed, unknown);
	if (json_array_size(killed) > 0)
		return json_pack("{s:o, s:o}", "killed", killed, "unknown",
		    unknown);
	json_decref(killed);
	json_decref(unknown);
	err_set(e, ERR_NOTFOUND, "no such session: %.40s",
	    json_string_value(json_array_get(ids, 0)));
	return NULL;
}
