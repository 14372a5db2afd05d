/*
 * cmd_completion.c - the scripts that let a shell complete pop3ctl's words
 */
#include <stdio.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/complete.h"
#include "pop3ctl/completion_text.h"

static int
print_script(const struct cmd *c, const char *script)
{
	json_t *v;

	if (!c->json) {
		fputs(script, stdout);
		return CTL_OK;
	}
	v = json_pack("{s:s}", "script", script);
	json_dumpf(v, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', stdout);
	json_decref(v);
	return CTL_OK;
}

/* "words" is what the scripts themselves ask. */
int
cmd_completion(struct cmd *c)
{
	if (c->argc > 1 && strcmp(c->argv[0], "words") == 0) {
		complete_print(c, c->argc - 1, c->argv + 1);
		return CTL_OK;
	}
	if (c->argc != 1)
		return cmd_usage(c, "needs the name of one shell");
	if (strcmp(c->argv[0], "bash") == 0)
		return print_script(c, bash_script);
	if (strcmp(c->argv[0], "zsh") == 0)
		return print_script(c, zsh_script);
	return cmd_usage(c, "knows bash and zsh");
}
