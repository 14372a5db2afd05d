/*
 * msgs.c - the messages of a maildrop: rows, and one pool for all their text
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/mail/msgs.h"
#include "lib/mail/uidl.h"

static size_t
text_len(const struct msgs_row *r)
{
	size_t uidl = r->uidl_len == 0 ? UIDL_OCTETS : r->uidl_len;

	return uidl + r->name_len;
}

static char *
name_at(const struct msgs *m, const struct msgs_row *r)
{
	return m->pool + r->text + (text_len(r) - r->name_len);
}

/* Room for n more octets of text. */
static int
reserve(struct msgs *m, size_t n, struct err *e)
{
	char *pool;

	if (m->used + n > UINT32_MAX)
		return err_set(e, ERR_TEMP, "too many messages");
	pool = mem_grow(m->pool, &m->pool_cap, m->used + n, 1);
	if (pool == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	m->pool = pool;
	return 0;
}

void
msgs_free(struct msgs *m)
{
	free(m->rows);
	free(m->pool);
	memset(m, 0, sizeof(*m));
}

size_t
msgs_base_len(const char *name, size_t len)
{
	const char *colon = memchr(name, ':', len);

	return colon == NULL ? len : (size_t)(colon - name);
}

struct span
msgs_name(const struct msgs *m, const struct msgs_row *r)
{
	return span_mem(name_at(m, r), r->name_len);
}

struct span
msgs_base(const struct msgs *m, const struct msgs_row *r)
{
	return span_mem(name_at(m, r), r->base_len);
}

struct span
msgs_uidl(const struct msgs *m, const struct msgs_row *r)
{
	return span_mem(m->pool + r->text, r->uidl_len);
}

int
msgs_write(struct msgs *m, struct msgs_row *r, struct span name,
    struct span uidl, struct err *e)
{
	assert(name.len > 0 && name.len <= 255 && uidl.len <= 255);
	if (reserve(m, UIDL_OCTETS + uidl.len + name.len, e) < 0)
		return -1;
	r->text = (uint32_t)m->used;
	r->uidl_len = (uint8_t)uidl.len;
	r->name_len = (uint8_t)name.len;
	r->base_len = (uint8_t)msgs_base_len(name.ptr, name.len);
	if (uidl.len > 0)
		memcpy(m->pool + m->used, uidl.ptr, uidl.len);
	else
		memset(m->pool + m->used, 0, UIDL_OCTETS);
	memcpy(name_at(m, r), name.ptr, name.len);
	m->used += text_len(r);
	return 0;
}

int
msgs_add(struct msgs *m, const struct msgs_row *row, struct span name,
    struct span uidl, struct err *e)
{
	struct msgs_row *rows;

	if (m->count >= MSGS_MAX)
		return err_set(e, ERR_TEMP, "more than %zu messages",
		    MSGS_MAX);
	rows = mem_grow(m->rows, &m->cap, m->count + 1, sizeof(*rows));
	if (rows == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	m->rows = rows;
	m->rows[m->count] = *row;
	if (msgs_write(m, &m->rows[m->count], name, uidl, e) < 0)
		return -1;
	m->count++;
	return 0;
}

int
msgs_rename(struct msgs *m, struct msgs_row *r, struct span name,
    struct err *e)
{
	size_t uidl = text_len(r) - r->name_len;

	assert(name.len > 0 && name.len <= 255);
	if (name.len > r->name_len) {
		if (reserve(m, uidl + name.len, e) < 0)
			return -1;
		memcpy(m->pool + m->used, m->pool + r->text, uidl);
		m->waste += text_len(r);
		r->text = (uint32_t)m->used;
		m->used += uidl + name.len;
	} else {
		m->waste += r->name_len - name.len;
	}
	r->name_len = (uint8_t)name.len;
	r->base_len = (uint8_t)msgs_base_len(name.ptr, name.len);
	memcpy(name_at(m, r), name.ptr, name.len);
	return 0;
}

void
msgs_set_uidl(struct msgs *m, struct msgs_row *r, struct span uidl)
{
	assert(r->uidl_len == 0 && uidl.len == UIDL_OCTETS);
	memcpy(m->pool + r->text, uidl.ptr, uidl.len);
	r->uidl_len = UIDL_OCTETS;
}

int
msgs_drop_uidl(struct msgs *m, struct msgs_row *r, struct err *e)
{
	if (reserve(m, UIDL_OCTETS + (size_t)r->name_len, e) < 0)
		return -1;
	memset(m->pool + m->used, 0, UIDL_OCTETS);
	memcpy(m->pool + m->used + UIDL_OCTETS, name_at(m, r), r->name_len);
	m->waste += text_len(r);
	r->text = (uint32_t)m->used;
	r->uidl_len = 0;
	m->used += text_len(r);
	return 0;
}

void
msgs_forget(struct msgs *m, unsigned flags)
{
	size_t i, kept = 0;

	for (i = 0; i < m->count; i++) {
		if ((m->rows[i].flags & flags) != 0)
			m->waste += text_len(&m->rows[i]);
		else
			m->rows[kept++] = m->rows[i];
	}
	m->count = kept;
}

int
msgs_order(struct msgs_order *o, struct msgs *m, struct slice *s,
    struct err *e)
{
	struct msgs_row *r;
	size_t n;

	if (o->pool == NULL && (o->pool = malloc(m->used - m->waste + 1)) ==
	    NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	for (; o->at < m->count; o->at++) {
		if (s != NULL && slice_over_small(s))
			return 1;
		r = &m->rows[o->at];
		n = text_len(r);
		memcpy(o->pool + o->used, m->pool + r->text, n);
		r->text = (uint32_t)o->used;
		o->used += n;
	}
	assert(o->used == m->used - m->waste);
	free(m->pool);
	m->pool = o->pool;
	m->pool_cap = m->used = o->used;
	m->waste = 0;
	o->pool = NULL;
	return 0;
}

void
msgs_order_end(struct msgs_order *o)
{
	free(o->pool);
	memset(o, 0, sizeof(*o));
}

void
msgs_trim(struct msgs *m)
{
	struct msgs_order o = { NULL, 0, 0 };
	struct msgs_row *rows;
	char *pool;

	/* without memory the old pool stays, waste and all */
	if (m->waste > m->used / 4)
		(void)msgs_order(&o, m, NULL, NULL);
	rows = realloc(m->rows, m->count * sizeof(*rows) + 1);
	if (rows != NULL) {
		m->rows = rows;
		m->cap = m->count;
	}
	pool = realloc(m->pool, m->used + 1);
	if (pool != NULL) {
		m->pool = pool;
		m->pool_cap = m->used;
	}
}
