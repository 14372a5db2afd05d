/*
 * vserver.h - the settings of one listener, ready for use
 *
 * Made anew by each reload and counted: a session keeps the one it began with.
 */
#ifndef FRONT_VSERVER_H
#define FRONT_VSERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"

#include "lib/conf/conf.h"
#include "lib/net/tls.h"
#include "lib/proto/pop3.h"
#include "lib/proto/poppass.h"

struct engine_ops;

struct vserver {
	unsigned refs;
	char *name;			/* the listener's */
	const struct engine_ops *engine;	/* what is spoken there */
	char *default_domain;
	char *greeting;
	char *hostname;
	struct pop3_conf pop3;
	struct poppass_conf poppass;
	struct pop3_mech *mechs;
	enum conf_tls_mode tls_mode;
	struct tls_set *tls;		/* NULL: no certificate */
	struct prefix *proxies;
	size_t n_proxies;
	enum conf_plaintext plaintext;
	bool apop;			/* greet with a timestamp */
	struct conf_limits limits;
};

/* NULL with *e; one reference. */
struct vserver *vserver_new(const struct conf *c,
    const struct conf_listener *l, struct err *e);
struct vserver *vserver_ref(struct vserver *vs);
void vserver_unref(struct vserver **vs_p);

/* Replaces the certificates for handshakes to come; takes the reference. */
void vserver_set_tls(struct vserver *vs, struct tls_set *tls);

/* Must this peer open with a PROXY header? */
bool vserver_is_proxy(const struct vserver *vs, const struct addr *peer);
/* May this peer's password cross the wire without TLS? */
bool vserver_plaintext_ok(const struct vserver *vs, const struct addr *peer);

/* The mechanism's name as a constant of vs; "USER" when it has none. */
const char *vserver_mech(const struct vserver *vs, const char *name);

#endif
