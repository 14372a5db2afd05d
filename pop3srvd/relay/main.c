/*
 * main.c - relay: hands accepted outgoing mail on
 *
 * There is no spool yet: it holds its place in the list of processes, with
 * its rights dropped, so that accepting mail adds a room and moves no wall.
 *
 * Runs in: relay, as the server's ordinary user.  Trusts: keeper.
 */
#include <sysexits.h>

#include "pop3srvd/ipc/life.h"

static void
stop(void *arg)
{
	struct life **lf = arg;

	life_stopped(*lf);
}

int
main(int argc, char **argv)
{
	static const struct life_ops ops = { .stop = stop };
	struct life *lf = NULL;
	struct err e;
	int code;

	lf = life_inherit(ROLE_RELAY, argc, argv, &ops, &lf);
	life_drop(lf, life_conf(lf)->user, NULL);
	life_signals(lf);
	life_ready(lf);
	code = loop_run(life_loop(lf), &e) < 0 ? EX_OSERR : EX_OK;
	return life_end(&lf) | code;
}
