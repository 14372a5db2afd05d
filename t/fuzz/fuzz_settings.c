/*
 * fuzz_settings.c - settings.json, as whoever can write it may have left it
 *
 * The input is the file.  What must hold: a damaged one is set aside with all
 * its octets, and the next look finds an empty one; a whole one is read as it
 * is, takes a change by key, and is read back with that change alone; a fault
 * in what it says is one of the load, never an end.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/conf/conf_load.h"
#include "lib/conf/conf_source.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/folder.h"
#include "t/fuzz/grammar.h"

#define DAMAGED		CONF_SETTINGS ".damaged-"

static char main_file[300];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char text[600];

	(void)argc;
	(void)argv;
	folder_make("settings");
	snprintf(text, sizeof(text), "{\"state_dir\": \"%s\", \"listeners\": "
	    "[{\"name\": \"pop3\"}]}", folder);
	folder_put("pop3srvd.json", text, strlen(text));
	snprintf(main_file, sizeof(main_file), "%s/pop3srvd.json", folder);
	return 0;
}

/* How many were set aside; their octets must be those of the input. */
static int
set_aside(const uint8_t *data, size_t size)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	int n = 0;

	must(d != NULL);
	while ((e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, DAMAGED, sizeof(DAMAGED) - 1) != 0)
			continue;
		must(folder_holds(e->d_name, data, size));
		folder_drop(e->d_name);
		n++;
	}
	closedir(d);
	return n;
}

static void
check_damaged(const uint8_t *data, size_t size)
{
	struct err e;
	json_t *kept;

	must(set_aside(data, size) == 1);
	kept = conf_kept(main_file, &e);
	must(kept != NULL && json_object_size(kept) == 0);
	json_decref(kept);
}

static void
check_whole(json_t *kept)
{
	json_t *now = json_deep_copy(kept), *again, *v = json_string("7m");
	struct err e;

	must(now != NULL && v != NULL);
	(void)conf_kept_faults(main_file, kept);
	if (conf_put(now, "limits.idle_timeout", v, &e) < 0)
		must(e.text[0] != '\0');
	must(conf_keep(main_file, now, &e) == 0);
	again = conf_kept(main_file, &e);
	must(again != NULL && json_equal(now, again));
	if (conf_take(again, "limits.idle_timeout", &e) == 0)
		must(conf_path_get(again, "limits.idle_timeout") == NULL);
	json_decref(again);
	json_decref(now);
	json_decref(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *kept;
	struct err e;

	err_clear(&e);
	folder_put(CONF_SETTINGS, data, size);
	kept = conf_kept(main_file, &e);
	if (kept == NULL) {
		must(e.class == ERR_CONFIG && e.text[0] != '\0');
		check_damaged(data, size);
	} else {
		must(json_is_object(kept) && set_aside(data, size) == 0);
		check_whole(kept);
	}
	json_decref(kept);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	return grammar_object(data, size, max, &d, grammar_settings);
}
