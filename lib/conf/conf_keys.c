/*
 * conf_keys.c - the rows of conf_keys.h as tables
 */
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/conf/conf_row.h"

/* In parentheses, which keep the comma through two macros; BARE drops them. */
#define BARE(...)		__VA_ARGS__
#define ANY			(.words = NULL)
#define CHARS(a, b)		(.lo = (a), .hi = (b))
#define BETWEEN(a, b)		(.lo = (a), .hi = (b))
#define WORDS(all, missing)	(.words = (all), .later = (missing))
#define WORDS_FROM(first, all)	(.words = (all), .lo = (first))
#define LATER(missing)		(.later = (missing))
#define ZERO_YET(a, b)		(.lo = (a), .hi = (b), .later = "other than 0")

#define ROW(of, key_, type_, field_, dflt_, bounds_, when_, help_) \
	{ .key = (key_), .type = CONF_T_##type_, \
	  .offset = offsetof(of, field_), .dflt = (dflt_), BARE bounds_, \
	  .when = (when_), .help = (help_) },
#define LIST(of, key_, set_, field_, n_, dflt_, when_, help_) \
	{ .key = (key_), .type = CONF_T_LIST, \
	  .offset = offsetof(of, field_), .offset_n = offsetof(of, n_), \
	  .set = &conf_##set_##_set, .dflt = (dflt_), \
	  .when = (when_), .help = (help_) },
#define SET(of, set_, field_) \
	{ .key = "", .type = CONF_T_SET, .offset = offsetof(of, field_), \
	  .set = &conf_##set_##_set },
#define TABLE(rows_, of, name_) \
	{ .name = (name_), .rows = (rows_), \
	  .n = sizeof(rows_) / sizeof((rows_)[0]), .size = sizeof(of) }

static const struct conf_row name_rows[] = {
#define NAME_KEY(k, t, f, d, b, w, h) ROW(struct conf_name, k, t, f, d, b, w, h)
#include "lib/conf/conf_keys.h"
};

static const struct conf_row log_rows[] = {
#define LOG_KEY(k, t, f, d, b, w, h) ROW(struct conf_log, k, t, f, d, b, w, h)
#include "lib/conf/conf_keys.h"
};

static const struct conf_row route_rows[] = {
#define ROUTE_KEY(k, t, f, d, b, w, h) \
	ROW(struct conf_route, k, t, f, d, b, w, h)
#include "lib/conf/conf_keys.h"
};

static const struct conf_row server_rows[] = {
#define SERVER_KEY(k, t, f, d, b, w, h) \
	ROW(struct conf_server, k, t, f, d, b, w, h)
#define SERVER_LIST(k, s, f, n, d, w, h) \
	LIST(struct conf_server, k, s, f, n, d, w, h)
#include "lib/conf/conf_keys.h"
};

static const struct conf_row listener_rows[] = {
#define LISTENER_KEY(k, t, f, d, b, w, h) \
	ROW(struct conf_listener, k, t, f, d, b, w, h)
#define LISTENER_SET(s, f) SET(struct conf_listener, s, f)
#include "lib/conf/conf_keys.h"
};

static const struct conf_row root_rows[] = {
#define ROOT_KEY(k, t, f, d, b, w, h) ROW(struct conf, k, t, f, d, b, w, h)
#define ROOT_LIST(k, s, f, n, d, w, h) LIST(struct conf, k, s, f, n, d, w, h)
#define ROOT_SET(s, f) SET(struct conf, s, f)
#include "lib/conf/conf_keys.h"
};

const struct conf_set conf_name_set =
    TABLE(name_rows, struct conf_name, "tls.names");
const struct conf_set conf_log_set =
    TABLE(log_rows, struct conf_log, "log");
const struct conf_set conf_route_set =
    TABLE(route_rows, struct conf_route, "relay.routes");
const struct conf_set conf_server_set =
    TABLE(server_rows, struct conf_server, "server");
const struct conf_set conf_listener_set =
    TABLE(listener_rows, struct conf_listener, "listeners");
const struct conf_set conf_root_set =
    TABLE(root_rows, struct conf, "");

/* Copied, not cast: the field is a pointer to the entry's own type. */
void *
conf_items(const struct conf_row *r, const void *at, size_t *n_r)
{
	void *items;

	memcpy(&items, (const char *)at + r->offset, sizeof(items));
	memcpy(n_r, (const char *)at + r->offset_n, sizeof(*n_r));
	return items;
}

void
conf_items_put(const struct conf_row *r, void *at, void *items, size_t n)
{
	memcpy((char *)at + r->offset, &items, sizeof(items));
	memcpy((char *)at + r->offset_n, &n, sizeof(n));
}
