/*
 * main.c - pop3srvd: options, checks, and into keeper
 *
 * Runs in: keeper, as root if started so.  Trusts: the command line and the
 * configuration, once it is checked.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/net/child.h"

#include "pop3srvd/keeper/inherit.h"
#include "pop3srvd/keeper/keeper.h"
#include "pop3srvd/keeper/setup.h"
#include "pop3srvd/keeper/version.h"

struct options {
	const char *file;
	bool foreground;
	bool check;
	bool version;
};

static int
usage(void)
{
	fputs("usage: pop3srvd [-c FILE] [-f] [-n] [-v]\n"
	    "  -c, --config FILE   another configuration\n"
	    "  -f, --foreground    stay in the foreground, log to standard "
	    "error too\n"
	    "  -n, --check         check the configuration\n"
	    "  -v, --version       version, build options, library "
	    "versions\n", stderr);
	return -1;
}

static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "check", no_argument, NULL, 'n' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	*o = (struct options){ .file = PKGSYSCONFDIR "/pop3srvd.json" };
	while ((c = getopt_long(argc, argv, "c:fnv", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'n':
			o->check = true;
			break;
		case 'v':
			o->version = true;
			break;
		default:
			return usage();
		}
	}
	return optind == argc ? 0 : usage();
}

static int
complain(const struct err *e)
{
	fprintf(stderr, "pop3srvd: %s\n", e->text);
	if (e->errnum == EADDRINUSE)
		return EX_UNAVAILABLE;	/* may pass, unlike a wrong setting */
	switch (e->class) {
	case ERR_CONFIG:
		return EX_CONFIG;
	case ERR_BUSY:
		return EX_UNAVAILABLE;
	default:
		return EX_OSERR;
	}
}

static void
print_notes(const struct keeper *k)
{
	const json_t *note;
	size_t i;

	json_array_foreach(conf_notes(k->source), i, note)
		fprintf(stderr, "pop3srvd: %s: %s: %s\n",
		    json_str(note, "origin", "", NULL),
		    json_str(note, "key", "", NULL),
		    json_str(note, "text", "", NULL));
}

/* A file that only pop3ctl writes is no reason not to serve mail.  What was in
 * it is not in force then, so this is said as loudly as can be. */
static void
mend_settings(struct keeper *k)
{
	struct err e;

	if (conf_mend(k->file, &e) == 0)
		return;
	fprintf(stderr, "pop3srvd: %s\n", e.text);
	k->set_aside = mem_strdup(e.text);
}

/* The configuration and what it names: users, secrets, certificates.  An exit code. */
static int
load(struct keeper *k, bool check, struct cert_set **certs_r)
{
	struct conf_faults f = { NULL, 0 };
	struct err e;

	if (!check)
		mend_settings(k);
	k->conf = conf_load(k->file, &k->source, &f);
	if (k->conf == NULL)
		conf_faults_print(&f, stderr);
	conf_faults_free(&f);
	if (k->conf == NULL)
		return EX_CONFIG;
	if (check)
		print_notes(k);
	if (setup_users(k->conf, &e) < 0)
		return complain(&e);
	k->lists = listfiles_new();
	if (k->lists == NULL)
		err_set(&e, ERR_TEMP, "out of memory");
	if (k->lists == NULL || listfiles_need(k->lists, k->conf, &e) < 0)
		return complain(&e);
	if (check)
		listfiles_print(k->lists, stderr);
	k->keys.passwords = keys_passwords(k->conf, &e);
	if (k->keys.passwords < 0)
		return complain(&e);
	*certs_r = cert_set_load(k->conf, &e);
	return *certs_r == NULL ? complain(&e) : EX_OK;
}

/* Everything that a second server on the same folders or ports would break is
 * tried before the first one could notice. */
static int
claim(struct keeper *k)
{
	struct err e;

	if (keeper_adapt(k, k->conf) < 0)
		return EX_OSERR;
	k->lock_fd = setup_lock(k->conf, &e);
	if (k->lock_fd < 0 || setup_folders(k->conf, &e) < 0)
		return complain(&e);
	setup_logs(k->conf);
	keys_apop_read(&k->keys.apop, k->conf, true);
	k->control = control_open(k->conf, &e);
	if (k->control == NULL)
		return complain(&e);
	k->sockets = sockets_plan(NULL, k->conf, &e);
	if (k->sockets == NULL)
		return complain(&e);
	(void)inherit_close_rest();
	return EX_OK;
}

static int
serve(struct keeper *k, struct cert_set **certs)
{
	struct cert_set *c = *certs;
	struct err e;
	int code = claim(k);

	if (code != EX_OK)
		return code;
	if (!k->foreground && child_daemonize(&k->ready_fd, &e) < 0)
		return complain(&e);
	*certs = NULL;
	return keeper_run(k, c);
}

/* The control socket goes last: who sees it gone may start another server. */
static void
clean_up(struct keeper *k, struct cert_set *certs)
{
	cert_set_free(&certs);
	sockets_drop(&k->sockets);
	if (k->lock_fd >= 0)
		(void)close(k->lock_fd);
	control_close(&k->control);
	keys_clear(&k->keys);
	free(k->set_aside);
	listfiles_free(&k->lists);
	conf_source_free(&k->source);
	conf_free(&k->conf);
}

int
main(int argc, char **argv)
{
	struct keeper k = { .ready_fd = -1, .lock_fd = -1,
		.keys = { .passwords = -1 } };
	struct cert_set *certs = NULL;
	char whole[PATH_MAX];
	struct options o;
	int code;

	if (read_options(argc, argv, &o) < 0)
		return EX_USAGE;
	if (o.version)
		return version_print();
	(void)umask(077);
	/* a daemon changes its folder; a missing file is conf_load()'s fault */
	k.file = realpath(o.file, whole) != NULL ? whole : o.file;
	k.foreground = o.foreground;
	code = load(&k, o.check, &certs);
	if (code == EX_OK && o.check)
		puts("configuration OK");
	else if (code == EX_OK)
		code = serve(&k, &certs);
	clean_up(&k, certs);
	return code;
}
