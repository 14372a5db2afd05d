/*
 * client.h - one connection of the load generator: a POP3 dialogue as a list
 * of steps, driven by readiness
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum what { WHAT_SESSION, WHAT_CONNECT, WHAT_RETR, WHAT_LOGIN, WHAT_IDLE,
	WHAT_HANDSHAKE, WHAT_NOOP };

struct plan {
	enum what what;
	struct sockaddr_in to;
	SSL_CTX *tls;		/* NULL: plain */
	bool resume;
	bool pipe;		/* commands leave together where they may */
	const char *user;	/* printf format with one %d, or plain */
	const char *password;
	unsigned users;
	unsigned retr;		/* messages fetched a session; ~0u all */
	bool login;		/* idle: log in first */
	char why[160];		/* the first refusal, for the report */
};

struct client {
	struct plan *plan;
	int fd;
	SSL *ssl;
	unsigned step;
	unsigned user;
	unsigned count;		/* messages, from STAT */
	unsigned next;		/* RETR number */
	bool multi;		/* the awaited reply has many lines */
	bool first;		/* its first line is not complete yet */
	bool connecting;
	short events;
	char line[128];		/* head of the first line */
	size_t line_len;
	unsigned tail;		/* how much of CRLF.CRLF was seen */
	char out[256];
	size_t out_len, out_at;
	uint64_t octets;	/* received */
	double began;
};

enum progress { PROGRESS_WAIT, PROGRESS_DONE, PROGRESS_FAILED };

/* A new dialogue on c; user picks the account; source varies 127/8, by number
 * of dialogue, so that neither ports nor what an address may have run out. */
int client_start(struct client *c, struct plan *plan, unsigned user,
    unsigned number, double now);
/* Do what can be done; c->events says what to wait for.  DONE for WHAT_IDLE
 * means: held (the connection stays open). */
enum progress client_go(struct client *c);
void client_stop(struct client *c);

#endif
