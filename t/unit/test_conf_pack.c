/*
 * test_conf_pack.c - settings as octets: every key, and damaged records
 */
#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "lib/conf/conf.h"
#include "lib/conf/conf_row.h"

#include <stdio.h>
#include <string.h>

#include "t/unit/unit.h"

static int64_t serial;		/* no two fields get the same value */

static char *
text(void)
{
	char out[32];

	snprintf(out, sizeof(out), "text %d", (int)++serial);
	return mem_strdup(out);
}

static void
fill_strings(struct conf_strings *s)
{
	size_t i;

	s->n = (size_t)(++serial % 4);
	s->at = mem_new(s->n, sizeof(*s->at));
	for (i = 0; i < s->n; i++)
		s->at[i] = text();
}

static unsigned
words_in(const char *words)
{
	unsigned n = 1;

	for (; *words != '\0'; words++)
		n += *words == ' ';
	return n;
}

/* Every field of every row another value. */
static void
fill(const struct conf_set *set, void *at)
{
	const struct conf_row *r;
	char *field, *items;
	size_t i;

	for (r = set->rows; r < set->rows + set->n; r++) {
		field = (char *)at + r->offset;
		switch (r->type) {
		case CONF_T_SET:
			fill(r->set, field);
			break;
		case CONF_T_LIST:
			items = mem_new(3, r->set->size);
			for (i = 0; i < 3; i++)
				fill(r->set, items + i * r->set->size);
			conf_items_put(r, at, items, 3);
			break;
		case CONF_T_BOOL:
			*(bool *)field = ++serial % 2 == 0;
			break;
		case CONF_T_ENUM:
			*(unsigned *)(void *)field = (unsigned)r->lo +
			    (unsigned)++serial % words_in(r->words);
			break;
		case CONF_T_NUMBER:
		case CONF_T_SIZE:
		case CONF_T_DURATION:
			*(int64_t *)(void *)field = INT64_MAX - ++serial;
			break;
		case CONF_T_STRINGS:
		case CONF_T_RANGES:
		case CONF_T_PATHS:
			fill_strings((struct conf_strings *)(void *)field);
			break;
		default:
			*(char **)(void *)field = text();
			break;
		}
	}
}

static struct conf *
filled(void)
{
	struct conf *c = mem_new(1, sizeof(*c));

	serial = 0;
	fill(&conf_root_set, c);
	return c;
}

static void
same_strings(const char *key, const struct conf_strings *a,
    const struct conf_strings *b)
{
	size_t i;

	ck_assert_msg(a->n == b->n, "%s", key);
	for (i = 0; i < a->n; i++)
		ck_assert_msg(strcmp(a->at[i], b->at[i]) == 0, "%s", key);
}

static void
same(const struct conf_set *set, const void *a, const void *b)
{
	const struct conf_row *r;
	const char *x, *y, *xs, *ys;
	size_t i, n, m;

	for (r = set->rows; r < set->rows + set->n; r++) {
		x = (const char *)a + r->offset;
		y = (const char *)b + r->offset;
		switch (r->type) {
		case CONF_T_SET:
			same(r->set, x, y);
			break;
		case CONF_T_LIST:
			xs = conf_items(r, a, &n);
			ys = conf_items(r, b, &m);
			ck_assert_msg(n == m, "%s", r->key);
			for (i = 0; i < n; i++)
				same(r->set, xs + i * r->set->size,
				    ys + i * r->set->size);
			break;
		case CONF_T_BOOL:
			ck_assert_msg(*x == *y, "%s", r->key);
			break;
		case CONF_T_ENUM:
			ck_assert_msg(memcmp(x, y, sizeof(unsigned)) == 0,
			    "%s", r->key);
			break;
		case CONF_T_NUMBER:
		case CONF_T_SIZE:
		case CONF_T_DURATION:
			ck_assert_msg(memcmp(x, y, sizeof(int64_t)) == 0,
			    "%s", r->key);
			break;
		case CONF_T_STRINGS:
		case CONF_T_RANGES:
		case CONF_T_PATHS:
			same_strings(r->key, (const void *)x,
			    (const void *)y);
			break;
		default:
			ck_assert_msg(strcmp(*(char *const *)(const void *)x,
			    *(char *const *)(const void *)y) == 0, "%s",
			    r->key);
			break;
		}
	}
}

START_TEST(every_key_comes_back)
{
	struct conf *c = filled(), *d;
	struct buf b;
	struct err e;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(conf_pack(c, &b), 0);
	d = conf_unpack(buf_data(&b), buf_len(&b), &e);
	ck_assert_ptr_nonnull(d);
	same(&conf_root_set, c, d);
	/* fields by name, in case a row's offset were wrong on both sides */
	ck_assert_str_eq(c->server.hostname, d->server.hostname);
	ck_assert_str_eq(c->mail.user, d->mail.user);
	ck_assert_int_eq(c->listeners[2].server.limits.message_rate_window,
	    d->listeners[2].server.limits.message_rate_window);
	ck_assert_int_eq(c->server.tls.min_version, d->server.tls.min_version);
	ck_assert_str_eq(c->listeners[1].server.tls.names[2].key_file,
	    d->listeners[1].server.tls.names[2].key_file);
	buf_free(&b);
	conf_free(&c);
	conf_free(&d);
}
END_TEST

static size_t
octets_of(const struct conf_row *r)
{
	switch (r->type) {
	case CONF_T_SET:
		return r->set->size;
	case CONF_T_BOOL:
		return sizeof(bool);
	case CONF_T_ENUM:
		return sizeof(unsigned);
	case CONF_T_LIST:
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		return sizeof(struct conf_strings);
	default:
		return 8;
	}
}

static const struct {
	const struct conf_set *set;
	size_t padding;
} sets[] = {
	{ &conf_root_set, 24 },	/* relay.tls, relay.helo, control.owners,
				 * switches of auth */
	{ &conf_server_set, 12 },	/* plaintext, min_version, policy */
	{ &conf_listener_set, 8 },	/* protocol, tls_mode */
	{ &conf_name_set, 0 },
	{ &conf_log_set, 8 },		/* to, transport */
	{ &conf_route_set, 11 },	/* tls, helo */
};

/* A field of conf.h that no row fills would stay NULL. */
START_TEST(every_field_has_a_row)
{
	const struct conf_set *set = sets[_i].set;
	size_t i, octets = sets[_i].padding;

	for (i = 0; i < set->n; i++)
		octets += octets_of(&set->rows[i]);
	ck_assert_msg(octets == set->size, "%s: %zu of %zu", set->name,
	    octets, set->size);
}
END_TEST

START_TEST(a_cut_record_is_refused)
{
	struct conf *c = filled(), *d;
	struct buf b;
	struct err e;
	size_t n;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(conf_pack(c, &b), 0);
	for (n = 0; n < buf_len(&b); n += 1 + n / 64) {
		err_clear(&e);
		d = conf_unpack(buf_data(&b), n, &e);
		ck_assert_ptr_null(d);
		ck_assert_int_eq(e.class, ERR_BUG);
	}
	ck_assert_int_eq(buf_addc(&b, 'x'), 0);
	ck_assert_ptr_null(conf_unpack(buf_data(&b), buf_len(&b), &e));
	buf_free(&b);
	conf_free(&c);
}
END_TEST

/* Any octet may be wrong: refused or taken, never a crash, always freed. */
START_TEST(a_changed_record_does_no_harm)
{
	struct conf *c = filled(), *d;
	struct buf b;
	struct err e;
	char *copy;
	size_t i;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(conf_pack(c, &b), 0);
	copy = mem_new(buf_len(&b), 1);
	memcpy(copy, buf_data(&b), buf_len(&b));
	for (i = 0; i < buf_len(&b); i += 3) {
		copy[i] = (char)~copy[i];
		d = conf_unpack(copy, buf_len(&b), &e);
		conf_free(&d);
		copy[i] = (char)~copy[i];
	}
	d = conf_unpack(copy, buf_len(&b), &e);
	ck_assert_ptr_nonnull(d);
	conf_free(&d);
	free(copy);
	buf_free(&b);
	conf_free(&c);
}
END_TEST

START_TEST(a_full_buffer_is_told)
{
	struct conf *c = filled();
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(conf_pack(c, &b), -1);
	buf_free(&b);
	conf_free(&c);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, every_key_comes_back);
	UNIT_ROWS(tc, every_field_has_a_row, sets);
	tcase_add_test(tc, a_cut_record_is_refused);
	tcase_add_test(tc, a_changed_record_does_no_harm);
	tcase_add_test(tc, a_full_buffer_is_told);
}
UNIT_MAIN("conf_pack", add)
