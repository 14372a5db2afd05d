/*
 * job.c - what relay tells a delivering program, and what it answers
 *
 * Runs in: relay, smtp.  Trusts: nothing of a record's octets.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"

#include "pop3srvd/relay/job.h"

int
job_pack(const struct job *j, struct buf *b)
{
	struct pack p;
	uint32_t i;

	pack_begin(&p, b);
	pack_str(&p, j->host);
	pack_u8(&p, (uint8_t)j->tls);
	pack_str(&p, j->ca_file);
	pack_str(&p, j->user);
	pack_str(&p, j->password);
	pack_u8(&p, j->helo);
	pack_str(&p, j->helo_name);
	pack_str(&p, j->sender);
	pack_u32(&p, j->timeout);
	pack_u32(&p, j->n_rcpts);
	for (i = 0; i < j->n_rcpts; i++)
		pack_str(&p, j->rcpts[i]);
	return pack_end(&p);
}

int
job_unpack(struct job *j, struct span record)
{
	struct unpack u;
	uint32_t i, n;

	memset(j, 0, sizeof(*j));
	unpack_begin(&u, record.ptr, record.len);
	j->host = unpack_str(&u);
	j->tls = (enum conf_tls_mode)unpack_u8(&u);
	j->ca_file = unpack_str(&u);
	j->user = unpack_str(&u);
	j->password = unpack_str(&u);
	j->helo = unpack_u8(&u) != 0;
	j->helo_name = unpack_str(&u);
	j->sender = unpack_str(&u);
	j->timeout = unpack_u32(&u);
	n = unpack_u32(&u);
	for (i = 0; i < n && n <= JOB_RCPTS; i++) {
		j->rcpts[i] = unpack_str(&u);
		if (j->rcpts[i] == NULL)
			break;
		j->n_rcpts++;
	}
	if (unpack_end(&u) == 0 && j->n_rcpts == n && n > 0 &&
	    j->tls <= CONF_TLS_IMPLICIT && j->host != NULL &&
	    j->ca_file != NULL && j->user != NULL &&
	    j->password != NULL && j->helo_name != NULL &&
	    j->sender != NULL)
		return 0;
	job_clear(j);
	return -1;
}

void
job_clear(struct job *j)
{
	uint32_t i;

	for (i = 0; i < JOB_RCPTS; i++)
		free(j->rcpts[i]);
	free(j->host);
	free(j->ca_file);
	free(j->user);
	mem_free_secret(&j->password);
	free(j->helo_name);
	free(j->sender);
	memset(j, 0, sizeof(*j));
}

int
job_answer_pack(const struct job_result *r, uint32_t n, struct buf *b)
{
	struct pack p;
	uint32_t i;

	pack_begin(&p, b);
	pack_u32(&p, n);
	for (i = 0; i < n; i++) {
		pack_u8(&p, (uint8_t)r[i].outcome);
		pack_str(&p, r[i].words);
	}
	return pack_end(&p);
}

int
job_answer_unpack(struct job_result *r, uint32_t n, struct span record)
{
	struct unpack u;
	struct span words;
	uint32_t i;

	unpack_begin(&u, record.ptr, record.len);
	if (unpack_u32(&u) != n)
		return -1;
	for (i = 0; i < n; i++) {
		r[i].outcome = (enum job_outcome)unpack_u8(&u);
		words = unpack_span(&u);
		if (u.bad || r[i].outcome > JOB_PERM ||
		    words.len > JOB_WORDS || span_has(words, '\0'))
			return -1;
		memcpy(r[i].words, words.ptr, words.len);
		r[i].words[words.len] = '\0';
	}
	return unpack_end(&u);
}
