/*
 * verbs.c - the control verbs that relay serves
 *
 * Runs in: relay.  Trusts: front for who may ask, nothing for what.
 */
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/relay/verbs.h"

#define LIST_LIMIT	1000
#define LIST_OCTETS	57344		/* of a reply; a frame has 64 KiB */

struct ask {
	struct queue *q;
	struct spool *s;
	const json_t *args;
	struct err *e;
};

static json_t *
checked(json_t *v, struct err *e)
{
	if (v == NULL)
		err_set(e, ERR_TEMP, "no memory for the reply");
	return v;
}

static const char *
last_answer(const struct envelope *v)
{
	size_t i;

	for (i = 0; i < v->n_rcpts; i++)
		if (v->rcpts[i].state != RCPT_DONE &&
		    v->rcpts[i].words != NULL)
			return v->rcpts[i].words;
	return "";
}

static json_t *
mail(const struct envelope *v, const char *state, int64_t wait, int64_t age)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:i, s:s, s:I, s:I,"
	    " s:s}", "id", v->id, "sender", v->sender, "account", v->account,
	    "octets", (json_int_t)v->octets,
	    "created", (json_int_t)(v->created / 1000),
	    "recipients", (int)(v->n_rcpts - envelope_count(v, RCPT_DONE)),
	    "attempts", (int)v->attempts, "state", state,
	    "next", (json_int_t)(wait / 1000),
	    "age", (json_int_t)(age / 1000), "answer", last_answer(v));
}

struct page {
	struct ask *a;
	json_t *rows;
	const char *after;
	int64_t limit;
	size_t octets;
	char last[ENVELOPE_ID + 1];
	bool more, failed;
};

static int
page_begin(struct page *p, struct ask *a)
{
	memset(p, 0, sizeof(*p));
	p->a = a;
	p->after = json_str(a->args, "after", "", a->e);
	if (p->after == NULL ||
	    json_int(a->args, "limit", LIST_LIMIT, &p->limit, a->e) < 0)
		return -1;
	if (p->limit < 1 || p->limit > LIST_LIMIT)
		return err_set(a->e, ERR_CONFIG, "limit: 1 to %d",
		    LIST_LIMIT);
	p->rows = json_array();
	return checked(p->rows, a->e) == NULL ? -1 : 0;
}

/* row is stolen.  False: this page is full. */
static bool
page_add(struct page *p, const char *id, json_t *row)
{
	size_t n = row == NULL ? 0 : json_dumpb(row, NULL, 0, JSON_COMPACT);

	p->failed = p->failed || row == NULL;
	if (p->failed || (int64_t)json_array_size(p->rows) >= p->limit ||
	    p->octets + n + 1 > LIST_OCTETS) {
		p->more = true;
		json_decref(row);
		return false;
	}
	p->octets += n + 1;
	memcpy(p->last, id, sizeof(p->last));
	p->failed = json_array_append_new(p->rows, row) < 0;
	return !p->failed;
}

static json_t *
page_end(struct page *p)
{
	json_t *v = p->failed ? NULL :
	    json_pack("{s:O}", "messages", p->rows);

	json_decref(p->rows);
	if (v != NULL && p->more &&
	    json_object_set_new(v, "next", json_string(p->last)) < 0) {
		json_decref(v);
		v = NULL;
	}
	return checked(v, p->a->e);
}

static json_t *
queue_list(struct ask *a)
{
	struct queue_view v;
	struct page p;
	const char *at;

	if (page_begin(&p, a) < 0)
		return NULL;
	for (at = p.after; queue_next(a->q, at, &v); at = v.v->id)
		if (!page_add(&p, v.v->id, mail(v.v, v.active ? "active" :
		    "waits", v.wait, v.age)))
			break;
	return page_end(&p);
}

/* What is damaged has no envelope to tell of. */
static json_t *
bad_row(struct ask *a, const char *id)
{
	struct envelope *v = spool_bad(a->s, id, NULL);
	json_t *row;

	if (v == NULL)
		v = envelope_new(id);
	else {
		row = mail(v, "bad", 0, v->age);
		envelope_free(&v);
		return row;
	}
	row = v == NULL ? NULL : mail(v, "damaged", 0, 0);
	envelope_free(&v);
	return row;
}

static void
add_bad(const char *id, void *arg)
{
	struct page *p = arg;

	if (strcmp(id, p->after) > 0 && !p->more)
		(void)page_add(p, id, bad_row(p->a, id));
}

static json_t *
bad_list(struct ask *a)
{
	struct page p;

	if (page_begin(&p, a) < 0)
		return NULL;
	if (spool_each_bad(a->s, add_bad, &p, a->e) < 0) {
		json_decref(p.rows);
		return NULL;
	}
	return page_end(&p);
}

static const char *
state_name(const struct queue_view *v, const struct rcpt *to)
{
	static const char *const names[] = {
		[RCPT_WAITS] = "waits",
		[RCPT_FAILED] = "failed",
		[RCPT_DONE] = "done"
	};

	return v->active && to->state == RCPT_WAITS && to->tried ? "active" :
	    names[to->state];
}

static json_t *
queue_show(struct ask *a)
{
	const char *id = json_str(a->args, "id", NULL, a->e);
	json_t *row, *to = json_array();
	struct queue_view v;
	size_t i, n = 0;

	if (id == NULL || !queue_look(a->q, id, &v)) {
		json_decref(to);
		if (id != NULL)
			err_set(a->e, ERR_NOTFOUND, "%.20s is not in the "
			    "queue", id);
		return NULL;
	}
	row = mail(v.v, v.active ? "active" : "waits", v.wait, v.age);
	for (i = 0; i < v.v->n_rcpts && n < LIST_OCTETS; i++) {
		const struct rcpt *r = &v.v->rcpts[i];
		json_t *one = json_pack("{s:s, s:s, s:s}", "address",
		    r->address, "state", state_name(&v, r), "answer",
		    r->words == NULL ? "" : r->words);

		n += json_dumpb(one, NULL, 0, JSON_COMPACT) + 1;
		if (n < LIST_OCTETS)
			(void)json_array_append(to, one);
		json_decref(one);
	}
	if (row == NULL ||
	    json_object_set_new(row, "session",
	    json_string(v.v->session)) < 0 ||
	    json_object_set_new(row, "peer", json_string(v.v->peer)) < 0 ||
	    json_object_set(row, "recipients", to) < 0) {
		json_decref(row);
		row = NULL;
	}
	json_decref(to);
	return checked(row, a->e);
}

/* What a fault in the middle of a list leaves behind must be known. */
static void
name_done(struct err *e, const char *done_name, const json_t *done)
{
	struct err why = *e;
	size_t n = json_array_size(done);

	if (n > 0)
		err_set(e, why.class, "%.300s (%s before it: %zu, the last of "
		    "them %.20s)", why.text, done_name, n,
		    json_string_value(json_array_get(done, n - 1)));
}

/* One id's turn: 0, or -1 with *e; ERR_NOTFOUND goes on. */
typedef int id_fn(struct ask *a, const char *id, struct err *e);

static json_t *
each_id(struct ask *a, const char *done_name, id_fn *fn)
{
	json_t *ids = json_object_get(a->args, "ids"), *id;
	json_t *done = json_array(), *unknown = json_array();
	struct err e = { .class = ERR_NONE };
	size_t i;

	if (!json_is_array(ids) || json_array_size(ids) == 0)
		err_set(&e, ERR_CONFIG, "ids: a list of queue ids");
	json_array_foreach(ids, i, id) {
		const char *text = json_string_value(id);
		int r = text == NULL || !envelope_id_ok(text) ?
		    err_set(&e, ERR_NOTFOUND, "no such id") :
		    fn(a, text, &e);

		if (r < 0 && e.class != ERR_NOTFOUND)
			break;
		(void)json_array_append(r == 0 ? done : unknown, id);
		err_clear(&e);
	}
	if (e.class == ERR_NONE && json_array_size(done) == 0)
		err_set(&e, ERR_NOTFOUND, "no such id");
	if (e.class != ERR_NONE) {
		name_done(&e, done_name, done);
		*a->e = e;
		json_decref(done);
		json_decref(unknown);
		return NULL;
	}
	return checked(json_pack("{s:o, s:o}", done_name, done, "unknown",
	    unknown), a->e);
}

static int
retry_one(struct ask *a, const char *id, struct err *e)
{
	return queue_retry(a->q, id) ? 0 :
	    err_set(e, ERR_NOTFOUND, "%s is not in the queue", id);
}

static int
remove_one(struct ask *a, const char *id, struct err *e)
{
	return queue_remove(a->q, id, e);
}

static int
revive_one(struct ask *a, const char *id, struct err *e)
{
	return queue_revive(a->q, id, e);
}

static int
drop_one(struct ask *a, const char *id, struct err *e)
{
	return queue_drop_bad(a->q, id, e);
}

static json_t *
retry_all(struct ask *a)
{
	json_t *done = json_array();
	struct queue_view v;
	const char *at;

	for (at = ""; queue_next(a->q, at, &v); at = v.v->id) {
		(void)queue_retry(a->q, v.v->id);
		if (json_array_size(done) < LIST_LIMIT)
			(void)json_array_append_new(done,
			    json_string(v.v->id));
	}
	return checked(json_pack("{s:o, s:[]}", "retried", done, "unknown"),
	    a->e);
}

static json_t *
queue_retry_verb(struct ask *a)
{
	return json_object_get(a->args, "ids") == NULL ? retry_all(a) :
	    each_id(a, "retried", retry_one);
}

static json_t *
queue_remove_verb(struct ask *a)
{
	return each_id(a, "removed", remove_one);
}

static json_t *
bad_retry(struct ask *a)
{
	return each_id(a, "retried", revive_one);
}

static json_t *
bad_remove(struct ask *a)
{
	return each_id(a, "removed", drop_one);
}

static const struct {
	const char *verb;
	const char *args;
	json_t *(*serve)(struct ask *a);
} verbs[] = {
	{ "queue.list", "after limit", queue_list },
	{ "queue.show", "id", queue_show },
	{ "queue.retry", "ids", queue_retry_verb },
	{ "queue.remove", "ids", queue_remove_verb },
	{ "queue.badmail.list", "after limit", bad_list },
	{ "queue.badmail.retry", "ids", bad_retry },
	{ "queue.badmail.remove", "ids", bad_remove }
};

json_t *
verbs_serve(struct queue *q, struct spool *s, const char *verb,
    const json_t *args, struct err *e)
{
	struct ask a = { q, s, args, e };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return json_only(args, verbs[i].args, e) < 0 ? NULL :
			    verbs[i].serve(&a);
	err_set(e, ERR_CONFIG, "%.40s: not served here", verb);
	return NULL;
}
