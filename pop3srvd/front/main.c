/*
 * main.c - front: the poll() loop that faces the network
 *
 * Runs in: front, without rights in an empty root.
 * Trusts: keeper; nothing from a peer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "lib/base/path.h"

#include "lib/net/priv.h"

#include "pop3srvd/front/server.h"

#define PATH_TEXT	4096

static void
fail(const char *what, const struct err *e)
{
	fprintf(stderr, "pop3srvd front: %s: %s\n", what, e->text);
	exit(EX_TEMPFAIL);
}

static int
front_main(int argc, char **argv)
{
	static struct server srv;
	struct life *life;
	char root[PATH_TEXT];
	struct err e;

	life = life_inherit(ROLE_FRONT, argc, argv, &server_life_ops, &srv);
	if (server_start(&srv, life, &e) < 0)
		fail("start", &e);
	if (path_join(root, sizeof(root), srv.conf->run_dir, "empty") < 0)
		fail("run_dir", &e);
	life_drop(life, srv.conf->user, root);
	server_count_places(&srv);
	if (priv_sandbox_front(false, &e) < 0)
		fail("sandbox", &e);
	life_signals(life);
	life_ready(life);
	if (loop_run(srv.loop, &e) < 0)
		fail("loop", &e);
	server_end(&srv);
	return life_end(&life);
}

int
main(int argc, char **argv)
{
	return front_main(argc, argv);
}
