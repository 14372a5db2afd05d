/*
 * run_dialog.c - plays dialog scripts and reports each exchange
 *
 *	run_dialog SCRIPT…
 *
 * "ok N - file: name" an exchange, then "N passed, N failed"; exit 0 only when
 * none failed.  The language is described in t/dialog/README.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "t/dialog/play.h"

static bool
play_all_ways(const struct exchange *x)
{
	int how, ways = x->only_lines ? 1 : SLICE_COUNT;
	bool good = x->n_steps > 0;

	for (how = 0; how < ways; how++)
		good = (x->setup.poppass ? play_poppass : play)(x,
		    (enum slicing)how) && good;
	return good;
}

static unsigned
play_script(const struct script *s, const char *path, unsigned *n)
{
	const char *file = strrchr(path, '/');
	unsigned failed = 0;
	bool good;
	size_t i;

	file = file == NULL ? path : file + 1;
	for (i = 0; i < s->n; i++) {
		good = play_all_ways(&s->exchanges[i]);
		failed += !good;
		printf("%sok %u - %s: %s\n", good ? "" : "not ", ++*n, file,
		    s->exchanges[i].name);
	}
	return failed;
}

int
main(int argc, char **argv)
{
	static struct script *scripts;
	unsigned n = 0, failed = 0;
	int i;

	scripts = script_need(mem_new((size_t)argc, sizeof(*scripts)));
	for (i = 1; i < argc; i++) {
		script_read(&scripts[i], argv[i]);
		failed += play_script(&scripts[i], argv[i], &n);
	}
	printf("1..%u\n%u passed, %u failed\n", n, n - failed, failed);
	return n > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
