/*
 * ports.c - the listening sockets, each with its settings
 *
 * Runs in: front.
 * Trusts: keeper for sockets, certificates and configuration.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/listen.h"

#include "pop3srvd/ipc/certs.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/fds.h"
#include "pop3srvd/front/ports.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define CERTS_MAX	((size_t)64 << 20)

struct port {
	struct port *next;
	struct server *srv;
	struct vserver *vs;
	struct listener *listener;	/* NULL until its socket came */
};

struct ports {
	struct server *srv;
	struct port *first;
};

struct ports *
ports_new(struct server *srv)
{
	struct ports *ps = mem_new(1, sizeof(*ps));

	if (ps != NULL)
		ps->srv = srv;
	return ps;
}

static void
port_free(struct port *p)
{
	if (p->listener != NULL)
		listener_free(&p->listener);
	vserver_unref(&p->vs);
	free(p);
}

void
ports_free(struct ports **ps_p)
{
	struct port *p, *next;

	if (*ps_p == NULL)
		return;
	for (p = (*ps_p)->first; p != NULL; p = next) {
		next = p->next;
		port_free(p);
	}
	free(*ps_p);
	*ps_p = NULL;
}

static struct port *
named(const struct ports *ps, struct span name)
{
	struct port *p = ps->first;

	while (p != NULL && !span_eq(name, p->vs->name))
		p = p->next;
	return p;
}

static const struct conf_listener *
conf_of(const struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->n_listeners; i++)
		if (strcmp(c->listeners[i].name, name) == 0)
			return &c->listeners[i];
	return NULL;
}

static int
add(struct ports *ps, struct vserver *vs)
{
	struct port *p = mem_new(1, sizeof(*p));

	if (p == NULL)
		return -1;
	p->srv = ps->srv;
	p->vs = vs;
	p->next = ps->first;
	ps->first = p;
	return 0;
}

static int
take(struct ports *ps, const struct conf *c, const struct conf_listener *l,
    struct err *e)
{
	struct vserver *vs = vserver_new(c, l, e);
	struct port *p = named(ps, span_of(l->name));

	if (vs == NULL)
		return -1;
	if (p == NULL) {
		if (add(ps, vs) == 0)
			return 0;
		vserver_unref(&vs);
		return err_set(e, ERR_TEMP, "listener %s: out of memory",
		    l->name);
	}
	if (p->vs->tls != NULL)
		vserver_set_tls(vs, tls_set_ref(p->vs->tls));
	vserver_unref(&p->vs);
	p->vs = vs;
	return 0;
}

void
ports_conf(struct ports *ps, const struct conf *c)
{
	struct port **at = &ps->first, *p;
	struct err e;
	size_t i;

	while ((p = *at) != NULL) {
		if (conf_of(c, p->vs->name) != NULL) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		port_free(p);
	}
	for (i = 0; i < c->n_listeners; i++) {
		if (c->listeners[i].protocol == CONF_LMTP)
			continue;
		if (take(ps, c, &c->listeners[i], &e) < 0)
			log_error(ps->srv->log, LOG_LEVEL_ERROR, NULL,
			    "listener keeps its old settings", &e);
	}
}

const struct vserver *
ports_vserver(const struct ports *ps, const char *name)
{
	struct port *p = named(ps, span_of(name));

	return p == NULL ? NULL : p->vs;
}

static enum gate_verdict
admit(struct port *p, int fd, const struct addr *peer, bool proxy)
{
	server_relieve(p->srv, p->vs);
	if (fds_out(fd) && !server_push_out(p->srv))
		return GATE_FULL;
	return gate_enter(p->srv->gate, p->vs, peer,
	    proxy ? GATE_PROXY : GATE_PEER, loop_time(p->srv->loop)->mono);
}

static void
on_peer(int fd, const struct addr *peer, void *arg)
{
	struct port *p = arg;
	bool proxy = vserver_is_proxy(p->vs, peer);
	enum gate_verdict v = admit(p, fd, peer, proxy);

	if (v != GATE_OK) {
		close(fd);
		server_log_refused(p->srv, p->vs, peer, v);
		return;
	}
	session_new(p->srv, p->vs, fd, peer, proxy);
}

/* Without a descriptor for the next peer. */
static bool
on_exhausted(void *arg)
{
	struct port *p = arg;

	return server_push_out(p->srv);
}

int
ports_listen(struct ports *ps, struct span name, int fd, struct err *e)
{
	struct port *p = named(ps, name);
	struct listener *ln;

	if (p == NULL) {
		close(fd);
		return err_set(e, ERR_BUG, "socket of no listener: %.*s",
		    (int)name.len, name.ptr);
	}
	ln = listener_new(ps->srv->loop, fd, on_peer, p);
	if (ln == NULL) {
		close(fd);
		return err_set(e, ERR_TEMP, "listener %s: out of memory",
		    p->vs->name);
	}
	if (p->listener != NULL)
		listener_free(&p->listener);
	p->listener = ln;
	listener_on_exhausted(ln, on_exhausted);
	return 0;
}

static void
take_certs(struct ports *ps, const struct certs_of *of)
{
	struct port *p = named(ps, span_of(of->listener));
	struct tls_want want = { of->pairs, of->n, of->min_version };
	struct tls_set *set = NULL;
	struct err e;

	if (p == NULL)
		return;
	if (of->n > 0) {
		set = tls_set_new(&want, ps->srv->keys, &e);
		if (set == NULL) {
			log_error(ps->srv->log, LOG_LEVEL_ERROR, NULL,
			    "certificates not taken", &e);
			return;
		}
	}
	vserver_set_tls(p->vs, set);
}

void
ports_certs(struct ports *ps, int fd)
{
	struct certs c;
	struct err e;
	char *mem;
	size_t i, n;

	if (memfd_read(fd, CERTS_MAX, &mem, &n, &e) < 0) {
		log_error(ps->srv->log, LOG_LEVEL_ERROR, NULL,
		    "certificates not taken", &e);
		return;
	}
	if (certs_unpack(&c, mem, n, &e) < 0) {
		log_error(ps->srv->log, LOG_LEVEL_ERROR, NULL,
		    "certificates not taken", &e);
	} else {
		for (i = 0; i < c.n; i++)
			take_certs(ps, &c.of[i]);
		certs_clear(&c);
	}
	mem_wipe(mem, n);
	free(mem);
}
