/*
 * reload.c - from one configuration to the next, or not at all
 *
 * Everything that can fail is done before anything changes: loading, reading
 * certificates, binding sockets, packing.
 *
 * Runs in: keeper.  Trusts: the administrator's files as far as lib/conf found
 * them right.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/conf/conf_row.h"
#include "lib/net/notify.h"

#include "pop3srvd/keeper/access.h"
#include "pop3srvd/keeper/reload.h"
#include "pop3srvd/keeper/setup.h"

#define FAULTS_MAX	16384

/* A configuration on its way: all of it or nothing. */
struct next {
	struct conf *conf;
	struct conf_source *source;
	struct cert_set *certs;
	struct sockets *sockets;
	struct keys_apop apop;
	int passwords;
	int conf_fd;
	int access_fd;
	json_t *changes;
	const json_t *settings;	/* instead of settings.json's, or NULL */
};

static void
drop_next(struct next *n)
{
	conf_free(&n->conf);
	conf_source_free(&n->source);
	cert_set_free(&n->certs);
	sockets_drop(&n->sockets);
	if (n->passwords >= 0)
		(void)close(n->passwords);
	if (n->conf_fd >= 0)
		(void)close(n->conf_fd);
	if (n->access_fd >= 0)
		(void)close(n->access_fd);
	json_decref(n->changes);
	mem_wipe(&n->apop, sizeof(n->apop));
}

/* All of them for the administrator, the first one for *e. */
static void
keep_faults(struct keeper *k, const struct conf_faults *f, struct err *e)
{
	struct buf b;
	char *at;
	size_t i;

	err_set(e, ERR_CONFIG, "%.380s", f->n > 0 ? f->text[0] : "no memory");
	buf_init(&b, FAULTS_MAX);
	for (i = 0; i < f->n; i++)
		if (buf_printf(&b, "%s%s", i > 0 ? "\n" : "", f->text[i]) < 0)
			break;
	k->faults = span_dup(buf_span(&b));
	buf_free(&b);
	for (at = k->faults; at != NULL && *at != '\0'; at++)
		if ((unsigned char)*at > '~')	/* a file's name, say */
			*at = '?';
}

static size_t
row_size(enum conf_type type)
{
	switch (type) {
	case CONF_T_STRING:
	case CONF_T_WORD:
	case CONF_T_PATH:
		return sizeof(char *);
	case CONF_T_NUMBER:
		return sizeof(int64_t);
	case CONF_T_STRINGS:
		return sizeof(struct conf_strings);
	default:
		return 0;
	}
}

static void
swap(char *a, char *b, size_t n)
{
	char t;

	for (; n > 0; n--, a++, b++) {
		t = *a;
		*a = *b;
		*b = t;
	}
}

/*
 * A child that is started again tomorrow must find the folders and users of
 * today: what needs a restart stays as it is until there is one.
 */
static void
keep_until_restart(const struct conf *old, struct conf *new)
{
	struct conf *copy = NULL;
	const struct conf_row *r;
	struct buf b;
	size_t i;

	buf_init(&b, 64u << 20);
	if (keeper_pack_bare(old, &b) == 0)
		copy = conf_unpack(buf_data(&b), buf_len(&b), NULL);
	buf_free(&b);
	for (i = 0; copy != NULL && i < conf_root_set.n; i++) {
		r = &conf_root_set.rows[i];
		if ((r->when & CONF_RESTART) != 0)
			swap((char *)copy + r->offset, (char *)new + r->offset,
			    row_size(r->type));
	}
	conf_free(&copy);
}

static int
load(struct keeper *k, const json_t *runtime, struct next *n, struct err *e)
{
	struct conf_faults f = { NULL, 0 };

	n->conf = conf_load_layers(k->file, n->settings, runtime,
	    &n->source, &f);
	if (n->conf == NULL)
		keep_faults(k, &f, e);
	conf_faults_free(&f);
	if (n->conf == NULL)
		return -1;
	json_decref(k->notes);
	k->notes = json_deep_copy(conf_notes(n->source));
	n->changes = conf_diff(k->source, n->source);
	keep_until_restart(k->conf, n->conf);
	if (n->changes == NULL || keeper_adapt(k, n->conf) < 0)
		return err_set(e, ERR_TEMP, "out of memory");
	return 0;
}

static int
prepare(struct keeper *k, const json_t *runtime, bool dry_run, struct next *n,
    struct err *e)
{
	if (load(k, runtime, n, e) < 0 ||
	    (n->certs = cert_set_load(n->conf, e)) == NULL)
		return -1;
	n->sockets = sockets_plan(k->sockets, n->conf, e);
	if (n->sockets == NULL)
		return -1;
	keys_apop_read(&n->apop, n->conf, !dry_run);
	n->passwords = keys_passwords(n->conf, e);
	if (n->passwords < 0)
		return -1;
	n->conf_fd = keeper_pack_conf(n->conf, e);
	if (n->conf_fd < 0 || listfiles_need(k->lists, n->conf, e) < 0)
		return -1;
	n->access_fd = access_make(n->conf, n->source, k->lists, e);
	return n->access_fd < 0 ? -1 : 0;
}

/* Before the configuration: auth has the key when front offers APOP. */
static void
take_apop_key(struct keeper *k, const struct keys_apop *apop)
{
	static const struct span none = { NULL, 0 };
	bool same = k->keys.apop.there == apop->there &&
	    digest_same(k->keys.apop.key, apop->key, sizeof(apop->key));

	k->keys.apop = *apop;
	keeper_log_apop(k);
	if (!same)
		children_tell_role(k->children, ROLE_AUTH, MSG_SECRET,
		    SECRET_APOP, apop->there ? span_mem(apop->key,
		    sizeof(apop->key)) : none);
}

/* Likewise before it; relay uses them from then on. */
static void
take_passwords(struct keeper *k, int passwords)
{
	struct channel *relay = children_relay(k->children);

	(void)close(k->keys.passwords);
	k->keys.passwords = passwords;
	if (relay != NULL)
		keys_send_passwords(&k->keys, relay);
}

static void
take_over(struct keeper *k, struct next *n)
{
	struct channel *front = children_front(k->children);
	struct conf *old = k->conf;
	struct err e;

	conf_source_free(&k->source);
	(void)close(k->conf_fd);
	k->conf = n->conf;
	k->source = n->source;
	k->conf_fd = n->conf_fd;
	(void)close(k->access_fd);
	k->access_fd = n->access_fd;
	k->generation++;
	children_conf(k->children, k->conf);
	setup_logs(k->conf);
	take_apop_key(k, &n->apop);
	take_passwords(k, n->passwords);
	if (control_conf(k->control, k->conf, &e) < 0)
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "control socket lost", &e);
	keeper_send_conf(k, NULL, false);
	listfiles_take(k->lists, k->conf);
	certs_watch_take(k->certs, n->certs);
	if (front != NULL) {
		keeper_send_access(k, front);
		certs_watch_send(k->certs, front);
		sockets_send(n->sockets, k->sockets, front);
	}
	sockets_take(&k->sockets, n->sockets);
	conf_free(&old);
	n->conf = NULL;
	n->source = NULL;
	n->certs = NULL;
	n->sockets = NULL;
	n->passwords = n->conf_fd = n->access_fd = -1;
}

static void
log_change(struct keeper *k, const json_t *change)
{
	char *from = json_dumps(json_object_get(change, "from"),
	    JSON_COMPACT | JSON_ENCODE_ANY);
	char *to = json_dumps(json_object_get(change, "to"),
	    JSON_COMPACT | JSON_ENCODE_ANY);
	const char *key = json_string_value(json_object_get(change, "key"));
	const char *needs = json_string_value(json_object_get(change,
	    "needs"));
	const struct log_field fields[] = {
		LOG_STR("key", key != NULL ? key : "?"),
		LOG_STR("from", from != NULL ? from : ""),
		LOG_STR("to", to != NULL ? to : ""),
		LOG_STR("needs", needs != NULL ? needs : ""),
		{ NULL }
	};

	log_event(k->log, LOG_LEVEL_INFO, NULL, "configuration changed",
	    fields);
	free(from);
	free(to);
}

static void
log_taken(struct keeper *k, const json_t *changes)
{
	const struct log_field fields[] = {
		LOG_NUM("generation", k->generation),
		LOG_NUM("changes", json_array_size(changes)),
		{ NULL }
	};
	size_t i;

	for (i = 0; i < json_array_size(changes); i++)
		log_change(k, json_array_get(changes, i));
	log_event(k->log, LOG_LEVEL_INFO, NULL, "configuration reloaded",
	    fields);
}

static bool
is_in(const json_t *list, const json_t *v)
{
	const json_t *other;
	size_t i;

	json_array_foreach(list, i, other)
		if (json_equal(v, other))
			return true;
	return false;
}

/* Each once, until an ordered reload forgets that it was. */
void
reload_log_notes(struct keeper *k)
{
	const json_t *notes = conf_notes(k->source), *note;
	size_t i;

	json_array_foreach(notes, i, note) {
		if (is_in(k->told, note))
			continue;
		log_event(k->log, LOG_LEVEL_WARNING, NULL,
		    "configuration warning", (const struct log_field[]){
		    LOG_STR("key", json_str(note, "key", "", NULL)),
		    LOG_STR("origin", json_str(note, "origin", "", NULL)),
		    LOG_STR("error", json_str(note, "text", "", NULL)),
		    { NULL } });
	}
	json_decref(k->told);
	k->told = json_deep_copy(notes);
}

static void
begin(struct keeper *k)
{
	free(k->faults);
	k->faults = NULL;
}

static int
end(struct keeper *k, struct next *n, int status, const struct err *e)
{
	if (status < 0 && k->faults == NULL)
		k->faults = mem_strdup(e->text);
	listfiles_take(k->lists, k->conf);	/* forget what was tried */
	drop_next(n);
	return status;
}

int
reload_try(struct keeper *k, const json_t *settings, const json_t *runtime,
    struct err *e)
{
	struct next n = { .passwords = -1, .conf_fd = -1, .access_fd = -1,
		.settings = settings };

	begin(k);
	return end(k, &n, prepare(k, runtime, true, &n, e), e);
}

int
reload_run(struct keeper *k, json_t *runtime, bool dry_run,
    json_t **changes_r, struct err *e)
{
	struct next n = { .passwords = -1, .conf_fd = -1, .access_fd = -1 };
	int r;

	begin(k);
	r = prepare(k, runtime, dry_run, &n, e);
	if (r == 0 && !dry_run) {
		take_over(k, &n);
		log_taken(k, n.changes);
		reload_log_notes(k);
	}
	if (r == 0 && changes_r != NULL)
		*changes_r = json_incref(n.changes);
	return end(k, &n, r, e);
}

static void
remember(struct keeper *k, bool ok)
{
	free(k->last.text);
	k->last.text = ok ? NULL : mem_strdup(k->faults);
	k->last.ok = ok;
	k->last.wall = loop_time(k->loop)->wall;
}

static uint64_t
count_lines(const char *text)
{
	uint64_t n = 1;

	for (; text != NULL && *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
log_refused(struct keeper *k, const struct err *e)
{
	const struct log_field fields[] = {
		LOG_NUM("faults", count_lines(k->faults)),
		LOG_STR("error", e->text),
		{ NULL }
	};

	log_event(k->log, LOG_LEVEL_ERROR, NULL, "configuration refused",
	    fields);
}

int
reload_ordered(struct keeper *k, json_t **changes_r, struct err *e)
{
	int r;

	notify_send("RELOADING=1");
	json_array_clear(k->told);
	certs_watch_look(k->certs);
	listfiles_look(k->lists);
	r = reload_run(k, NULL, false, changes_r, e);
	remember(k, r == 0);
	if (r == 0)
		json_object_clear(k->runtime);
	else
		log_refused(k, e);
	notify_send("READY=1");
	return r;
}
