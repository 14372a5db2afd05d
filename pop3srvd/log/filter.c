/*
 * filter.c - which records a follower wants
 *
 * Runs in: log.  Trusts: nothing.
 */
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/log/filter.h"

static int
take(const json_t *args, const char *key, char out[FILTER_TEXT],
    struct err *e)
{
	const char *text = json_str(args, key, "", e);

	if (text == NULL)
		return -1;
	if (strlen(text) >= FILTER_TEXT)
		return err_set(e, ERR_CONFIG, "%s: longer than %d octets", key,
		    FILTER_TEXT - 1);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int
take_level(struct filter *f, const json_t *args, struct err *e)
{
	static const char *const names[] = { "error", "warning", "info",
		"debug" };
	char text[FILTER_TEXT];
	int i;

	f->level = LOG_LEVEL_DEBUG;
	if (take(args, "level", text, e) < 0)
		return -1;
	for (i = 0; i < 4; i++)
		if (strcmp(text, names[i]) == 0)
			f->level = (enum log_level)i;
	if (text[0] != '\0' && strcmp(text, names[f->level]) != 0)
		return err_set(e, ERR_CONFIG, "level: expected error, "
		    "warning, info or debug, not \"%.40s\"", text);
	return 0;
}

static int
take_peer(struct filter *f, const json_t *args, struct err *e)
{
	char text[FILTER_TEXT];

	if (take(args, "peer", text, e) < 0)
		return -1;
	f->has_peer = text[0] != '\0';
	return f->has_peer ? prefix_parse(text, &f->peer, e) : 0;
}

static int
take_format(struct filter *f, const json_t *args, struct err *e)
{
	char text[FILTER_TEXT];

	if (take(args, "format", text, e) < 0)
		return -1;
	f->json = strcmp(text, "json") == 0;
	if (!f->json && text[0] != '\0' && strcmp(text, "text") != 0)
		return err_set(e, ERR_CONFIG, "format: expected text or json, "
		    "not \"%.40s\"", text);
	return 0;
}

int
filter_read(struct filter *f, const json_t *args, struct err *e)
{
	memset(f, 0, sizeof(*f));
	if (!json_is_object(args))
		return err_set(e, ERR_CONFIG, "args must be an object");
	if (json_only(args, "level event user session listener peer format",
	    e) < 0 || take_level(f, args, e) < 0 ||
	    take(args, "event", f->event, e) < 0 ||
	    take(args, "user", f->user, e) < 0 ||
	    take(args, "session", f->session, e) < 0 ||
	    take(args, "listener", f->listener, e) < 0 ||
	    take_peer(f, args, e) < 0)
		return -1;
	return take_format(f, args, e);
}

/* "login" is "login ok" as well, not "logins". */
static bool
begins(const char *what, const char *words)
{
	size_t n = strlen(words);

	return strncmp(what, words, n) == 0 &&
	    (n == 0 || what[n] == '\0' || what[n] == ' ');
}

static bool
named(const char *is, const char *wanted)
{
	return wanted[0] == '\0' || (is != NULL && strcmp(is, wanted) == 0);
}

static bool
from(const struct filter *f, const char *peer)
{
	struct addr a;

	if (!f->has_peer)
		return true;
	return peer != NULL && addr_parse(peer, &a, NULL) == 0 &&
	    prefix_covers(&f->peer, &a);
}

static bool
by(const struct logrec *r, const char *user)
{
	uint32_t i;

	for (i = 0; i < r->n_fields; i++)
		if (strcmp(r->fields[i].key, "user") == 0 &&
		    r->fields[i].value.ptr != NULL)
			return span_eq(r->fields[i].value, user);
	return false;
}

bool
filter_passes(const struct filter *f, const struct logrec *r)
{
	return r->level <= f->level && begins(r->what, f->event) &&
	    named(r->where.session, f->session) &&
	    named(r->where.listener, f->listener) &&
	    from(f, r->where.peer) &&
	    (f->user[0] == '\0' || by(r, f->user));
}
