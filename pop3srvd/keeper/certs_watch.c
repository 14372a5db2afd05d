/*
 * certs_watch.c - certificates and keys that change under a running server
 *
 * The files' states are compared every few seconds: links (as ACME clients
 * leave them) and network file systems need no special care that way.
 *
 * Runs in: keeper.  Trusts: see cert_set.c.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/mem.h"
#include "pop3srvd/ipc/memfd.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/keeper/cert_set.h"

#define LOOK_MS		5000
#define DAY_MS		(INT64_C(24) * 3600 * 1000)
#define WARN_DAYS	14
#define PACK_MAX	(64u << 20)

struct certs_watch {
	struct loop *loop;
	struct log_out *log;
	void (*changed)(void *arg);
	void *arg;
	struct cert_set *set;
	struct timer look;
	struct timer day;
};

static const char *
name_of(const struct cert *c)
{
	return c->name == NULL ? "default" : c->name;
}

/* Negative when it is over. */
static int64_t
days_left(const struct certs_watch *w, const struct cert *c)
{
	int64_t left = c->not_after - loop_time(w->loop)->wall / 1000;

	return left >= 0 ? left / 86400 : -((86399 - left) / 86400);
}

static void
log_cert(const struct certs_watch *w, const struct cert *c,
    enum log_level level, const char *what)
{
	int64_t left = days_left(w, c);
	char when[CLOCK_TEXT];
	const struct log_field fields[] = {
		LOG_STR("name", name_of(c)),
		LOG_STR("file", c->chain_path),
		LOG_STR("not_after", clock_text(c->not_after * 1000, when)),
		LOG_NUM("days_left", left > 0 ? left : 0),
		{ NULL }
	};

	log_event(w->log, level, &(struct log_where){ .listener = c->listener },
	    what, fields);
}

static void
log_refused(const struct certs_watch *w, const struct cert *c,
    const struct err *e)
{
	const struct log_field fields[] = {
		LOG_STR("name", name_of(c)),
		LOG_STR("file", c->chain_path),
		LOG_STR("error", e->text),
		{ NULL }
	};

	log_event(w->log, LOG_LEVEL_WARNING,
	    &(struct log_where){ .listener = c->listener },
	    "certificate refused", fields);
}

static void
warn_of_end(const struct certs_watch *w, const struct cert *c)
{
	int64_t left = days_left(w, c);

	if (left < 0)
		log_cert(w, c, LOG_LEVEL_ERROR, "certificate expired");
	else if (left < WARN_DAYS)
		log_cert(w, c, LOG_LEVEL_WARNING, "certificate expires");
}

void
certs_watch_look(struct certs_watch *w)
{
	struct cert *c;
	bool any = false;
	struct err e;
	size_t i;

	for (i = 0; w->set != NULL && i < w->set->n; i++) {
		c = &w->set->at[i];
		if (!cert_changed(c))
			continue;
		if (cert_read(c, &e) < 0) {
			log_refused(w, c, &e);
			continue;
		}
		log_cert(w, c, LOG_LEVEL_INFO, "certificate loaded");
		warn_of_end(w, c);
		any = true;
	}
	if (any)
		w->changed(w->arg);
}

static void
look_due(struct loop *l, struct timer *t)
{
	struct certs_watch *w = LOOP_OWNER(t, struct certs_watch, look);

	(void)timer_after(l, t, LOOK_MS);
	certs_watch_look(w);
}

static void
day_due(struct loop *l, struct timer *t)
{
	struct certs_watch *w = LOOP_OWNER(t, struct certs_watch, day);
	size_t i;

	(void)timer_after(l, t, DAY_MS);
	for (i = 0; w->set != NULL && i < w->set->n; i++)
		warn_of_end(w, &w->set->at[i]);
}

struct certs_watch *
certs_watch_new(struct loop *l, struct log_out *log,
    void (*changed)(void *arg), void *arg)
{
	struct certs_watch *w = mem_new(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->loop = l;
	w->log = log;
	w->changed = changed;
	w->arg = arg;
	w->look.due = look_due;
	w->day.due = day_due;
	if (timer_after(l, &w->look, LOOK_MS) < 0 ||
	    timer_after(l, &w->day, DAY_MS) < 0)
		certs_watch_free(&w);
	return w;
}

void
certs_watch_free(struct certs_watch **w_p)
{
	struct certs_watch *w = *w_p;

	if (w == NULL)
		return;
	timer_stop(w->loop, &w->look);
	timer_stop(w->loop, &w->day);
	cert_set_free(&w->set);
	free(w);
	*w_p = NULL;
}

/* A reload that leaves a pair as it was is no event. */
static bool
had(const struct cert_set *s, const struct cert *c)
{
	const struct cert *o;
	size_t i;

	for (i = 0; s != NULL && i < s->n; i++) {
		o = &s->at[i];
		if (strcmp(o->listener, c->listener) == 0 &&
		    strcmp(name_of(o), name_of(c)) == 0 &&
		    o->chain_len == c->chain_len &&
		    memcmp(o->chain, c->chain, c->chain_len) == 0)
			return true;
	}
	return false;
}

void
certs_watch_take(struct certs_watch *w, struct cert_set *s)
{
	struct cert_set *old = w->set;
	size_t i;

	w->set = s;
	for (i = 0; i < s->n; i++) {
		if (had(old, &s->at[i]))
			continue;
		log_cert(w, &s->at[i], LOG_LEVEL_INFO, "certificate loaded");
		warn_of_end(w, &s->at[i]);
	}
	cert_set_free(&old);
}

void
certs_watch_send(const struct certs_watch *w, struct channel *front)
{
	struct buf b;
	struct err e;
	int fd = -1;

	buf_init(&b, PACK_MAX);
	if (cert_set_pack(w->set, &b) == 0)
		fd = memfd_write("pop3srvd-certs", buf_span(&b), &e);
	else
		err_set(&e, ERR_TEMP, "certificates: out of memory");
	buf_wipe(&b);
	if (fd < 0) {
		log_error(w->log, LOG_LEVEL_ERROR, NULL,
		    "certificates not sent", &e);
		return;
	}
	(void)channel_send(front, MSG_CERTS, 0, span_mem(NULL, 0), fd);
	(void)close(fd);
}

json_t *
certs_watch_status(const struct certs_watch *w)
{
	json_t *list = json_array();
	const struct cert *c;
	size_t i;

	for (i = 0; w->set != NULL && i < w->set->n; i++) {
		c = &w->set->at[i];
		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}",
		    "listener", c->listener, "name", name_of(c),
		    "not_after", (json_int_t)c->not_after,
		    "days_left", (json_int_t)days_left(w, c)));
	}
	return list;
}
