/*
 * ctl_autodeny.c - verbs "autodeny.list", "autodeny.add", "autodeny.remove",
 * "autodeny.clear"
 *
 * Runs in: front.
 * Trusts: nothing in the arguments.
 */
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/server.h"

#define PAGE		400		/* entries; fits a line */
#define FOR_MAX		(AUTODENY_LONGEST / 1000)

static void
out_of_memory(struct err *e)
{
	err_set(e, ERR_TEMP, "out of memory");
}

/* Wall seconds of a mono time in ms. */
static json_int_t
wall(const struct server *srv, int64_t mono)
{
	const struct moment *now = loop_time(srv->loop);

	return (now->wall + (mono - now->mono)) / 1000;
}

static json_t *
row(const struct server *srv, const struct autodeny_entry *e)
{
	char text[ADDR_TEXT];

	return json_pack("{s:s, s:s, s:I, s:o, s:I}",
	    "address", prefix_text(&e->source, text),
	    "reason", autodeny_reason_name(e->reason),
	    "since", wall(srv, e->since),
	    "expires", e->until == AUTODENY_FOREVER ? json_null() :
	    json_integer(wall(srv, e->until)),
	    "hits", (json_int_t)e->hits);
}

json_t *
ctl_autodeny_list(struct server *srv, const json_t *args, struct err *e)
{
	static struct autodeny_entry page[PAGE];
	json_t *list, *result;
	int64_t after;
	size_t at, i, n;

	if (json_only(args, "after", e) < 0 ||
	    json_int(args, "after", 0, &after, e) < 0)
		return NULL;
	if (after < 0) {
		err_set(e, ERR_CONFIG, "after: what \"next\" said");
		return NULL;
	}
	at = (size_t)after;
	n = autodeny_page(gate_autodeny(srv->gate), &at,
	    loop_time(srv->loop)->mono, page, PAGE);
	list = json_array();
	for (i = 0; i < n; i++)
		json_array_append_new(list, row(srv, &page[i]));
	result = json_pack("{s:o}", "addresses", list);
	if (result == NULL)
		out_of_memory(e);
	else if (at != 0)
		json_object_set_new(result, "next",
		    json_integer((json_int_t)at));
	return result;
}

/* As autodeny.list names a source: an address, or an IPv6 /64. */
static int
address(const json_t *args, struct addr *a_r, struct err *e)
{
	const char *text = json_str(args, "address", NULL, e);
	struct prefix p, source;

	if (text == NULL || prefix_parse(text, &p, e) < 0)
		return -1;
	*a_r = (struct addr){ .port = 0 };
	memcpy(a_r->ip, p.ip, sizeof(p.ip));
	prefix_of_peer(a_r, &source);
	if (p.len < source.len)
		return err_set(e, ERR_CONFIG, "%.60s: one address only (of "
		    "IPv6 a /64); deny takes ranges", text);
	return 0;
}

static int64_t
deadline(const struct server *srv, int64_t seconds)
{
	return seconds == 0 ? AUTODENY_FOREVER :
	    loop_time(srv->loop)->mono + seconds * 1000;
}

json_t *
ctl_autodeny_add(struct server *srv, const json_t *args, struct err *e)
{
	struct autodeny *ad = gate_autodeny(srv->gate);
	int64_t now = loop_time(srv->loop)->mono, seconds;
	struct prefix source;
	struct addr a;
	char text[ADDR_TEXT];
	json_t *result;

	if (json_only(args, "address for", e) < 0 ||
	    address(args, &a, e) < 0 ||
	    json_int(args, "for", 0, &seconds, e) < 0)
		return NULL;
	if (seconds < 0 || seconds > FOR_MAX)
		err_set(e, ERR_CONFIG, "for: 1 to %lld seconds, or 0 until "
		    "restart", (long long)FOR_MAX);
	else if (autodeny_is_never(ad, &a))
		err_set(e, ERR_CONFIG, "%s: autodeny.never has it",
		    addr_text(&a, text));
	else if (autodeny_add(ad, &a, AUTODENY_OPERATOR,
	    deadline(srv, seconds), now) < 0)
		out_of_memory(e);
	else
		e->class = ERR_NONE;
	if (e->class != ERR_NONE)
		return NULL;
	prefix_of_peer(&a, &source);
	result = json_pack("{s:s, s:o}", "address",
	    prefix_text(&source, text), "expires", seconds == 0 ?
	    json_null() : json_integer(wall(srv, now + seconds * 1000)));
	if (result == NULL)
		out_of_memory(e);
	return result;
}

json_t *
ctl_autodeny_remove(struct server *srv, const json_t *args, struct err *e)
{
	char text[ADDR_TEXT];
	struct prefix source;
	struct addr a;
	json_t *result;

	if (json_only(args, "address", e) < 0 || address(args, &a, e) < 0)
		return NULL;
	prefix_of_peer(&a, &source);
	if (!guard_let_in(srv, &a)) {
		err_set(e, ERR_NOTFOUND, "%s is not shut out",
		    prefix_text(&source, text));
		return NULL;
	}
	result = json_pack("{s:s}", "address", prefix_text(&source, text));
	if (result == NULL)
		out_of_memory(e);
	return result;
}

json_t *
ctl_autodeny_clear(struct server *srv, const json_t *args, struct err *e)
{
	json_t *result;

	if (json_only(args, "", e) < 0)
		return NULL;
	result = json_pack("{s:I}", "removed",
	    (json_int_t)autodeny_count(gate_autodeny(srv->gate)));
	if (result == NULL)
		out_of_memory(e);
	else
		guard_let_all_in(srv);
	return result;
}
