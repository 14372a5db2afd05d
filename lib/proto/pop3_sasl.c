/*
 * pop3_sasl.c - AUTH (RFC 5034): framing only, proofs are checked elsewhere
 */
#include "lib/base/codec.h"

#include "lib/proto/pop3_priv.h"

const struct pop3_mech *
pop3_mech_find(const struct pop3_conf *c, struct span name)
{
	size_t i;

	for (i = 0; i < c->n_mechs; i++)
		if (span_ieq(name, c->mechs[i].name))
			return &c->mechs[i];
	return NULL;
}

static enum pop3_say
decode(struct pop3 *p, struct span text)
{
	buf_wipe(&p->secret);
	if (buf_reserve(&p->secret, text.len / 4 * 3) == NULL)
		return SAY_NO_MEMORY;
	if (base64_decode(text, &p->secret) < 0)
		return SAY_BASE64;
	return SAY_OK;
}

static enum pop3_say
ask(struct pop3 *p, enum pop3_auth_kind kind)
{
	p->auth.kind = kind;
	p->auth.mech = p->sasl->name;
	p->auth.data = buf_span(&p->secret);
	p->want = POP3_AUTH;
	return SAY_NOTHING;
}

/* The other side must drop its exchange before the peer hears of it. */
static enum pop3_say
undo(struct pop3 *p, enum pop3_say say)
{
	pop3_forget(p);
	p->after_abort = (unsigned char)say;
	return ask(p, POP3_AUTH_ABORT);
}

/* "=" is an initial response that is there and empty (RFC 5034 section 4). */
static enum pop3_say
initial(struct pop3 *p, const struct pop3_args *a)
{
	if (a->n < 2)
		return SAY_OK;
	p->auth.has_data = true;
	return span_eq(a->v[1], "=") ? SAY_OK : decode(p, a->v[1]);
}

enum pop3_say
pop3_do_auth(struct pop3 *p, const struct pop3_args *a)
{
	const struct pop3_mech *m;
	enum pop3_say say;

	if (a->n == 0)
		return SAY_MECHS;
	m = pop3_mech_find(p->conf, a->v[0]);
	if (m == NULL)
		return SAY_NO_MECH;
	if (!pop3_mech_ok(p, m))
		return SAY_NEED_TLS;
	say = initial(p, a);
	if (say != SAY_OK) {
		pop3_forget(p);
		return say;
	}
	p->sasl = m;
	return ask(p, POP3_AUTH_BEGIN);
}

enum pop3_say
pop3_sasl_line(struct pop3 *p, struct span line)
{
	enum pop3_say say;

	line = span_rtrim(line);
	if (span_eq(line, "*"))
		return undo(p, SAY_CANCELLED);
	say = decode(p, line);
	if (say != SAY_OK)
		return undo(p, say);
	p->auth.has_data = true;
	return ask(p, POP3_AUTH_STEP);
}
