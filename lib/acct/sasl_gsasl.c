/*
 * sasl_gsasl.c - mechanisms spoken by GNU libgsasl
 *
 * The one file that knows it.  Its callback is synchronous: for PLAIN and
 * LOGIN it only means "collected", and says yes.
 */
#include "config.h"

#include <gsasl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/acct/sasl_mech.h"

struct speaker {
	Gsasl *ctx;
};

struct session {
	Gsasl_session *g;
};

struct property {
	Gsasl_property wanted;
	int (*give)(Gsasl_session *g, struct sasl_got *got);
};

static int
fault(struct err *e, int rc)
{
	return err_set(e, rc == GSASL_MALLOC_ERROR ? ERR_TEMP : ERR_PROTO,
	    "SASL: %s", gsasl_strerror(rc));
}

static int
keep(Gsasl_session *g, Gsasl_property p, char **to)
{
	const char *text = gsasl_property_fast(g, p);

	if (text == NULL || *to != NULL)
		return 0;
	*to = mem_strdup(text);
	return *to == NULL ? -1 : 0;
}

static int
collect(Gsasl_session *g, struct sasl_got *got)
{
	if (keep(g, GSASL_AUTHID, &got->authid) < 0 ||
	    keep(g, GSASL_AUTHZID, &got->authzid) < 0 ||
	    keep(g, GSASL_PASSWORD, &got->password) < 0)
		return GSASL_MALLOC_ERROR;
	return GSASL_OK;
}

static const struct property properties[] = {
	{ GSASL_VALIDATE_SIMPLE, collect }
};

static int
asked(Gsasl *ctx, Gsasl_session *g, Gsasl_property wanted)
{
	struct sasl_got *got = gsasl_session_hook_get(g);
	size_t i;

	(void)ctx;
	for (i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (properties[i].wanted == wanted)
			return properties[i].give(g, got);
	return GSASL_NO_CALLBACK;
}

/* gsasl frees its copies without wiping; properties are the part we reach. */
static void
forget_password(Gsasl_session *g)
{
	const char *text = gsasl_property_fast(g, GSASL_PASSWORD);
	char *copy = (char *)(uintptr_t)text;

	if (copy != NULL)
		mem_wipe(copy, strlen(copy));
}

struct speaker *
speaker_new(struct err *e)
{
	struct speaker *sp = mem_new(1, sizeof(*sp));
	int rc = sp == NULL ? GSASL_MALLOC_ERROR : gsasl_init(&sp->ctx);

	if (rc != GSASL_OK) {
		fault(e, rc);
		free(sp);
		return NULL;
	}
	gsasl_callback_set(sp->ctx, asked);
	return sp;
}

void
speaker_free(struct speaker *sp)
{
	gsasl_done(sp->ctx);
	free(sp);
}

struct session *
session_new(struct speaker *sp, const struct sasl_mech *m,
    struct sasl_got *got, struct err *e)
{
	struct session *s = mem_new(1, sizeof(*s));
	int rc = s == NULL ? GSASL_MALLOC_ERROR :
	    gsasl_server_start(sp->ctx, m->name, &s->g);

	if (rc != GSASL_OK) {
		fault(e, rc);
		free(s);
		return NULL;
	}
	gsasl_session_hook_set(s->g, got);
	return s;
}

void
session_free(struct session *s)
{
	forget_password(s->g);
	gsasl_finish(s->g);
	free(s);
}

enum sasl_step
session_step(struct session *s, struct span in, struct buf *out,
    struct err *e)
{
	char *text = NULL;
	size_t n = 0;
	int rc = gsasl_step(s->g, in.ptr, in.len, &text, &n), full = 0;

	if (rc == GSASL_OK || rc == GSASL_NEEDS_MORE)
		full = buf_add(out, text, n);
	gsasl_free(text);
	if (full < 0)
		rc = GSASL_MALLOC_ERROR;
	if (rc == GSASL_OK)
		return SASL_CLAIM;
	if (rc == GSASL_NEEDS_MORE)
		return SASL_MORE;
	fault(e, rc);
	return rc == GSASL_MALLOC_ERROR ? SASL_FAULT : SASL_REFUSED;
}

int
sasl_prep(struct span text, char *out, size_t n)
{
	char *in = span_dup(text), *prepared = NULL;
	int rc = GSASL_MALLOC_ERROR;

	if (in != NULL)
		rc = gsasl_saslprep(in, GSASL_ALLOW_UNASSIGNED, &prepared,
		    NULL);
	mem_free_secret(&in);
	if (rc == GSASL_OK && strlen(prepared) < n)
		memcpy(out, prepared, strlen(prepared) + 1);
	else
		rc = GSASL_SASLPREP_ERROR;
	mem_free_secret(&prepared);
	return rc == GSASL_OK ? 0 : 1;
}
