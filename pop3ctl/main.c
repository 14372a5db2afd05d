/*
 * main.c - pop3ctl: options, then one command
 *
 * Everything a command may say to the server stands in lib/ctl/ctl_verbs.h;
 * an option of one command is allowed when its row names it.
 */
#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "lib/ctl/ctl.h"

#include "pop3ctl/cmd.h"

enum { OPT_HELP = 256, OPT_VERSION, OPT_JSON, OPT_RUNTIME, OPT_DRY_RUN,
	OPT_ORIGIN, OPT_FORCE, OPT_PASSWORD_FILE, OPT_QUOTA, OPT_MAILDROP,
	OPT_REPLACE, OPT_CONFIG, OPT_LISTENER, OPT_FOR, OPT_XMIT,
	OPT_PASSWORD_CHANGE, OPT_OWNER, OPT_OFF, OPT_INTERVAL, OPT_COUNT,
	OPT_FILE, OPT_HEAD,
	OPT_SINCE, OPT_LIMIT, OPT_USER, OPT_VERB, OPT_LEVEL, OPT_EVENT,
	OPT_PEER, OPT_SESSION, OPT_TARGET, OPT_ACCOUNT, OPT_ADDRESS };

static const struct option options[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "runtime", no_argument, NULL, OPT_RUNTIME },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "origin", no_argument, NULL, OPT_ORIGIN },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "quota", required_argument, NULL, OPT_QUOTA },
	{ "maildrop", required_argument, NULL, OPT_MAILDROP },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "listener", required_argument, NULL, OPT_LISTENER },
	{ "for", required_argument, NULL, OPT_FOR },
	{ "xmit", required_argument, NULL, OPT_XMIT },
	{ "password-change", required_argument, NULL, OPT_PASSWORD_CHANGE },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "off", no_argument, NULL, OPT_OFF },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "file", required_argument, NULL, OPT_FILE },
	{ "head", required_argument, NULL, OPT_HEAD },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "user", required_argument, NULL, OPT_USER },
	{ "verb", required_argument, NULL, OPT_VERB },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "event", required_argument, NULL, OPT_EVENT },
	{ "peer", required_argument, NULL, OPT_PEER },
	{ "session", required_argument, NULL, OPT_SESSION },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "account", required_argument, NULL, OPT_ACCOUNT },
	{ "address", required_argument, NULL, OPT_ADDRESS },
	{ NULL, 0, NULL, 0 }
};

struct choice {
	struct cmd c;
	bool help;
	bool version;
	uint64_t given;		/* bit n: the option OPT_RUNTIME + n */
};

/* Options with a text, and where it goes. */
static const struct {
	int option;
	size_t offset;		/* of a const char * in struct cmd */
} texts[] = {
	{ 's', offsetof(struct cmd, socket) },
	{ OPT_PASSWORD_FILE, offsetof(struct cmd, password_file) },
	{ OPT_QUOTA, offsetof(struct cmd, quota) },
	{ OPT_MAILDROP, offsetof(struct cmd, maildrop) },
	{ OPT_CONFIG, offsetof(struct cmd, config) },
	{ OPT_LISTENER, offsetof(struct cmd, listener) },
	{ OPT_FOR, offsetof(struct cmd, duration) },
	{ OPT_XMIT, offsetof(struct cmd, xmit) },
	{ OPT_PASSWORD_CHANGE, offsetof(struct cmd, password_change) },
	{ OPT_INTERVAL, offsetof(struct cmd, interval) },
	{ OPT_COUNT, offsetof(struct cmd, count) },
	{ OPT_OWNER, offsetof(struct cmd, owner) },
	{ OPT_FILE, offsetof(struct cmd, file) },
	{ OPT_HEAD, offsetof(struct cmd, head) },
	{ OPT_SINCE, offsetof(struct cmd, since) },
	{ OPT_LIMIT, offsetof(struct cmd, limit) },
	{ OPT_USER, offsetof(struct cmd, user) },
	{ OPT_VERB, offsetof(struct cmd, verb_name) },
	{ OPT_LEVEL, offsetof(struct cmd, level) },
	{ OPT_EVENT, offsetof(struct cmd, event) },
	{ OPT_PEER, offsetof(struct cmd, peer) },
	{ OPT_SESSION, offsetof(struct cmd, session) },
	{ OPT_TARGET, offsetof(struct cmd, target) },
	{ OPT_ACCOUNT, offsetof(struct cmd, account) },
	{ OPT_ADDRESS, offsetof(struct cmd, address) }
};

static int
take_text(struct choice *o, int option, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].option == option) {
			memcpy((char *)&o->c + texts[i].offset, &value,
			    sizeof(value));
			return 0;
		}
	return -1;
}

static int
take_option(struct choice *o, int option, const char *value)
{
	if (option >= OPT_RUNTIME)
		o->given |= UINT64_C(1) << (option - OPT_RUNTIME);
	switch (option) {
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
	case OPT_REPLACE:
		o->c.replace = true;
		return 0;
	case OPT_OFF:
		o->c.off = true;
		return 0;
	default:
		return take_text(o, option, value);
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
		    (o->given & UINT64_C(1) << (p->val - OPT_RUNTIME)) == 0)
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
