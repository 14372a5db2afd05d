/*
 * main.c - pop3ctl: options, then one command
 *
 * Everything a command may say to the server stands in lib/ctl/ctl_verbs.h;
 * an option of one command is allowed when its row names it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "lib/ctl/ctl.h"

#include "pop3ctl/cmd.h"

enum { OPT_HELP = 256, OPT_VERSION, OPT_JSON, OPT_RUNTIME, OPT_DRY_RUN,
	OPT_ORIGIN, OPT_FORCE, OPT_PASSWORD_FILE, OPT_QUOTA, OPT_MAILDROP,
	OPT_CONFIG, OPT_LISTENER, OPT_FOR };

static const struct option options[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "runtime", no_argument, NULL, OPT_RUNTIME },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "origin", no_argument, NULL, OPT_ORIGIN },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "quota", required_argument, NULL, OPT_QUOTA },
	{ "maildrop", required_argument, NULL, OPT_MAILDROP },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "listener", required_argument, NULL, OPT_LISTENER },
	{ "for", required_argument, NULL, OPT_FOR },
	{ NULL, 0, NULL, 0 }
};

struct choice {
	struct cmd c;
	bool help;
	bool version;
	unsigned given;		/* bit n: the option OPT_RUNTIME + n */
};

static int
take_option(struct choice *o, int option, char *value)
{
	if (option >= OPT_RUNTIME)
		o->given |= 1u << (option - OPT_RUNTIME);
	switch (option) {
	case 's':
		o->c.socket = value;
		return 0;
	case 'h':
	case OPT_HELP:
		o->help = true;
		return 0;
	case OPT_VERSION:
		o->version = true;
		return 0;
	case OPT_JSON:
		o->c.json = true;
		return 0;
	case OPT_RUNTIME:
		o->c.runtime = true;
		return 0;
	case OPT_DRY_RUN:
		o->c.dry_run = true;
		return 0;
	case OPT_ORIGIN:
		o->c.origin = true;
		return 0;
	case OPT_FORCE:
		o->c.force = true;
		return 0;
	case OPT_PASSWORD_FILE:
		o->c.password_file = value;
		return 0;
	case OPT_QUOTA:
		o->c.quota = value;
		return 0;
	case OPT_MAILDROP:
		o->c.maildrop = value;
		return 0;
	case OPT_CONFIG:
		o->c.config = value;
		return 0;
	case OPT_LISTENER:
		o->c.listener = value;
		return 0;
	case OPT_FOR:
		o->c.duration = value;
		return 0;
	default:
		return -1;
	}
}

static int
take_options(struct choice *o, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "s:h", options, NULL)) != -1)
		if (take_option(o, option, optarg) < 0) {
			fprintf(stderr, "(a value that begins with a dash "
			    "comes after --)\n");
			return -1;
		}
	return 0;
}

/* Options that the command's row does not name. */
static int
check_options(const struct choice *o)
{
	const struct option *p;
	char text[64];

	for (p = options; p->name != NULL; p++) {
		if (p->val < OPT_RUNTIME ||
		    (o->given & 1u << (p->val - OPT_RUNTIME)) == 0)
			continue;
		snprintf(text, sizeof(text), "--%s", p->name);
		if (strstr(o->c.verb->args, text) != NULL)
			continue;
		snprintf(text, sizeof(text), "has no option --%s", p->name);
		return cmd_usage(&o->c, text);
	}
	return 0;
}

static void
usage(FILE *to)
{
	fprintf(to, "usage: pop3ctl [-s SOCKET] [--json] COMMAND ...\n"
	    "  -s, --socket SOCKET  instead of %s\n"
	    "  --json               print the server's replies as they are\n"
	    "  --help               also of a command: usage and example\n"
	    "  --version\n", PKGRUNDIR "/control.sock");
}

static int
help(int argc, char **argv)
{
	const struct ctl_verb *v;
	int used;

	if (argc == 0) {
		usage(stdout);
		printf("commands:\n");
		cmd_help_all(NULL);
		return 0;
	}
	if (argc == 1 && cmd_is_noun(argv[0])) {
		cmd_help_all(argv[0]);
		return 0;
	}
	v = cmd_match(argc, argv, &used);
	if (v == NULL)
		return CTL_USAGE;
	cmd_help(v);
	return 0;
}

static int
run(struct choice *o, int argc, char **argv)
{
	int used, code;

	if (argc == 0) {
		usage(stderr);
		return CTL_USAGE;
	}
	o->c.verb = cmd_match(argc, argv, &used);
	if (o->c.verb == NULL)
		return CTL_USAGE;
	o->c.argc = argc - used;
	o->c.argv = argv + used;
	code = check_options(o);
	if (code == 0)
		code = cmd_run(&o->c);
	client_free(&o->c.client);
	return code;
}

int
main(int argc, char **argv)
{
	const char *socket = getenv("POP3CTL_SOCKET");
	struct choice o;
	int code = 0;

	memset(&o, 0, sizeof(o));
	o.c.socket = socket != NULL && socket[0] != '\0' ? socket :
	    PKGRUNDIR "/control.sock";
	if (take_options(&o, argc, argv) < 0)
		return CTL_USAGE;
	argc -= optind;
	argv += optind;
	if (o.help)
		code = help(argc, argv);
	else if (o.version)
		printf("pop3ctl %s\n", PACKAGE_VERSION);
	else
		code = run(&o, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("pop3ctl: standard output");
		return code == 0 ? CTL_TRY_AGAIN : code;
	}
	return code;
}
