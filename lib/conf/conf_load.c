/*
 * conf_load.c - from files to a struct conf
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/conf/conf_source.h"

#define PATH_OCTETS	4096

void
conf_source_free(struct conf_source **s_p)
{
	struct conf_source *s = *s_p;

	if (s == NULL)
		return;
	free(s->file);
	json_decref(s->values);
	json_decref(s->origins);
	json_decref(s->effective);
	json_decref(s->notes);
	free(s);
	*s_p = NULL;
}

static struct conf_source *
source_new(const char *file)
{
	struct conf_source *s = mem_new(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->file = mem_strdup(file);
	s->values = json_object();
	s->origins = json_object();
	s->notes = json_array();
	if (s->file == NULL || s->values == NULL || s->origins == NULL ||
	    s->notes == NULL)
		conf_source_free(&s);
	return s;
}

const char *
conf_origin(const struct conf_source *s, const char *key)
{
	json_t *v = json_object_get(s->origins, key);

	return v == NULL ? "default" : json_string_value(v);
}

const json_t *
conf_notes(const struct conf_source *s)
{
	return s->notes;
}

static void
read_layer(struct conf_source *s, const char *path, struct conf_faults *f)
{
	json_t *layer = conf_layer_read(path, NULL, f);

	if (layer != NULL)
		conf_layer(s, layer, path, false, f);
	json_decref(layer);
}

static int
is_piece(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > 5 &&
	    strcmp(d->d_name + n - 5, ".json") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* conf.d beside the main file; there need be none. */
static void
read_pieces(struct conf_source *s, struct conf_faults *f)
{
	const char *slash = strrchr(s->file, '/');
	char dir[PATH_OCTETS], path[PATH_OCTETS];
	struct dirent **list;
	int i, n;

	n = snprintf(dir, sizeof(dir), "%.*sconf.d",
	    slash == NULL ? 0 : (int)(slash + 1 - s->file), s->file);
	if (n < 0 || (size_t)n >= sizeof(dir))
		return;
	n = scandir(dir, &list, is_piece, by_name);
	if (n < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			conf_fault(f, "%s: %s", dir, strerror(errno));
		return;
	}
	for (i = 0; i < n; i++) {
		if (path_join(path, sizeof(path), dir, list[i]->d_name) < 0)
			conf_fault(f, "%s: name too long", list[i]->d_name);
		else
			read_layer(s, path, f);
		free(list[i]);
	}
	free(list);
}

/* The administrator's own changes, kept by conf_keep(). */
static void
read_settings(struct conf_source *s, struct conf_faults *f)
{
	char *dir = conf_fill_state_dir(s), path[PATH_OCTETS];
	json_t *layer;
	bool absent;

	if (dir == NULL) {
		conf_fault(f, "%s: no memory", s->file);
		return;
	}
	if (path_join(path, sizeof(path), dir, CONF_SETTINGS) < 0) {
		conf_fault(f, "%s: state_dir: too long", s->file);
	} else {
		layer = conf_layer_read(path, &absent, f);
		if (layer != NULL)
			conf_layer(s, layer, CONF_SETTINGS, true, f);
		json_decref(layer);
	}
	free(dir);
}

/* A copy, since a layer is rewritten while it is checked. */
static void
borrowed_layer(struct conf_source *s, const json_t *from,
    const char *origin, struct conf_faults *f)
{
	json_t *layer = json_deep_copy(from);

	if (layer == NULL)
		conf_fault(f, "%s: no memory", origin);
	else
		conf_layer(s, layer, origin, true, f);
	json_decref(layer);
}

static struct conf *
finish(struct conf_source *s, struct conf_faults *f)
{
	struct conf *c = mem_new(1, sizeof(*c));

	if (c == NULL || conf_fill(c, s) < 0) {
		conf_fault(f, "%s: no memory for the settings", s->file);
		conf_free(&c);
		return NULL;
	}
	conf_check(c, s, f->n > 0, f);
	if (f->n == 0) {
		s->effective = conf_effective(c);
		if (s->effective == NULL ||
		    conf_over_effective(s->effective, c, s) < 0)
			conf_fault(f, "%s: no memory", s->file);
	}
	if (f->n > 0)
		conf_free(&c);
	return c;
}

char *
conf_load_state_dir(const char *file, struct conf_faults *f)
{
	struct conf_source *s = source_new(file);
	char *dir = NULL;

	if (s != NULL) {
		read_layer(s, file, f);
		read_pieces(s, f);
	}
	if (s != NULL && f->n == 0)
		dir = conf_fill_state_dir(s);
	if (dir == NULL && f->n == 0)
		conf_fault(f, "%s: no memory", file);
	conf_source_free(&s);
	return dir;
}

struct conf *
conf_load_layers(const char *file, const json_t *settings,
    const json_t *runtime, struct conf_source **src_r,
    struct conf_faults *f)
{
	struct conf_source *s = source_new(file);
	struct conf *c;

	if (s == NULL) {
		conf_fault(f, "%s: no memory", file);
		return NULL;
	}
	read_layer(s, file, f);
	read_pieces(s, f);
	if (settings == NULL)
		read_settings(s, f);
	else
		borrowed_layer(s, settings, CONF_SETTINGS, f);
	if (runtime != NULL)
		borrowed_layer(s, runtime, CONF_RUNTIME, f);
	c = finish(s, f);
	if (c == NULL || src_r == NULL)
		conf_source_free(&s);
	if (src_r != NULL)
		*src_r = s;
	return c;
}

struct conf *
conf_load(const char *file, struct conf_source **src_r,
    struct conf_faults *f)
{
	return conf_load_layers(file, NULL, NULL, src_r, f);
}
