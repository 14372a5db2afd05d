/*
 * preload.c - starts the true program of its own name with the shim
 *
 * Keeper gives what it starts a clean environment.  So the test puts this
 * program where keeper looks, under every name; the true ones lie in true/
 * beside it, and the environment to add, a line a variable, in environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH	4096

int
main(int argc, char **argv)
{
	char self[PATH], path[PATH + 64], line[PATH + 64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	FILE *f;

	(void)argc;
	if (n < 0)
		return 1;
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	snprintf(path, sizeof(path), "%s/environment", self);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (putenv(strdup(line)) != 0)
			return 1;
	}
	if (f != NULL)
		fclose(f);
	snprintf(path, sizeof(path), "%s/true/%s", self, slash + 1);
	execv(path, argv);
	return 1;
}
