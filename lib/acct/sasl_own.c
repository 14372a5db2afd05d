/*
 * sasl_own.c - PLAIN and LOGIN for a build without libgsasl
 *
 * SASLprep is not there either: names and passwords stay as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/acct/names.h"
#include "lib/acct/sasl_mech.h"

struct speaker {
	char unused;
};

struct session {
	const struct sasl_mech *mech;
	struct sasl_got *got;
	unsigned asked;			/* LOGIN: questions sent */
};

static enum sasl_step
fault(struct err *e)
{
	err_set(e, ERR_TEMP, "no memory for a SASL response");
	return SASL_FAULT;
}

/* The part up to the next NUL, which is eaten too. */
static int
part(struct span *in, struct span *part_r)
{
	const char *nul = memchr(in->ptr, '\0', in->len);

	if (nul == NULL)
		return -1;
	*part_r = span_mem(in->ptr, (size_t)(nul - in->ptr));
	in->len -= part_r->len + 1;
	in->ptr = nul + 1;
	return 0;
}

/* RFC 4616 section 2: [authzid] NUL authcid NUL passwd, in UTF-8. */
static enum sasl_step
plain(struct session *s, struct span in, struct err *e)
{
	struct span authzid, authid;

	if (!names_utf8(in) || part(&in, &authzid) < 0 ||
	    part(&in, &authid) < 0 || authid.len == 0 || span_has(in, '\0'))
		return SASL_REFUSED;
	s->got->authzid = span_dup(authzid);
	s->got->authid = span_dup(authid);
	s->got->password = span_dup(in);
	if (s->got->authzid == NULL || s->got->authid == NULL ||
	    s->got->password == NULL)
		return fault(e);
	return SASL_CLAIM;
}

static enum sasl_step
ask(struct session *s, const char *question, struct buf *out, struct err *e)
{
	s->asked++;
	return buf_adds(out, question) < 0 ? fault(e) : SASL_MORE;
}

static enum sasl_step
login(struct session *s, struct span in, struct buf *out, struct err *e)
{
	char **to = s->asked == 1 ? &s->got->authid : &s->got->password;

	if (s->asked == 0)
		return ask(s, "User Name", out, e);
	if (span_has(in, '\0') || !names_utf8(in))
		return SASL_REFUSED;
	*to = span_dup(in);
	if (*to == NULL)
		return fault(e);
	return s->asked == 1 ? ask(s, "Password", out, e) : SASL_CLAIM;
}

struct speaker *
speaker_new(struct err *e)
{
	struct speaker *sp = mem_new(1, sizeof(*sp));

	if (sp == NULL)
		fault(e);
	return sp;
}

void
speaker_free(struct speaker *sp)
{
	free(sp);
}

struct session *
session_new(struct speaker *sp, const struct sasl_mech *m,
    struct sasl_got *got, struct err *e)
{
	struct session *s = mem_new(1, sizeof(*s));

	(void)sp;
	if (s == NULL) {
		fault(e);
		return NULL;
	}
	s->mech = m;
	s->got = got;
	return s;
}

void
session_free(struct session *s)
{
	free(s);
}

enum sasl_step
session_step(struct session *s, struct span in, struct buf *out,
    struct err *e)
{
	if (s->mech->server_first)
		return login(s, in, out, e);
	return plain(s, in, e);
}

int
sasl_prep(struct span text, char *out, size_t n)
{
	if (text.len >= n)
		return 1;
	memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return 0;
}
