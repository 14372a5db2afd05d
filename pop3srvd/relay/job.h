/*
 * job.h - what relay tells a delivering program, and what it answers
 *
 * The job lies in descriptor 3, the message in descriptor 0, the answer is
 * written to descriptor 1 as one record.
 *
 * Pure.  Runs in: relay, smtp.  Trusts: nothing of a record's octets.
 */
#ifndef RELAY_JOB_H
#define RELAY_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"
#include "lib/conf/conf.h"

#define JOB_FD		3
#define JOB_RCPTS	100		/* of one transaction (W-24) */
#define JOB_MAX		(256u << 10)
#define JOB_WORDS	300

struct job {
	char *host;			/* "host:port" */
	enum conf_tls_mode tls;
	char *ca_file, *user, *password;
	bool helo;
	char *helo_name;
	char *sender;			/* "" of a bounce */
	char *rcpts[JOB_RCPTS];
	uint32_t n_rcpts;
	uint32_t timeout;		/* s */
};

enum job_outcome { JOB_TEMP, JOB_SENT, JOB_PERM };

struct job_result {
	enum job_outcome outcome;
	char words[JOB_WORDS + 1];	/* "550 5.1.1 unknown user" */
};

int job_pack(const struct job *j, struct buf *b);
/* The strings are the caller's: job_clear(), which wipes the password. */
int job_unpack(struct job *j, struct span record);
void job_clear(struct job *j);

int job_answer_pack(const struct job_result *r, uint32_t n, struct buf *b);
/* 0 when it is a whole answer for n recipients. */
int job_answer_unpack(struct job_result *r, uint32_t n, struct span record);

#endif
