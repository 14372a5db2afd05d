/*
 * test_index.c - the index file: a cache that may lie without doing harm
 */
#include "lib/base/digest.h"

#include "t/unit/mail_unit.h"

#define N	5

static char first[N][UIDL_MAX + 1];
static uint64_t sizes[N];
static char *good;
static size_t good_len;

static void
fill(void)
{
	char name[64];
	int i;

	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), i % 2 == 0 ? "new/10%d.M1P2.h" :
		    "cur/10%d.M1P2.h:2,S", i);
		put_octets(name, "A: b\n\nccccccccccccccc\n", (size_t)(10 + i));
	}
}

static void
remember(void)
{
	struct box b;
	uint32_t i;

	open_box(&b);
	ck_assert_uint_eq(b.list.count, N);
	for (i = 0; i < N; i++) {
		strcpy(first[i], uidl(&b, i));
		sizes[i] = droplist_size(&b.list, i);
	}
	shut(&b);
}

/* Whatever the file is, the list must be as it was. */
static void
same_list(const char *what, size_t where)
{
	struct box b;
	uint32_t i;

	open_box(&b);
	ck_assert_msg(b.list.count == N, "%s %zu", what, where);
	for (i = 0; i < N; i++) {
		ck_assert_msg(strcmp(uidl(&b, i), first[i]) == 0 &&
		    droplist_size(&b.list, i) == sizes[i], "%s %zu", what,
		    where);
	}
	shut(&b);
}

static void
load_file(void)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/%s", top, in_box(INDEX_FILE));
	ck_assert_int_eq(path_read(path, 1 << 20, &good, &good_len, NULL), 0);
}

static void
prepare(void)
{
	mail_setup();
	fill();
	settle();
	remember();
	remember();		/* through the index */
	load_file();
}

static void
finish(void)
{
	free(good);
	mail_teardown();
}

/* Its folders settled and unchanged: no file is looked at. */
START_TEST(a_warm_login_reads_nothing_else)
{
	struct box b;

	/* what only a stat or a read could see */
	put("new/100.M1P2.h", "changed in place");
	open_box(&b);
	ck_assert(!notes(&b)->scanned);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	ck_assert_uint_eq(droplist_size(&b.list, 0), sizes[0]);
	ck_assert_int_eq(shut(&b), 0);
}
END_TEST

START_TEST(cut_at_every_octet)
{
	size_t n;

	for (n = 0; n < good_len; n++) {
		put_octets(INDEX_FILE, good, n);
		same_list("cut at", n);
	}
}
END_TEST

START_TEST(more_octets_than_there_should_be)
{
	char *more = calloc(1, good_len + 100);

	memcpy(more, good, good_len);
	put_octets(INDEX_FILE, more, good_len + 1);
	same_list("longer by", 1);
	put_octets(INDEX_FILE, more, good_len + 100);
	same_list("longer by", 100);
	free(more);
}
END_TEST

START_TEST(any_wrong_bit)
{
	uint32_t at;
	char *bad = malloc(good_len);
	int i;

	for (i = 0; i < 3000; i++) {
		memcpy(bad, good, good_len);
		ck_assert_int_eq(digest_random(&at, sizeof(at)), 0);
		bad[(at >> 3) % good_len] ^= (char)(1 << (at & 7));
		put_octets(INDEX_FILE, bad, good_len);
		same_list("bit", at);
	}
	free(bad);
}
END_TEST

START_TEST(random_octets)
{
	char *bad = malloc(good_len);
	size_t keep;
	int i;

	for (i = 0; i < 300; i++) {
		ck_assert_int_eq(digest_random(bad, good_len), 0);
		keep = i % 3 == 0 ? 0 : i % 3 == 1 ? 24 : 96;
		memcpy(bad, good, keep);
		put_octets(INDEX_FILE, bad, good_len);
		same_list("random", (size_t)i);
	}
	free(bad);
}
END_TEST

START_TEST(zeroed_or_gone)
{
	char *zero = calloc(1, good_len);

	put_octets(INDEX_FILE, zero, good_len);
	same_list("zeroed", 0);
	gone(INDEX_FILE);
	same_list("gone", 0);
	free(zero);
}
END_TEST

START_TEST(an_older_copy_is_brought_up_to_date)
{
	struct box b;

	put("new/200.M1P2.h", "A: b\n\nnew\n");
	gone("cur/101.M1P2.h:2,S");
	open_box(&b);
	shut(&b);
	put_octets(INDEX_FILE, good, good_len);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, N);
	ck_assert_str_eq(uidl(&b, 0), first[0]);
	ck_assert_str_eq(uidl(&b, 1), first[2]);
	ck_assert_uint_eq(droplist_size(&b.list, 4), 13);
	ck_assert_uint_eq(notes(&b)->counted, 1);
	shut(&b);
}
END_TEST

START_TEST(another_maildrops_file_is_no_use)
{
	struct box b;
	bool created;
	struct err e;
	int fd;

	fd = maildrop_open(env.root, "d/other", &created, NULL);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(renameat(env.root, in_box(INDEX_FILE), fd,
	    INDEX_FILE), 0);
	close(fd);
	ck_assert_int_eq(try_open(&b, "d/other", &e), STORE_DONE);
	ck_assert_uint_eq(b.list.count, 0);
	shut(&b);
}
END_TEST

/* Kept ids (imported ones) stand before what the name would give. */
START_TEST(ids_in_the_file_are_kept)
{
	struct index_load l;
	struct slice s;
	struct msgs m = { 0 };
	struct box b;
	int fd = openat(env.root, BOX, O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(index_load_begin(&l, fd), 0);
	slice_begin(&s);
	ck_assert_int_eq(index_load_step(&l, &s, &m), 0);
	index_load_end(&l);
	memcpy(m.pool + m.rows[2].text, "from/another~server!", 20);
	ck_assert_int_eq(index_save(fd, &m, &l.state, NULL), 0);
	open_box(&b);
	ck_assert_str_eq(uidl(&b, 2), "from/another~server!");
	ck_assert(!notes(&b)->scanned);
	shut(&b);
	put("new/300.M1P2.h", "A: b\n\nnew\n");
	open_box(&b);
	ck_assert(notes(&b)->scanned);
	ck_assert_str_eq(uidl(&b, 2), "from/another~server!");
	shut(&b);
	msgs_free(&m);
	close(fd);
}
END_TEST

/* A right checksum over wrong content: each offset is checked as well. */
START_TEST(a_crafted_file_is_no_use)
{
	struct index_load l;
	struct slice s;
	struct msgs m = { 0 };
	struct msgs_row was;
	int fd = openat(env.root, BOX, O_RDONLY | O_DIRECTORY), i;

	ck_assert_int_eq(index_load_begin(&l, fd), 0);
	slice_begin(&s);
	ck_assert_int_eq(index_load_step(&l, &s, &m), 0);
	index_load_end(&l);
	for (i = 0; i < 9; i++) {
		was = m.rows[1];
		m.rows[1].text += i == 0 ? 0xffffff00u : 0;
		m.rows[1].text += i == 1 ? (uint32_t)m.used : 0;
		m.rows[1].name_len = i == 2 ? 255 : was.name_len;
		m.rows[1].name_len = i == 3 ? 0 : m.rows[1].name_len;
		m.rows[1].uidl_len = i == 4 ? 0 : was.uidl_len;
		m.rows[1].base_len = i == 5 ? 250 : was.base_len;
		m.rows[1].wire = i == 6 ? 1 : was.wire;
		/* with the others more than 64 bits */
		m.rows[1].wire = i == 7 ? UINT64_MAX : m.rows[1].wire;
		if (i == 8)
			m.pool[was.text + was.uidl_len + 1] = '/';
		ck_assert_int_eq(index_save(fd, &m, &l.state, NULL), 0);
		same_list("crafted", (size_t)i);
		m.rows[1] = was;
	}
	msgs_free(&m);
	close(fd);
}
END_TEST

START_TEST(a_link_or_fifo_in_its_place_is_left_alone)
{
	gone(INDEX_FILE);
	ck_assert_int_eq(mkfifoat(env.root, in_box(INDEX_FILE), 0600), 0);
	same_list("fifo", 0);
	gone(INDEX_FILE);
	put("elsewhere", "untouched");
	ck_assert_int_eq(symlinkat("elsewhere", env.root,
	    in_box(INDEX_FILE)), 0);
	same_list("link", 0);
	ck_assert(there("elsewhere"));
}
END_TEST

static void
read_only_login(void)
{
	struct box b;

	env.root = open(top, O_RDONLY | O_DIRECTORY);
	open_box(&b);
	if (b.list.count != N || strcmp(uidl(&b, 0), first[0]) != 0)
		_exit(1);
	if (shut(&b) != -1)
		_exit(2);
}

START_TEST(a_folder_that_may_not_be_written_is_no_fault)
{
	give_to_nobody();
	gone(INDEX_FILE);
	ck_assert_int_eq(fchmodat(env.root, BOX, 0555, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("new"), 0555, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("cur"), 0555, 0), 0);
	if (geteuid() == 0) {
		static const char *const names[] = { "new/100.M1P2.h",
			"cur/101.M1P2.h:2,S", "new/102.M1P2.h",
			"cur/103.M1P2.h:2,S", "new/104.M1P2.h" };
		int i;

		for (i = 0; i < N; i++)
			ck_assert_int_eq(fchownat(env.root, in_box(names[i]),
			    NOBODY, NOBODY, 0), 0);
	}
	ck_assert_int_eq(as_nobody(read_only_login), 0);
	ck_assert_int_eq(fchmodat(env.root, BOX, 0755, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("new"), 0755, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("cur"), 0755, 0), 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, prepare, finish);
	tcase_add_test(tc, a_warm_login_reads_nothing_else);
	tcase_add_test(tc, cut_at_every_octet);
	tcase_add_test(tc, more_octets_than_there_should_be);
	tcase_add_test(tc, any_wrong_bit);
	tcase_add_test(tc, random_octets);
	tcase_add_test(tc, zeroed_or_gone);
	tcase_add_test(tc, an_older_copy_is_brought_up_to_date);
	tcase_add_test(tc, another_maildrops_file_is_no_use);
	tcase_add_test(tc, ids_in_the_file_are_kept);
	tcase_add_test(tc, a_crafted_file_is_no_use);
	tcase_add_test(tc, a_link_or_fifo_in_its_place_is_left_alone);
	tcase_add_test(tc, a_folder_that_may_not_be_written_is_no_fault);
}

UNIT_MAIN("index", add)
