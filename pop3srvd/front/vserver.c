/*
 * vserver.c - the settings of one listener, ready for use
 *
 * Runs in: front.
 * Trusts: the configuration, which keeper has checked.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"
#include "lib/base/mem.h"

#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/vserver.h"

#define OUT_HIGH	((size_t)32768)

_Static_assert(POP3_GREETING_MAX == CONF_WELCOME_MAX,
    "what lib/conf promises is what the engine shows");

/* What auth can speak in this version, and what shows the password. */
static const struct pop3_mech known_mechs[] = {
	{ "PLAIN", true },
	{ "LOGIN", true }
};

static int
take_mechs(struct vserver *vs, const struct conf_strings *names)
{
	size_t i, k, n = sizeof(known_mechs) / sizeof(known_mechs[0]);

	vs->mechs = mem_new(names->n, sizeof(*vs->mechs));
	if (vs->mechs == NULL)
		return -1;
	for (i = 0; i < names->n; i++)
		for (k = 0; k < n; k++)
			if (strcasecmp(names->at[i], known_mechs[k].name) == 0)
				vs->mechs[vs->pop3.n_mechs++] = known_mechs[k];
	vs->pop3.mechs = vs->mechs;
	return 0;
}

static int
take_proxies(struct vserver *vs, const struct conf_strings *from,
    struct err *e)
{
	vs->proxies = mem_new(from->n, sizeof(*vs->proxies));
	if (vs->proxies == NULL)
		return err_set(e, ERR_TEMP, "proxy_from: out of memory");
	for (; vs->n_proxies < from->n; vs->n_proxies++)
		if (prefix_parse(from->at[vs->n_proxies],
		    &vs->proxies[vs->n_proxies], e) < 0)
			return -1;
	return 0;
}

static unsigned
small(int64_t v)
{
	return v < 0 ? 0 : v > 1000000000 ? 1000000000 : (unsigned)v;
}

static void
take_engine(struct vserver *vs, const struct conf *c,
    const struct conf_server *s)
{
	struct pop3_conf *p = &vs->pop3;

	p->greeting = vs->greeting[0] == '\0' ? NULL : vs->greeting;
	p->hostname = vs->hostname;
	p->last = s->options.last;
	p->no_nuls = s->options.no_nuls;
	p->auto_deny = s->options.auto_deny;
	p->implementation = s->options.implementation ?
	    PACKAGE_NAME "-" PACKAGE_VERSION : NULL;
	p->xmit = s->options.xtnd_xmit;
	p->xmit_max = (uint64_t)c->relay.max_size;
	p->expire_days = (int)c->mail.expire_days;
	p->login_delay = small((c->mail.login_delay + 999) / 1000);
	p->max_bad_before = small(s->limits.bad_commands_before);
	p->max_bad_after = small(s->limits.bad_commands);
	p->max_auth = small(s->limits.auth_tries);
	p->out_high = OUT_HIGH;
	vs->poppass.on = s->options.password_change;
	vs->poppass.auto_deny = p->auto_deny;
	vs->poppass.max_bad_before = p->max_bad_before;
	vs->poppass.max_bad_after = p->max_bad_after;
	vs->poppass.max_auth = p->max_auth;
}

static int
fill(struct vserver *vs, const struct conf *c,
    const struct conf_listener *l, struct err *e)
{
	const struct conf_server *s = &l->server;

	vs->engine = l->protocol == CONF_POPPASS ? &engine_poppass :
	    &engine_pop3;
	vs->tls_mode = l->tls_mode;
	vs->plaintext = s->allow_plaintext;
	vs->apop = s->options.apop;
	vs->limits = s->limits;
	vs->name = mem_strdup(l->name);
	vs->greeting = mem_strdup(s->welcome);
	vs->hostname = mem_strdup(s->hostname);
	vs->default_domain = mem_strdup(s->default_domain[0] != '\0' ?
	    s->default_domain : s->hostname);
	if (vs->name == NULL || vs->greeting == NULL ||
	    vs->hostname == NULL || vs->default_domain == NULL ||
	    take_mechs(vs, &c->auth.mechanisms) < 0)
		return err_set(e, ERR_TEMP, "listener %s: out of memory",
		    l->name);
	take_engine(vs, c, s);
	return take_proxies(vs, &l->proxy_from, e);
}

struct vserver *
vserver_new(const struct conf *c, const struct conf_listener *l,
    struct err *e)
{
	struct vserver *vs = mem_new(1, sizeof(*vs));

	if (vs == NULL) {
		err_set(e, ERR_TEMP, "listener %s: out of memory", l->name);
		return NULL;
	}
	vs->refs = 1;
	if (fill(vs, c, l, e) < 0)
		vserver_unref(&vs);
	return vs;
}

struct vserver *
vserver_ref(struct vserver *vs)
{
	vs->refs++;
	return vs;
}

void
vserver_unref(struct vserver **vs_p)
{
	struct vserver *vs = *vs_p;

	*vs_p = NULL;
	if (vs == NULL || --vs->refs > 0)
		return;
	if (vs->tls != NULL)
		tls_set_unref(&vs->tls);
	free(vs->name);
	free(vs->greeting);
	free(vs->hostname);
	free(vs->default_domain);
	free(vs->mechs);
	free(vs->proxies);
	free(vs);
}

void
vserver_set_tls(struct vserver *vs, struct tls_set *tls)
{
	if (vs->tls != NULL)
		tls_set_unref(&vs->tls);
	vs->tls = tls;
	vs->pop3.starttls = tls != NULL &&
	    vs->tls_mode == CONF_TLS_STARTTLS;
}

bool
vserver_is_proxy(const struct vserver *vs, const struct addr *peer)
{
	size_t i;

	for (i = 0; i < vs->n_proxies && !peer->local; i++)
		if (prefix_covers(&vs->proxies[i], peer))
			return true;
	return false;
}

bool
vserver_plaintext_ok(const struct vserver *vs, const struct addr *peer)
{
	if (vs->plaintext == CONF_PLAIN_LOOPBACK)
		return addr_is_loopback(peer);
	return vs->plaintext == CONF_PLAIN_ALWAYS;
}

const char *
vserver_mech(const struct vserver *vs, const char *name)
{
	size_t i;

	for (i = 0; i < vs->pop3.n_mechs; i++)
		if (strcmp(vs->mechs[i].name, name) == 0)
			return vs->mechs[i].name;
	return "USER";
}
