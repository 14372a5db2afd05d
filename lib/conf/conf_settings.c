/*
 * conf_settings.c - settings.json: what pop3ctl changed and keeps
 *
 * Written by one process only, as a whole, after the result was checked as a
 * load would check it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_source.h"
#include "lib/conf/conf_value.h"

#define SETTINGS_MODE	0644	/* a secret is never a value */
#define SETTINGS_MAX	(64u << 20)	/* a million ranges fit */
#define PATH_OCTETS	4096

struct settings {
	const char *file;	/* the administrator's */
	char *dir;
	int fd;			/* of dir */
	json_t *kept;
	bool damaged;		/* and set aside */
};

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_TEMP, "no memory for the settings");
}

static int
first_fault(const struct conf_faults *f, struct err *e)
{
	if (f->n == 0)
		return no_memory(e);
	if (f->n == 1)
		return err_set(e, ERR_CONFIG, "%s", f->text[0]);
	return err_set(e, ERR_CONFIG, "%.330s (and %zu more)", f->text[0],
	    f->n - 1);
}

/* Nothing that was said is thrown away: whoever repairs it finds it there. */
static int
set_aside(struct settings *s, const char *why, struct err *e)
{
	char to[80], date[24] = "";
	time_t now = time(NULL);
	struct tm tm;
	int i, status = -1;

	if (gmtime_r(&now, &tm) != NULL)
		strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
	for (i = 0; status < 0 && i < 100; i++) {
		snprintf(to, sizeof(to), CONF_SETTINGS ".damaged-%s%s%.0d",
		    date, i > 0 ? "-" : "", i);
		status = path_rename(s->fd, CONF_SETTINGS, s->fd, to, false,
		    e);
	}
	if (status < 0)
		return -1;
	s->damaged = true;
	return err_set(e, ERR_CONFIG, "%.120s/" CONF_SETTINGS " was damaged "
	    "(%.100s) and is now %s; what it kept must be set again, or the "
	    "file repaired and moved back", s->dir, why, to);
}

static int
read_kept(struct settings *s, struct err *e)
{
	char path[PATH_OCTETS], *text;
	struct err why;
	size_t n;

	if (path_join(path, sizeof(path), s->dir, CONF_SETTINGS) < 0)
		return err_set(e, ERR_CONFIG, "state_dir: too long");
	if (path_read(path, SETTINGS_MAX, &text, &n, &why) < 0) {
		if (why.class != ERR_NOTFOUND) {
			*e = why;
			return -1;
		}
		s->kept = json_object();
		return s->kept == NULL ? no_memory(e) : 0;
	}
	s->kept = json_read(text, n, &why);
	free(text);
	if (s->kept == NULL && why.class == ERR_TEMP)
		return no_memory(e);
	if (s->kept == NULL)
		return set_aside(s, why.text, e);
	if (!json_is_object(s->kept))
		return set_aside(s, "not a JSON object", e);
	return 0;
}

static void
settings_close(struct settings *s)
{
	free(s->dir);
	json_decref(s->kept);
	if (s->fd >= 0)
		(void)close(s->fd);
}

/* The state directory, as the administrator's files name it. */
static int
settings_dir(struct settings *s, struct err *e)
{
	struct conf_faults f = { NULL, 0 };

	s->dir = conf_load_state_dir(s->file, &f);
	if (s->dir == NULL)
		first_fault(&f, e);
	conf_faults_free(&f);
	if (s->dir == NULL)
		return -1;
	s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd >= 0)
		return 0;
	path_fail("cannot open", s->dir, e);
	e->class = ERR_TEMP;	/* of whatever kind: no key is what was wrong */
	return -1;
}

static int
settings_open(struct settings *s, const char *file, struct err *e)
{
	*s = (struct settings){ .file = file, .fd = -1 };
	if (settings_dir(s, e) == 0 && read_kept(s, e) == 0)
		return 0;
	settings_close(s);
	return -1;
}

static int
settings_write(const struct settings *s, const json_t *kept, struct err *e)
{
	char *text = json_dumps(kept, JSON_INDENT(2));
	char *lines = NULL;
	int n = text == NULL ? -1 : asprintf(&lines, "%s\n", text);
	int status;

	free(text);
	if (n < 0)
		return no_memory(e);
	status = path_replace(s->fd, CONF_SETTINGS,
	    span_mem(lines, (size_t)n), SETTINGS_MODE, true, e);
	free(lines);
	return status;
}

/* value as the row's type wants it; new. */
static json_t *
typed(const struct conf_row *r, const json_t *value)
{
	json_t *v;
	char *text;

	if (json_is_string(value))
		return conf_value_text(r, json_string_value(value));
	if (!json_is_number(value) && !json_is_boolean(value))
		return json_deep_copy(value);
	/* 1.3 of a version, 42 of a host: their text was meant */
	text = json_dumps(value, JSON_ENCODE_ANY);
	v = text == NULL ? NULL : conf_value_text(r, text);
	free(text);
	return v;
}

int
conf_put(json_t *changes, const char *key, const json_t *value,
    struct err *e)
{
	char name[CONF_NAME_MAX + 1];
	const struct conf_row *r = conf_key_row(key, name);
	struct err why;
	json_t *v;

	if (r == NULL)
		return conf_no_key(key, e);
	if ((r->when & CONF_FILE_ONLY) != 0)
		return err_set(e, ERR_CONFIG, "%s: can be set in the "
		    "configuration file only", key);
	v = typed(r, value);
	if (v == NULL)
		return no_memory(e);
	if (r->type != CONF_T_LIST && conf_value_check(r, v, &why) < 0) {
		json_decref(v);
		return err_set(e, why.class, "%s: %.300s", key, why.text);
	}
	return conf_key_set(changes, key, v) < 0 ? no_memory(e) : 0;
}

static bool
is_key(const char *key)
{
	char name[CONF_NAME_MAX + 1];

	return conf_key_row(key, name) != NULL;
}

int
conf_take(json_t *changes, const char *key, struct err *e)
{
	if (conf_key_del(changes, key) == 0)
		return 0;
	if (!is_key(key))
		return conf_no_key(key, e);
	return err_set(e, ERR_NOTFOUND, "%s: not set by pop3ctl; config show "
	    "--origin tells where it comes from", key);
}

json_t *
conf_kept(const char *file, struct err *e)
{
	struct settings s;
	json_t *kept;

	if (settings_open(&s, file, e) < 0)
		return NULL;
	kept = json_incref(s.kept);
	settings_close(&s);
	return kept;
}

int
conf_keep(const char *file, const json_t *kept, struct err *e)
{
	struct settings s = { .file = file, .fd = -1 };
	int status = -1;

	if (settings_dir(&s, e) == 0)
		status = settings_write(&s, kept, e);
	settings_close(&s);
	return status;
}

size_t
conf_kept_faults(const char *file, const json_t *kept)
{
	struct conf_faults f = { NULL, 0 };
	struct conf *c = conf_load_layers(file, kept, NULL, NULL, &f);
	size_t n = f.n;

	conf_free(&c);
	conf_faults_free(&f);
	return n;
}

int
conf_mend(const char *file, struct err *e)
{
	struct settings s = { .file = file, .fd = -1 };
	struct err other;
	bool mended = false;

	if (settings_dir(&s, &other) == 0 &&
	    flock(s.fd, LOCK_EX | LOCK_NB) == 0 && read_kept(&s, e) < 0)
		mended = s.damaged;
	settings_close(&s);
	return mended ? 1 : 0;
}

json_t *
conf_kept_in(const struct conf_source *src)
{
	json_t *kept = json_object(), *v;
	const char *key;

	json_object_foreach(src->values, key, v)
		if (strcmp(conf_origin(src, key), CONF_SETTINGS) == 0 &&
		    conf_key_set(kept, key, json_incref(v)) < 0) {
			json_decref(kept);
			return NULL;
		}
	return kept;
}
