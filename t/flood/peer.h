/*
 * peer.h - one connection of the attacker: opened by readiness, greeted, and
 * led through a few commands that are answered by a line each
 */
#ifndef FLOOD_PEER_H
#define FLOOD_PEER_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_COMMANDS	4

/* What all peers of a run have in common. */
struct plan {
	struct sockaddr_in to;
	SSL_CTX *tls;			/* NULL: plain */
	unsigned block, sources;	/* from 127.block.0.1 on, this many */
	int room;			/* of its buffers; 0: the kernel's choice */
	bool greeted;			/* wait for the greeting */
	const char *commands[PEER_COMMANDS];	/* each with one %u or none */
};

enum peer_stage {
	PEER_IDLE,			/* no connection */
	PEER_CONNECT,
	PEER_SHAKE,			/* TLS */
	PEER_OPEN,			/* greeting and commands */
	PEER_READY			/* all of the plan's commands answered */
};

struct peer {
	enum peer_stage stage;
	int fd;
	SSL *ssl;
	unsigned number;		/* which connection this is, of all */
	unsigned step;
	size_t at;			/* of what a mode says piece by piece */
	bool sent;			/* the command of this step */
	char first;			/* octet of the line that is read */
	bool refused;			/* a command was answered with -ERR */
	bool writing;			/* waits for room to write */
};

/* 0, or -1: no connection can be begun now. */
int peer_begin(struct peer *p, const struct plan *plan, unsigned number);
/* Go on with the opening as far as it goes; -1: the connection is gone. */
int peer_go(struct peer *p, const struct plan *plan);
void peer_end(struct peer *p, bool reset);

/* Octets, 0 when there is nothing or no room now, -1 when it is gone. */
long peer_send(struct peer *p, const void *mem, size_t len);
long peer_recv(struct peer *p, void *mem, size_t len);

#endif
