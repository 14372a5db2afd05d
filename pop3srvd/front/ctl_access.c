/*
 * ctl_access.c - access.test: what the gate would say to an address now
 *
 * Runs in: front.
 * Trusts: nothing is read here but an address.
 */
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/ports.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/vserver.h"

/* What the lists hold of it: it is told also when another reason refuses. */
static void
add_rule(const struct server *srv, const struct vserver *vs,
    const struct addr *a, json_t *v)
{
	const struct access *lists = gate_lists(srv->gate);
	const struct netacl *acl = access_list(lists, vs->name);
	const struct netacl_rule *r = NULL;
	char text[ADDR_TEXT];
	const char *decided = "policy";

	if (acl != NULL)
		(void)netacl_test(acl, a, &r);
	if (r != NULL)
		decided = r->verdict == VERDICT_GRANT ? "grant" : "deny";
	(void)json_object_set_new(v, "decided", json_string(decided));
	(void)json_object_set_new(v, "policy", json_string(acl != NULL &&
	    netacl_policy(acl) == VERDICT_GRANT ? "grant" : "deny"));
	if (r == NULL)
		return;
	(void)json_object_set_new(v, "range",
	    json_string(prefix_text(&r->p, text)));
	(void)json_object_set_new(v, "origin", r->line == 0 ?
	    json_string(access_source(lists, r)) : json_sprintf("%s:%u",
	    access_source(lists, r), r->line));
}

static json_t *
test(struct server *srv, const struct vserver *vs, const struct addr *a,
    bool *refused)
{
	enum gate_verdict g = gate_would(srv->gate, vs, a,
	    loop_time(srv->loop)->mono);
	json_t *v = json_pack("{s:s, s:s, s:b, s:b}", "listener", vs->name,
	    "verdict", gate_verdict_name(g), "refused", g != GATE_OK,
	    "never_shut_out",
	    autodeny_is_never(gate_autodeny(srv->gate), a));

	*refused = *refused || g != GATE_OK;
	if (v != NULL)
		add_rule(srv, vs, a, v);
	return v;
}

static json_t *
test_all(struct server *srv, const struct addr *a, const char *listener,
    bool *refused)
{
	const struct conf *c = srv->conf;
	const struct vserver *vs;
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->n_listeners; i++) {
		vs = ports_vserver(srv->ports, c->listeners[i].name);
		if (vs != NULL && (listener == NULL ||
		    strcmp(vs->name, listener) == 0))
			(void)json_array_append_new(list, test(srv, vs, a,
			    refused));
	}
	return list;
}

json_t *
ctl_access_test(struct server *srv, const json_t *args, struct err *e)
{
	const char *text, *listener = NULL;
	char shown[ADDR_TEXT];
	bool refused = false;
	struct addr a;
	json_t *list;

	if (json_only(args, "address listener", e) < 0 ||
	    (text = json_str(args, "address", NULL, e)) == NULL ||
	    addr_parse(text, &a, e) < 0)
		return NULL;
	if (json_object_get(args, "listener") != NULL &&
	    (listener = json_str(args, "listener", NULL, e)) == NULL)
		return NULL;
	list = test_all(srv, &a, listener, &refused);
	if (listener != NULL && json_array_size(list) == 0) {
		json_decref(list);
		err_set(e, ERR_NOTFOUND, "%.64s: no such listener is served",
		    listener);
		return NULL;
	}
	return json_pack("{s:s, s:b, s:o}", "address", addr_text(&a, shown),
	    "refused", refused, "listeners", list);
}
