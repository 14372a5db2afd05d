/*
 * pop3_verbs.c - the verb table, and CAPA made from it
 *
 * UTF8, LANG and whatever else has no row are unknown commands: refused
 * without harm (features.md 4.1).
 */
#include <string.h>

#include "lib/proto/pop3_priv.h"

const struct pop3_verb pop3_verbs[] = {
	{ "CAPA", 0, 0, IN_AUTH | IN_TRANS,	NULL, pop3_do_capa },
	{ "QUIT", 0, 0, IN_AUTH | IN_TRANS,	NULL, pop3_do_quit },
	{ "USER", 1, 1, IN_AUTH | PASSWORD | ONE_TEXT | SHOW_ARGS, "USER",
	    pop3_do_user },
	{ "PASS", 1, 1, IN_AUTH | PASSWORD | ONE_TEXT, NULL, pop3_do_pass },
	{ "APOP", 2, 2, IN_AUTH | IF_APOP,	NULL, pop3_do_apop },
	{ "AUTH", 0, 2, IN_AUTH | SHOW_MECH,	"SASL", pop3_do_auth },
	{ "STLS", 0, 0, IN_AUTH | IF_TLS,	"STLS", pop3_do_stls },
	{ "STAT", 0, 0, IN_TRANS,		NULL, pop3_do_stat },
	{ "LIST", 0, 1, IN_TRANS | SHOW_ARGS,	NULL, pop3_do_list },
	{ "UIDL", 0, 1, IN_TRANS | SHOW_ARGS,	"UIDL", pop3_do_uidl },
	{ "RETR", 1, 1, IN_TRANS | SHOW_ARGS,	NULL, pop3_do_retr },
	{ "TOP", 2, 2, IN_TRANS | SHOW_ARGS,	"TOP", pop3_do_top },
	{ "DELE", 1, 1, IN_TRANS | SHOW_ARGS,	NULL, pop3_do_dele },
	{ "NOOP", 0, 0, IN_TRANS,		NULL, pop3_do_noop },
	{ "RSET", 0, 0, IN_TRANS,		NULL, pop3_do_rset },
	{ "LAST", 0, 0, IN_TRANS | IF_LAST,	NULL, pop3_do_last },
	{ "XTND", 1, 1, IN_TRANS | ONE_TEXT | SHOW_ARGS | IF_XMIT,
	    "X-XTND-XMIT", pop3_do_xtnd }
};

const size_t pop3_n_verbs = sizeof(pop3_verbs) / sizeof(pop3_verbs[0]);

const struct pop3_verb *
pop3_verb_find(struct span name)
{
	size_t i;

	for (i = 0; i < pop3_n_verbs; i++)
		if (span_ieq(name, pop3_verbs[i].name))
			return &pop3_verbs[i];
	return NULL;
}

bool
pop3_password_ok(const struct pop3 *p)
{
	return p->tls || p->plaintext_ok;
}

bool
pop3_mech_ok(const struct pop3 *p, const struct pop3_mech *m)
{
	return !m->plaintext || pop3_password_ok(p);
}

static int
put_number(struct pop3 *p, const char *name, uint64_t v)
{
	char digits[20];

	if (buf_adds(&p->out, name) < 0 || buf_addc(&p->out, ' ') < 0 ||
	    buf_add(&p->out, digits, pop3_decimal(digits, v)) < 0)
		return -1;
	return buf_adds(&p->out, "\r\n");
}

static int
put_line(struct pop3 *p, const char *text)
{
	if (buf_adds(&p->out, text) < 0)
		return -1;
	return buf_adds(&p->out, "\r\n");
}

/* "SASL A B C", only what can be used now; no line when there is none. */
static int
put_sasl(struct pop3 *p)
{
	const struct pop3_mech *m = p->conf->mechs;
	bool any = false;
	size_t i;

	for (i = 0; i < p->conf->n_mechs; i++) {
		if (!pop3_mech_ok(p, &m[i]))
			continue;
		if ((!any && buf_adds(&p->out, "SASL") < 0) ||
		    buf_addc(&p->out, ' ') < 0 ||
		    buf_adds(&p->out, m[i].name) < 0)
			return -1;
		any = true;
	}
	return any ? buf_adds(&p->out, "\r\n") : 0;
}

/*
 * RFC 2449 section 5: what is of use before the login is announced after it
 * too, so that a client can see whether somebody took it out on the way.
 */
static int
put_verb(struct pop3 *p, const struct pop3_verb *v)
{
	if (v->capa == NULL)
		return 0;
	if ((v->flags & PASSWORD) && !pop3_password_ok(p))
		return 0;
	if ((v->flags & IF_TLS) && (p->tls || !p->conf->starttls))
		return 0;
	if ((v->flags & IF_XMIT) && !pop3_xmit_possible(p))
		return 0;
	if (strcmp(v->capa, "SASL") == 0)
		return put_sasl(p);
	return put_line(p, v->capa);
}

static int
put_expire(struct pop3 *p)
{
	if (p->conf->expire_days == -1)
		return put_line(p, "EXPIRE NEVER");
	if (p->conf->expire_days < 0)
		return 0;
	return put_number(p, "EXPIRE", (uint64_t)p->conf->expire_days);
}

int
pop3_capa_lines(struct pop3 *p)
{
	const struct pop3_conf *c = p->conf;
	size_t i;

	for (i = 0; i < pop3_n_verbs; i++)
		if (put_verb(p, &pop3_verbs[i]) < 0)
			return -1;
	if (put_line(p, "RESP-CODES") < 0 ||
	    put_line(p, "AUTH-RESP-CODE") < 0 ||
	    put_line(p, "PIPELINING") < 0 || put_expire(p) < 0)
		return -1;
	if (c->login_delay > 0 &&
	    put_number(p, "LOGIN-DELAY", c->login_delay) < 0)
		return -1;
	if (c->implementation == NULL)
		return 0;
	if (buf_adds(&p->out, "IMPLEMENTATION ") < 0)
		return -1;
	return put_line(p, c->implementation);
}

int
pop3_mech_lines(struct pop3 *p)
{
	const struct pop3_mech *m = p->conf->mechs;
	size_t i;

	for (i = 0; i < p->conf->n_mechs; i++)
		if (pop3_mech_ok(p, &m[i]) && put_line(p, m[i].name) < 0)
			return -1;
	return 0;
}

enum pop3_say
pop3_do_capa(struct pop3 *p, const struct pop3_args *a)
{
	(void)p;
	(void)a;
	return SAY_CAPA;
}
