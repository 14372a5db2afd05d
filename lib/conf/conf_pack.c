/*
 * conf_pack.c - settings as octets and back, and their end
 *
 * All that front, auth, drop, relay and log need of lib/conf.  Both sides are
 * one build, so the record is the fields in the order of the rows; a magic
 * number and the exact end catch a mixed installation.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "lib/conf/conf.h"
#include "lib/conf/conf_row.h"

#define MAGIC		0x50336366u
#define LEAST_STRING	4u	/* octets of an empty one in the record */

static void
free_strings(struct conf_strings *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->at[i]);
	free(s->at);
	memset(s, 0, sizeof(*s));
}

static void
free_field(enum conf_type type, void *field)
{
	switch (type) {
	case CONF_T_STRING:
	case CONF_T_WORD:
	case CONF_T_PATH:
	case CONF_T_FILE:
	case CONF_T_SECRET:
	case CONF_T_ADDRESS:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		free_strings(field);
		break;
	default:
		break;
	}
}

static void
clear_list(const struct conf_row *r, void *at)
{
	size_t i, n;
	char *items = conf_items(r, at, &n);

	for (i = 0; i < n; i++)
		conf_set_clear(r->set, items + i * r->set->size);
	free(items);
	conf_items_put(r, at, NULL, 0);
}

void
conf_set_clear(const struct conf_set *set, void *at)
{
	const struct conf_row *r;
	char *field;

	for (r = set->rows; r < set->rows + set->n; r++) {
		field = (char *)at + r->offset;
		if (r->type == CONF_T_SET)
			conf_set_clear(r->set, field);
		else if (r->type == CONF_T_LIST)
			clear_list(r, at);
		else
			free_field(r->type, field);
	}
}

void
conf_free(struct conf **c_p)
{
	if (*c_p == NULL)
		return;
	conf_set_clear(&conf_root_set, *c_p);
	free(*c_p);
	*c_p = NULL;
}

static void
pack_strings(struct pack *p, const struct conf_strings *s)
{
	size_t i;

	if (s->n > UINT32_MAX)
		p->bad = true;
	pack_u32(p, (uint32_t)s->n);
	for (i = 0; i < s->n; i++)
		pack_str(p, s->at[i]);
}

static void
pack_field(struct pack *p, enum conf_type type, const void *field)
{
	switch (type) {
	case CONF_T_BOOL:
		pack_u8(p, *(const bool *)field);
		break;
	case CONF_T_ENUM:
		pack_u32(p, *(const unsigned *)field);
		break;
	case CONF_T_NUMBER:
	case CONF_T_SIZE:
	case CONF_T_DURATION:
		pack_i64(p, *(const int64_t *)field);
		break;
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		pack_strings(p, field);
		break;
	default:
		pack_str(p, *(char *const *)field);
		break;
	}
}

static void
pack_set(struct pack *p, const struct conf_set *set, const void *at)
{
	const struct conf_row *r;
	const char *field, *items;
	size_t i, n;

	for (r = set->rows; r < set->rows + set->n; r++) {
		field = (const char *)at + r->offset;
		if (r->type == CONF_T_SET) {
			pack_set(p, r->set, field);
		} else if (r->type == CONF_T_LIST) {
			items = conf_items(r, at, &n);
			pack_u32(p, (uint32_t)n);
			for (i = 0; i < n; i++)
				pack_set(p, r->set, items + i * r->set->size);
		} else {
			pack_field(p, r->type, field);
		}
	}
}

int
conf_pack(const struct conf *c, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, MAGIC);
	pack_set(&p, &conf_root_set, c);
	return pack_end(&p);
}

/* How many follow; never more than the rest of the record can hold. */
static size_t
unpack_count(struct unpack *u)
{
	size_t n = unpack_u32(u);

	if (n > (size_t)(u->end - u->at) / LEAST_STRING)
		u->bad = true;
	return u->bad ? 0 : n;
}

static char *
unpack_text(struct unpack *u)
{
	char *s = unpack_str(u);

	if (s == NULL)
		u->bad = true;
	return s;
}

static void
unpack_strings(struct unpack *u, struct conf_strings *s)
{
	size_t n = unpack_count(u);

	if (n == 0)
		return;
	s->at = mem_new(n, sizeof(*s->at));
	if (s->at == NULL)
		u->bad = true;
	while (!u->bad && s->n < n) {
		s->at[s->n] = unpack_text(u);
		s->n++;
	}
}

static unsigned
unpack_enum(struct unpack *u, const struct conf_row *r)
{
	unsigned v = unpack_u32(u), first = (unsigned)r->lo, last = first;
	const char *p;

	for (p = r->words; *p != '\0'; p++)
		last += *p == ' ';
	if (v < first || v > last)
		u->bad = true;
	return u->bad ? first : v;
}

static void
unpack_field(struct unpack *u, const struct conf_row *r, void *field)
{
	uint8_t bit;

	switch (r->type) {
	case CONF_T_BOOL:
		bit = unpack_u8(u);
		u->bad = u->bad || bit > 1;
		*(bool *)field = bit == 1;
		break;
	case CONF_T_ENUM:
		*(unsigned *)field = unpack_enum(u, r);
		break;
	case CONF_T_NUMBER:
	case CONF_T_SIZE:
	case CONF_T_DURATION:
		*(int64_t *)field = unpack_i64(u);
		break;
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		unpack_strings(u, field);
		break;
	default:
		*(char **)field = unpack_text(u);
		break;
	}
}

/* A failed reader keeps going: every field gets a value that can be freed. */
static void
unpack_set(struct unpack *u, const struct conf_set *set, void *at)
{
	const struct conf_row *r;
	char *field, *items;
	size_t i, n;

	for (r = set->rows; r < set->rows + set->n; r++) {
		field = (char *)at + r->offset;
		if (r->type == CONF_T_SET) {
			unpack_set(u, r->set, field);
		} else if (r->type == CONF_T_LIST) {
			n = unpack_count(u);
			items = n == 0 ? NULL : mem_new(n, r->set->size);
			if (items == NULL && n > 0) {
				u->bad = true;
				n = 0;
			}
			conf_items_put(r, at, items, n);
			for (i = 0; i < n; i++)
				unpack_set(u, r->set,
				    items + i * r->set->size);
		} else {
			unpack_field(u, r, field);
		}
	}
}

struct conf *
conf_unpack(const void *p, size_t n, struct err *e)
{
	struct conf *c = mem_new(1, sizeof(*c));
	struct unpack u;

	if (c == NULL) {
		err_set(e, ERR_TEMP, "no memory for the settings");
		return NULL;
	}
	unpack_begin(&u, p, n);
	if (unpack_u32(&u) != MAGIC)
		u.bad = true;
	unpack_set(&u, &conf_root_set, c);
	if (unpack_end(&u) == 0)
		return c;
	conf_free(&c);
	err_set(e, ERR_BUG, "settings of another build, or not whole");
	return NULL;
}
