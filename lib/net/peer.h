/*
 * peer.h - who is at the other end of a Unix socket
 */
#ifndef NET_PEER_H
#define NET_PEER_H

#include <sys/types.h>

struct peer_cred {
	uid_t uid;
	gid_t gid;
	pid_t pid;
};

/* SO_PEERCRED; 0 or -1. */
int peer_cred(int fd, struct peer_cred *c_r);

/* Supplementary groups of the peer (SO_PEERGROUPS): count, or -1. */
int peer_groups(int fd, gid_t *groups, int max);

#endif
