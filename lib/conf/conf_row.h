/*
 * conf_row.h - what a row of conf_keys.h becomes
 *
 * A set of rows describes one struct of conf.h.  Whoever fills, frees, packs,
 * prints or compares settings walks the sets; nobody names a field twice.
 */
#ifndef CONF_ROW_H
#define CONF_ROW_H

#include <stddef.h>
#include <stdint.h>

enum conf_type {
	CONF_T_SET,		/* the rows of another set, in this place */
	CONF_T_LIST,		/* array of objects, a set each */
	CONF_T_STRING,		/* lo to hi octets (hi 0: 1024) */
	CONF_T_WORD,		/* string, one of words */
	CONF_T_PATH,		/* absolute, or "" */
	CONF_T_FILE,		/* PATH of a file that must be readable */
	CONF_T_SECRET,		/* FILE that nobody else may read */
	CONF_T_ADDRESS,		/* "*" or numeric */
	CONF_T_ENUM,		/* the index in words, plus lo */
	CONF_T_BOOL,
	CONF_T_NUMBER,		/* lo to hi, as the next two */
	CONF_T_SIZE,
	CONF_T_DURATION,
	CONF_T_STRINGS,		/* each one of words, when there are some */
	CONF_T_RANGES,		/* strings that prefix_parse() takes */
	CONF_T_PATHS		/* absolute paths */
};

enum conf_when {
	CONF_LIVE = 1,		/* pop3ctl can change it at run time */
	CONF_RELOAD = 2,
	CONF_RESTART = 4,
	CONF_FILE_ONLY = 8	/* decides what root runs or opens: refused in
				 * settings.json, which others may reach */
};

struct conf_set;

struct conf_row {
	const char *key;	/* dotted path in its set; "" for SET */
	enum conf_type type;
	size_t offset;
	size_t offset_n;	/* LIST: of the count */
	const struct conf_set *set;	/* SET, LIST */
	const char *dflt;	/* text as an administrator types it */
	int64_t lo, hi;
	const char *words;	/* separated by spaces, or NULL */
	const char *later;	/* those of words, the value of a BOOL, the
				 * numbers, that this version lacks */
	unsigned when;
	const char *help;
};

struct conf_set {
	const char *name;
	const struct conf_row *rows;
	size_t n;
	size_t size;		/* of the struct */
};

extern const struct conf_set conf_root_set;
extern const struct conf_set conf_server_set;
extern const struct conf_set conf_listener_set;
extern const struct conf_set conf_name_set;
extern const struct conf_set conf_log_set;
extern const struct conf_set conf_route_set;

/* The array of a LIST row in the struct at, and how many it holds. */
void *conf_items(const struct conf_row *r, const void *at, size_t *n_r);
void conf_items_put(const struct conf_row *r, void *at, void *items,
    size_t n);

/* Free and clear what the fields of a struct own. */
void conf_set_clear(const struct conf_set *set, void *at);

#endif
