/*
 * index_load.c - reading an index file that may be anything
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/path.h"

#include "lib/mail/index_own.h"
#include "lib/mail/uidl.h"

static int
read_all(int fd, void *p, size_t n, uint64_t offset)
{
	char *at = p;
	ssize_t r;

	while (n > 0) {
		r = pread(fd, at, n, (off_t)offset);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -1;
		at += r;
		n -= (size_t)r;
		offset += (uint64_t)r;
	}
	return 0;
}

static bool
head_ok(const struct index_head *h, off_t file)
{
	uint64_t rest = (uint64_t)file - sizeof(*h);

	return memcmp(h->magic, INDEX_MAGIC, sizeof(h->magic)) == 0 &&
	    h->version == INDEX_VERSION && h->order == INDEX_ORDER &&
	    h->row_octets == sizeof(struct msgs_row) &&
	    h->count <= MSGS_MAX && h->pool_octets <= UINT32_MAX &&
	    h->list_octets <= UINT32_MAX && h->state < 2 * INDEX_MIXED &&
	    h->zero == 0 && h->list_octets +
	    h->count * sizeof(struct msgs_row) + h->pool_octets == rest &&
	    h->sum == index_sum_head(h);
}

static void
take_head(struct index_load *l, const struct index_head *h)
{
	struct index_state *state = &l->state;
	enum folder f;

	memcpy(state->stamps, h->stamps, sizeof(state->stamps));
	for (f = 0; f < FOLDER_N; f++)
		state->settled[f] = (h->state & 1u << f) != 0;
	state->mixed = (h->state & INDEX_MIXED) != 0;
	l->count = h->count;
	l->pool_octets = h->pool_octets;
	l->list_octets = h->list_octets;
	l->list_sum = h->list_sum;
	l->rest_sum = h->rest_sum;
	l->sum = index_sum_begin();
}

int
index_load_begin(struct index_load *l, int maildrop)
{
	struct index_head h;
	struct stat st;

	memset(l, 0, sizeof(*l));
	l->fd = path_open_file(maildrop, INDEX_FILE, NULL);
	if (l->fd < 0)
		return -1;
	if (fstat(l->fd, &st) < 0 || st.st_size < (off_t)sizeof(h) ||
	    read_all(l->fd, &h, sizeof(h), 0) < 0 ||
	    !head_ok(&h, st.st_size)) {
		index_load_end(l);
		return -1;
	}
	take_head(l, &h);
	return 0;
}

/* The next piece of n octets at to, offset octets behind the head. */
static int
read_piece(struct index_load *l, char *to, size_t n, uint64_t offset)
{
	if (read_all(l->fd, to, n, sizeof(struct index_head) + offset) < 0)
		return -1;
	l->sum = index_sum(l->sum, to, n);
	return 0;
}

static size_t
piece(size_t n)
{
	return n < INDEX_PIECE ? n : INDEX_PIECE;
}

int
index_load_list(struct index_load *l, struct slice *s, struct buf *list)
{
	size_t have = buf_len(list), n;
	char *to = buf_reserve(list, l->list_octets - have);

	if (to == NULL || l->list_octets == 0)
		return -1;
	while (have < l->list_octets) {
		n = piece(l->list_octets - have);
		if (read_piece(l, to, n, have) < 0)
			return -1;
		buf_added(list, n);
		to += n;
		have += n;
		if (slice_over(s))
			return 1;
	}
	if (l->sum != l->list_sum)
		return -1;
	l->sum = index_sum_begin();
	return 0;
}

void
index_load_rewind(struct index_load *l)
{
	l->sum = index_sum_begin();
}

static int
take_memory(struct msgs *m, const struct index_load *l)
{
	/* not zeroed: a login to a large maildrop is mostly this */
	m->rows = malloc(l->count * sizeof(struct msgs_row) + 1);
	m->pool = malloc(l->pool_octets + 1);
	if (m->rows == NULL || m->pool == NULL)
		return -1;
	m->count = m->cap = l->count;
	m->used = m->pool_cap = l->pool_octets;
	return 0;
}

/* The next piece of rows, then of the pool; never across both. */
static int
read_rest(struct index_load *l, struct msgs *m)
{
	size_t rows = m->count * sizeof(struct msgs_row), n;
	char *to;

	if (l->have < rows) {
		to = (char *)m->rows + l->have;
		n = piece(rows - l->have);
	} else {
		to = m->pool + (l->have - rows);
		n = piece(rows + m->used - l->have);
	}
	if (read_piece(l, to, n, l->list_octets + l->have) < 0)
		return -1;
	l->have += n;
	return 0;
}

static bool
row_ok(const struct msgs *m, const struct msgs_row *r)
{
	uint64_t end = (uint64_t)r->text + r->uidl_len + r->name_len;
	struct span name;

	if (end > m->used || r->name_len == 0 || r->uidl_len == 0 ||
	    r->base_len == 0 || (r->flags & ~MSGS_KEPT) != 0 ||
	    r->wire < r->octets)
		return false;
	name = msgs_name(m, r);
	return name.ptr[0] != '.' && !span_has(name, '/') &&
	    (r->base_len == r->name_len || (r->base_len < r->name_len &&
	    name.ptr[r->base_len] == ':')) && uidl_valid(msgs_uidl(m, r));
}

/* 1 more to do, 0 all rows are good, -1. */
static int
check_rows(struct index_load *l, struct slice *s, struct msgs *m)
{
	const struct msgs_row *r;

	while (l->checked < m->count) {
		r = &m->rows[l->checked++];
		if (!row_ok(m, r) || r->wire > UINT64_MAX - l->octets)
			return -1;
		l->octets += r->wire;
		l->live += (size_t)r->uidl_len + r->name_len;
		if (slice_over_small(s))
			return 1;
	}
	if (l->live > m->used)
		return -1;
	m->waste = m->used - l->live;
	return 0;
}

int
index_load_step(struct index_load *l, struct slice *s, struct msgs *m)
{
	size_t all;
	int r;

	if (m->rows == NULL && take_memory(m, l) < 0)
		goto bad;
	all = m->count * sizeof(struct msgs_row) + m->used;
	while (l->have < all) {
		if (read_rest(l, m) < 0)
			goto bad;
		if (slice_over(s))
			return 1;
	}
	r = l->sum == l->rest_sum ? check_rows(l, s, m) : -1;
	if (r >= 0)
		return r;
bad:
	msgs_free(m);
	return -1;
}

void
index_load_end(struct index_load *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
}
