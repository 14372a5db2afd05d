/*
 * conf_value.h - one value: from JSON into its field, and back
 *
 * The only place that knows what each conf_type looks like in JSON.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <jansson.h>

#include "lib/base/err.h"
#include "lib/conf/conf_row.h"

/*
 * Read v as r says into field, which is empty (cleared) before; no LIST, no
 * SET.  -1 with *e (ERR_CONFIG: the offending text and what would be right;
 * ERR_TEMP): field is empty again.
 */
int conf_value_read(const struct conf_row *r, const json_t *v, void *field,
    struct err *e);

/* The same without keeping it. */
int conf_value_check(const struct conf_row *r, const json_t *v,
    struct err *e);

/* New references, NULL when out of memory. */
json_t *conf_value_json(const struct conf_row *r, const void *field);
/* Text as typed ("10m", "on", "a b") as the JSON that r expects; what cannot
 * be understood stays a string, for conf_value_read() to refuse. */
json_t *conf_value_text(const struct conf_row *r, const char *text);

#endif
