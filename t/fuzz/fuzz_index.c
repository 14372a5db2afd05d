/*
 * fuzz_index.c - the index of a maildrop, of any octets (S-11)
 *
 * The first octet says which of two maildrops (the large one's index has the
 * ready list in it, and is seldom tried), and what is done with the index that the store itself
 * wrote: replaced by the rest, changed in places, cut or lengthened; then the
 * list must be what it is without an index.  Or its rows are changed and get a
 * right checksum, as only the owner of the mail could do: then a login works,
 * every row that is listed can be asked for, and, when the folders are read,
 * no file is missing and no UIDL is there twice.
 */
#include <fcntl.h>

#include "t/fuzz/maildrop.h"

#define SMALL	7
#define LARGE	(INDEX_BIG + 5)

struct drop {
	const char *name;
	uint32_t files;
	int fd;
	char *index;		/* as the store wrote it */
	char *changed;		/* room for twice as much */
	size_t len;
	struct box truth;
};

static struct drop small = { .name = "u", .files = SMALL };
static struct drop large = { .name = "v", .files = LARGE };

/* Sizes known from names, sizes counted, and those that lie. */
static void
fill(const struct drop *d)
{
	static const char *const names[SMALL] = {
		"new/1795300000.M1P1.host", "new/1795300001.M2P1.host,S=4",
		"cur/1795300002.M3P1.host,S=4,W=6:2,S",
		"cur/1795300003.M4P1.host,S=9,W=9:2,",
		"cur/1795300004.M5P1.host,S=4,W=4:2,RS", "cur/x:2,S",
		"new/1795300006.V802I1.host" };
	char path[300];
	uint32_t i;

	for (i = 0; i < d->files; i++) {
		if (i < SMALL)
			snprintf(path, sizeof(path), "%s/%s", d->name,
			    names[i]);
		else
			snprintf(path, sizeof(path), "%s/cur/1795%06u.M1P1."
			    "host,S=4,W=6:2,S", d->name, i);
		folder_put(path, "a\nb\n", 4);
	}
}

static void
read_index(struct drop *d)
{
	int fd = openat(d->fd, INDEX_FILE, O_RDONLY);
	struct stat st;

	must(fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 100);
	d->len = (size_t)st.st_size;
	d->index = malloc(d->len);
	d->changed = malloc(2 * d->len);
	must(d->index != NULL && d->changed != NULL);
	must(read(fd, d->index, d->len) == (ssize_t)d->len);
	close(fd);
}

static void
make(struct drop *d)
{
	d->fd = root_add(d->name);
	fill(d);
	box_open(&d->truth, d->name);
	must(d->truth.list.count == d->files);
	must(d->truth.st->ops->close(&d->truth.st, NULL) == 1);
	read_index(d);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	root_make("index");
	make(&small);
	make(&large);
	return 0;
}

static void
put_index(const struct drop *d, const char *p, size_t n)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/" INDEX_FILE, d->name);
	folder_put(path, p, n);
}

/* Each four octets of input change one of mem. */
static void
change(char *mem, size_t n, struct input *y)
{
	size_t at;

	while (n > 0 && y->end - y->at >= 4) {
		at = (size_t)input_octet(y) << 8;
		at = (at | input_octet(y)) << 2;
		at = (at | (size_t)input_octet(y) >> 6) % n;
		mem[at] = (char)input_octet(y);
	}
}

static void
compare(const struct drop *d, const char *index, size_t n)
{
	struct box b;

	put_index(d, index, n);
	box_open(&b, d->name);
	must(box_same(&d->truth, &b, true));
	box_close(&b);
}

static void
try_changed(const struct drop *d, struct input *y)
{
	memcpy(d->changed, d->index, d->len);
	change(d->changed, d->len, y);
	compare(d, d->changed, d->len);
}

static void
try_cut(const struct drop *d, struct input *y)
{
	size_t n = (size_t)input_octet(y) << 12, more;

	n = (n | (size_t)input_octet(y) << 4) % (d->len + 1);
	more = (size_t)(y->end - y->at);
	if (more > d->len)
		more = d->len;
	memcpy(d->changed, d->index, n);
	memcpy(d->changed + n, y->at, more);
	compare(d, d->changed, n + more);
}

static void
load(const struct drop *d, struct msgs *m, struct index_state *state)
{
	struct index_load l;
	struct slice s;
	int r;

	put_index(d, d->index, d->len);
	memset(m, 0, sizeof(*m));
	must(index_load_begin(&l, d->fd) == 0);
	index_load_rewind(&l);
	do {
		slice_begin(&s);
		r = index_load_step(&l, &s, m);
	} while (r == 1);
	must(r == 0);
	*state = l.state;
	index_load_end(&l);
}

/* No two the same. */
static void
check_uidls(const struct box *b)
{
	struct span s, t;
	uint32_t i, k;

	for (i = 0; i < b->list.count; i++) {
		s = droplist_uidl(&b->list, i);
		must(s.len > 0 && s.len <= UIDL_MAX);
		for (k = 0; k < i; k++) {
			t = droplist_uidl(&b->list, k);
			must(s.len != t.len ||
			    memcmp(s.ptr, t.ptr, s.len) != 0);
		}
	}
}

static void
try_forged(const struct drop *d, struct input *y)
{
	bool walk = input_octet(y) % 2;
	struct index_state state;
	struct store_message sm;
	struct msgs m;
	struct box b;
	uint32_t i;

	load(d, &m, &state);
	if (input_octet(y) % 2)
		change(m.pool, m.used, y);
	else
		change((char *)m.rows, m.count * sizeof(*m.rows), y);
	if (walk)
		memset(&state, 0, sizeof(state));
	must(index_save(d->fd, &m, &state, NULL) == 0);
	box_open(&b, d->name);
	for (i = 0; i < b.list.count; i++)
		if (box_fetch(&b, i, &sm) == 0)
			close(sm.fd);
	if (walk) {
		must(b.list.count == d->files);
		check_uidls(&b);
	}
	box_close(&b);
	msgs_free(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input y = { data, data + size };
	uint8_t how = input_octet(&y);
	const struct drop *d = how >= 0xf8 && size % 8 == 0 ?
	    &large : &small;

	if (how % 4 == 0)
		try_changed(d, &y);
	else if (how % 4 == 1)
		compare(d, (const char *)y.at, (size_t)(y.end - y.at));
	else if (how % 4 == 2)
		try_cut(d, &y);
	else
		try_forged(&small, &y);
	return 0;
}
