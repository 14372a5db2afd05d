/*
 * sasl.c - exchanges: what is true for every mechanism
 *
 * The order of who speaks first, bounds, NULs and wiping are here; the
 * mechanisms themselves are the speaker's.  A new one is a row in the table
 * (and, in sasl_gsasl.c, a row for each property that it asks for).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/mem.h"

#include "lib/acct/sasl.h"
#include "lib/acct/sasl_mech.h"

#define RESPONSE_MAX	16384		/* RFC 5034 section 4: 12288 and more */

const struct sasl_mech sasl_mechs[] = {
	/* name		server_first	steps */
	{ "PLAIN",	false,		1 },	/* RFC 4616 */
	{ "LOGIN",	true,		2 },	/* draft-murchison-sasl-login */
	{ NULL,		false,		0 }
};

struct sasl {
	struct speaker *speaker;
};

struct sasl_exchange {
	const struct sasl_mech *mech;
	struct session *session;
	struct sasl_got got;
	unsigned steps;			/* responses taken */
	bool begun;
	bool over;
};

static const struct sasl_mech *
find(const char *name)
{
	const struct sasl_mech *m;

	for (m = sasl_mechs; m->name != NULL; m++)
		if (strcasecmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* One response to the speaker, which wants a NUL behind it: the length alone
 * does not keep every parser of libgsasl inside the data. */
static enum sasl_step
speak(struct sasl_exchange *x, struct span in, struct buf *out,
    struct err *e)
{
	char *copy = span_dup(in);
	enum sasl_step r;

	if (copy == NULL) {
		err_set(e, ERR_TEMP, "no memory for a SASL response");
		return SASL_FAULT;
	}
	r = session_step(x->session, span_mem(copy, in.len), out, e);
	mem_wipe(copy, in.len);
	free(copy);
	return r;
}

/*
 * The beginning, before any response was looked at.  A client that sends an
 * initial response although the server is to speak first (some do, with
 * LOGIN) answers a challenge that it has not seen: let the speaker ask, and
 * throw the question away.
 */
static enum sasl_step
first(struct sasl_exchange *x, bool has_response, struct buf *out,
    struct err *e)
{
	struct buf unseen;
	enum sasl_step r;

	if (!x->mech->server_first)
		return SASL_MORE;
	buf_init(&unseen, SASL_CHALLENGE_MAX);
	r = speak(x, span_of(""), has_response ? &unseen : out, e);
	buf_free(&unseen);
	return r == SASL_CLAIM ? SASL_REFUSED : r;
}

static enum sasl_step
response(struct sasl_exchange *x, struct span in, struct buf *out,
    struct err *e)
{
	/* No mechanism of the table has empty responses: an empty one would
	 * be read as "ask me again", for ever. */
	if (in.len == 0 || in.len > RESPONSE_MAX ||
	    x->steps++ >= x->mech->steps)
		return SASL_REFUSED;
	return speak(x, in, out, e);
}

/* RFC 4616 section 2: at least one octet of name.  libgsasl lets less by. */
static bool
whole(const struct sasl_got *got)
{
	return got->authid != NULL && got->authid[0] != '\0' &&
	    got->password != NULL;
}

struct sasl *
sasl_new(struct err *e)
{
	struct sasl *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "no memory for SASL");
		return NULL;
	}
	s->speaker = speaker_new(e);
	if (s->speaker == NULL)
		sasl_free(&s);
	return s;
}

void
sasl_free(struct sasl **s_p)
{
	if (*s_p == NULL)
		return;
	if ((*s_p)->speaker != NULL)
		speaker_free((*s_p)->speaker);
	free(*s_p);
	*s_p = NULL;
}

const char *
sasl_mech(const char *name)
{
	const struct sasl_mech *m = find(name);

	return m == NULL ? NULL : m->name;
}

struct sasl_exchange *
sasl_begin(struct sasl *s, const char *mech, struct err *e)
{
	const struct sasl_mech *m = find(mech);
	struct sasl_exchange *x;

	if (m == NULL) {
		err_set(e, ERR_PROTO, "no such mechanism");
		return NULL;
	}
	x = mem_new(1, sizeof(*x));
	if (x == NULL) {
		err_set(e, ERR_TEMP, "no memory for a SASL exchange");
		return NULL;
	}
	x->mech = m;
	x->session = session_new(s->speaker, m, &x->got, e);
	if (x->session == NULL)
		sasl_end(&x);
	return x;
}

void
sasl_end(struct sasl_exchange **x_p)
{
	struct sasl_exchange *x = *x_p;

	if (x == NULL)
		return;
	if (x->session != NULL)
		session_free(x->session);
	free(x->got.authid);
	free(x->got.authzid);
	mem_free_secret(&x->got.password);
	free(x);
	*x_p = NULL;
}

enum sasl_step
sasl_step(struct sasl_exchange *x, const struct span *in, struct buf *out,
    struct err *e)
{
	enum sasl_step r = SASL_MORE;

	if (x->over)
		return SASL_REFUSED;
	if (!x->begun)
		r = first(x, in != NULL, out, e);
	x->begun = true;
	if (r == SASL_MORE && in != NULL)
		r = response(x, *in, out, e);
	if (r == SASL_CLAIM && !whole(&x->got))
		r = SASL_REFUSED;
	x->over = r != SASL_MORE;
	return r;
}

struct sasl_claim
sasl_claim(const struct sasl_exchange *x)
{
	struct sasl_claim c;

	c.authid = x->got.authid == NULL ? "" : x->got.authid;
	c.authzid = x->got.authzid == NULL ||
	    strcmp(x->got.authzid, c.authid) == 0 ? "" : x->got.authzid;
	c.password = span_of(x->got.password);
	return c;
}
