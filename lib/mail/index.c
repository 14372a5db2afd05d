/*
 * index.c - what a maildrop's last scan found, in one file inside it
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/mail/index.h"
#include "lib/mail/uidl.h"

#define MAGIC		"pop3srvd index\n"
#define VERSION		2
#define ORDER		0x01020304u	/* other octet order: foreign */
#define PIECE		((size_t)1 << 20)	/* read at once */
#define SUM_SEED	0x9e3779b97f4a7c15u
#define MIXED		(1u << FOLDER_N)

struct head {
	char magic[16];
	uint32_t version;
	uint32_t order;
	uint32_t row_octets;
	uint32_t count;
	uint64_t pool_octets;
	struct folder_stamp stamps[FOLDER_N];
	uint32_t state;		/* 1 << folder: settled; MIXED */
	uint32_t zero;
	uint64_t sum;		/* of all octets, this field being zero */
};

_Static_assert(sizeof(struct msgs_row) == 40 && sizeof(struct head) == 104,
    "the file's layout has no padding");

void
index_unsettle(struct index_state *state)
{
	memset(state->settled, 0, sizeof(state->settled));
}

static uint64_t
mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

/*
 * Any one changed word changes the sum, since each step can be undone.  Four
 * lanes, so that the processor need not wait for each multiplication.
 */
static uint64_t
sum_octets(uint64_t sum, const char *p, size_t n)
{
	uint64_t lane[4] = { sum, sum + 1, sum + 2, sum + 3 }, w[4];
	size_t i;

	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		for (i = 0; i < 4; i++)
			lane[i] = mix(lane[i], w[i]);
	}
	memset(w, 0, sizeof(w));
	memcpy(w, p, n);
	for (i = 0; i < 4; i++)
		sum = mix(sum, mix(lane[i], w[i]));
	return mix(sum, n);
}

static uint64_t
sum_head(const struct head *h)
{
	struct head copy = *h;

	copy.sum = 0;
	return sum_octets(SUM_SEED, (const char *)&copy, sizeof(copy));
}

static int
read_all(int fd, void *p, size_t n)
{
	char *at = p;
	ssize_t r;

	while (n > 0) {
		r = read(fd, at, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -1;
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

static bool
head_ok(const struct head *h, off_t file)
{
	uint64_t rest = (uint64_t)file - sizeof(*h);

	return memcmp(h->magic, MAGIC, sizeof(h->magic)) == 0 &&
	    h->version == VERSION && h->order == ORDER &&
	    h->row_octets == sizeof(struct msgs_row) &&
	    h->count <= MSGS_MAX && h->pool_octets <= UINT32_MAX &&
	    h->state < 2 * MIXED && h->zero == 0 &&
	    h->count * sizeof(struct msgs_row) + h->pool_octets == rest;
}

int
index_load_begin(struct index_load *l, int maildrop)
{
	struct head *h;
	struct stat st;

	memset(l, 0, sizeof(*l));
	l->fd = path_open_file(maildrop, INDEX_FILE, NULL);
	if (l->fd < 0)
		return -1;
	h = mem_new(1, sizeof(*h));
	l->head = (char *)h;
	if (h == NULL || fstat(l->fd, &st) < 0 ||
	    st.st_size < (off_t)sizeof(*h) ||
	    read_all(l->fd, h, sizeof(*h)) < 0 || !head_ok(h, st.st_size))
		return -1;
	l->sum = sum_head(h);
	return 0;
}

static int
take_memory(struct msgs *m, const struct head *h)
{
	/* not zeroed: a warm login of a large maildrop is mostly this */
	m->rows = malloc(h->count * sizeof(struct msgs_row) + 1);
	m->pool = malloc(h->pool_octets + 1);
	if (m->rows == NULL || m->pool == NULL)
		return -1;
	m->count = m->cap = h->count;
	m->used = m->pool_cap = h->pool_octets;
	return 0;
}

/* The next piece of rows, then of the pool; never across both. */
static int
read_piece(struct index_load *l, struct msgs *m)
{
	size_t rows = m->count * sizeof(struct msgs_row), n;
	char *to;

	if (l->have < rows) {
		to = (char *)m->rows + l->have;
		n = rows - l->have;
	} else {
		to = m->pool + (l->have - rows);
		n = rows + m->used - l->have;
	}
	if (n > PIECE)
		n = PIECE;
	if (read_all(l->fd, to, n) < 0)
		return -1;
	l->sum = sum_octets(l->sum, to, n);
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
		if (!row_ok(m, r))
			return -1;
		l->live += (size_t)r->uidl_len + r->name_len;
		if (slice_over_small(s))
			return 1;
	}
	if (l->live > m->used)
		return -1;
	m->waste = m->used - l->live;
	return 0;
}

static void
take_state(struct index_state *state, const struct head *h)
{
	enum folder f;

	memcpy(state->stamps, h->stamps, sizeof(state->stamps));
	for (f = 0; f < FOLDER_N; f++)
		state->settled[f] = (h->state & 1u << f) != 0;
	state->mixed = (h->state & MIXED) != 0;
}

int
index_load_step(struct index_load *l, struct slice *s, struct msgs *m,
    struct index_state *state)
{
	const struct head *h = (const void *)l->head;
	size_t all;
	int r;

	if (m->rows == NULL && take_memory(m, h) < 0)
		goto bad;
	all = m->count * sizeof(struct msgs_row) + m->used;
	while (l->have < all) {
		if (read_piece(l, m) < 0)
			goto bad;
		if (slice_over(s))
			return 1;
	}
	r = l->sum == h->sum ? check_rows(l, s, m) : -1;
	if (r > 0)
		return 1;
	if (r < 0)
		goto bad;
	take_state(state, h);
	return 0;
bad:
	msgs_free(m);
	return -1;
}

void
index_load_end(struct index_load *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	free(l->head);
	l->head = NULL;
	l->fd = -1;
}

/* In the same pieces as read_piece() will see. */
static uint64_t
sum_pieces(uint64_t sum, const char *p, size_t n)
{
	size_t part;

	for (; n > 0; p += part, n -= part) {
		part = n < PIECE ? n : PIECE;
		sum = sum_octets(sum, p, part);
	}
	return sum;
}

static void
fill_head(struct head *h, const struct msgs *m,
    const struct index_state *state)
{
	enum folder f;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, MAGIC, sizeof(h->magic));
	h->version = VERSION;
	h->order = ORDER;
	h->row_octets = sizeof(struct msgs_row);
	h->count = (uint32_t)m->count;
	h->pool_octets = m->used;
	memcpy(h->stamps, state->stamps, sizeof(h->stamps));
	for (f = 0; f < FOLDER_N; f++)
		h->state |= state->settled[f] ? 1u << f : 0;
	h->state |= state->mixed ? MIXED : 0;
}

static void
copy_rows(char *to, const struct msgs *m)
{
	struct msgs_row row;
	size_t i;

	for (i = 0; i < m->count; i++, to += sizeof(row)) {
		row = m->rows[i];
		if ((row.flags & MSGS_LOOK) != 0)
			row.ino = 0;
		row.flags &= MSGS_KEPT;
		memcpy(to, &row, sizeof(row));
	}
}

int
index_save(int maildrop, const struct msgs *m,
    const struct index_state *state, struct err *e)
{
	size_t rows = m->count * sizeof(struct msgs_row);
	size_t all = sizeof(struct head) + rows + m->used;
	char *mem = malloc(all), *at;
	struct head h;
	int r;

	if (mem == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	at = mem + sizeof(h);
	copy_rows(at, m);
	if (m->used > 0)
		memcpy(at + rows, m->pool, m->used);
	fill_head(&h, m, state);
	h.sum = sum_pieces(sum_pieces(sum_head(&h), at, rows), at + rows,
	    m->used);
	memcpy(mem, &h, sizeof(h));
	/* a login must not wait for the disk: the checksum tells */
	r = path_replace_cache(maildrop, INDEX_FILE, span_mem(mem, all), 0600,
	    e);
	free(mem);
	return r;
}
