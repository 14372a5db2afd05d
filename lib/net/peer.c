/*
 * peer.c - who is at the other end of a Unix socket
 */
#include <sys/socket.h>

#include "lib/net/peer.h"

int
peer_cred(int fd, struct peer_cred *c_r)
{
	struct ucred u;
	socklen_t len = sizeof(u);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &len) != 0 ||
	    len != sizeof(u))
		return -1;
	c_r->uid = u.uid;
	c_r->gid = u.gid;
	c_r->pid = u.pid;
	return 0;
}

int
peer_groups(int fd, gid_t *groups, int max)
{
	socklen_t len = (socklen_t)max * (socklen_t)sizeof(*groups);

	if (max < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		return -1;
	return (int)(len / sizeof(*groups));
}
