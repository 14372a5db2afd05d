/*
 * smtp_own.h - what the smtp_*.c share; nobody else includes it
 */
#ifndef RELAY_SMTP_OWN_H
#define RELAY_SMTP_OWN_H

#include "pop3srvd/relay/job.h"

/* The message as it goes over the wire: CR LF for LF. */
struct source {
	int fd;
	char mem[16384];
	size_t at, len;
	bool lf;		/* its CR is out, the LF is due */
	bool bad;		/* reading failed: the data must not end well */
};

/* Up to n octets; 0 at the end. */
size_t source_read(struct source *s, char *to, size_t n);

enum phase { PHASE_BEGIN, PHASE_MAIL, PHASE_RCPT, PHASE_DATA, PHASE_BODY,
	PHASE_OVER };

/* What the dialogue has settled so far. */
struct talk {
	const struct job *job;
	struct job_result r[JOB_RCPTS];
	bool settled[JOB_RCPTS];
	bool taken[JOB_RCPTS];	/* RCPT was answered by 2xx */
	enum phase phase;
	uint32_t rcpt;		/* of PHASE_RCPT */
	bool answered;		/* relay was told */
};

void talk_begin(struct talk *t, const struct job *job);
/* A reply's last line came, in the phase that t is in. */
void talk_reply(struct talk *t, int code, struct span line);
/* Whoever is not settled is to be tried again, for that reason; relay is told
 * what became of all.  Once, when only the goodbye is left to say. */
void talk_end(struct talk *t, const char *why);

void smtp_curl(struct talk *t, struct source *s);	/* EHLO, TLS, AUTH */
void smtp_helo(struct talk *t, struct source *s);	/* none of these */

#endif
