/*
 * conf_env.h - a folder with a certificate, a key and a state directory
 *
 * Files are written below it; "@" in a configuration text becomes its path.
 */
#ifndef CONF_ENV_H
#define CONF_ENV_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/conf/conf_load.h"

#include "t/unit/unit.h"

static char env_dir[64];
static char env_main[80];

#define TLS_OK	"\"tls\":{\"certificate\":\"@/cert\",\"key_file\":\"@/key\"}"
#define STATE	"\"state_dir\":\"@/state\""

static inline void
env_write(const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", env_dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (; *text != '\0'; text++) {
		if (*text == '@')
			fputs(env_dir, f);
		else
			fputc(*text, f);
	}
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* The file's text, or NULL when it is not there. */
static inline char *
env_read(const char *name)
{
	static char text[8192];
	char path[256];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", env_dir, name);
	f = fopen(path, "r");
	if (f == NULL)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

static inline void
env_mkdir(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", env_dir, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static inline void
env_setup(void)
{
	snprintf(env_dir, sizeof(env_dir), "/tmp/test_conf.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(env_dir));
	snprintf(env_main, sizeof(env_main), "%s/main.json", env_dir);
	env_mkdir("state");
	env_mkdir("conf.d");
	env_write("cert", "certificate", 0644);
	env_write("key", "key", 0600);
	env_write("main.json", "{" STATE "," TLS_OK "}", 0644);
}

static inline void
env_teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", env_dir);
	ck_assert_int_eq(system(command), 0);
}

/* Load what is there; faults become one text, a line each. */
static inline struct conf *
env_load(struct conf_source **src_r, char *faults, size_t size)
{
	struct conf_faults f = { NULL, 0 };
	struct conf *c = conf_load(env_main, src_r, &f);
	size_t i, n = 0;

	faults[0] = '\0';
	for (i = 0; i < f.n && n < size; i++)
		n += (size_t)snprintf(faults + n, size - n, "%s\n", f.text[i]);
	ck_assert((c == NULL) == (f.n > 0));
	conf_faults_free(&f);
	return c;
}

/*
 * What keeper does with a key that is to be kept: put it, try the whole, keep
 * it.  Tried alone as well: a listener that is not there is a fault in a new
 * key only.
 */
static inline int
env_set(const char *key, const json_t *value, struct err *e)
{
	struct conf_faults f = { NULL, 0 };
	json_t *only = json_object(), *kept = conf_kept(env_main, e);
	struct conf *c = NULL;
	int status = -1;

	if (kept != NULL && conf_put(kept, key, value, e) == 0 &&
	    conf_put(only, key, value, e) == 0) {
		c = conf_load_layers(env_main, kept, only, NULL, &f);
		if (c == NULL)
			err_set(e, ERR_CONFIG, "%.400s", f.text[0]);
		else
			status = conf_keep(env_main, kept, e);
	}
	conf_free(&c);
	conf_faults_free(&f);
	json_decref(kept);
	json_decref(only);
	return status;
}

/* A reset must lead out of a settings.json that a load refuses. */
static inline int
env_reset(const char *key, struct err *e)
{
	json_t *kept = conf_kept(env_main, e);
	size_t before, after;
	int status = -1;

	if (kept == NULL)
		return -1;
	before = conf_kept_faults(env_main, kept);
	if (conf_take(kept, key, e) == 0) {
		after = conf_kept_faults(env_main, kept);
		if (after == 0 || after < before)
			status = conf_keep(env_main, kept, e);
	}
	json_decref(kept);
	return status;
}

#endif
