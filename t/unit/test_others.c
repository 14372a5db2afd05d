/*
 * test_others.c - whatever other programs do between two sessions, a list made
 * with the index is the list made without it
 */
#include <stdlib.h>

#include "lib/mail/uidl.h"

#include "t/unit/mail_unit.h"

#define DROPS	80
#define ROUNDS	8
#define NAMES	6

static unsigned state;

static unsigned
dice(unsigned sides)
{
	state = state * 1103515245u + 12345;
	return (state >> 16) % sides;
}

/* The n-th base name; some share their seconds, or have no number. */
static void
name_of(int drop, unsigned n, unsigned where, char out[200])
{
	static const char *const folders[] = { "new", "cur", "cur", "cur" };
	static const char *const flags[] = { "", ":2,", ":2,S", ":2,RS" };
	static const char *const sizes[] = { "", ",S=8,W=11", ",S=8,W=9" };

	snprintf(out, 200, "d/u%d/%s/%s%u.M%uP%u.h%s%s", drop, folders[where],
	    n % 5 == 4 ? "x" : "", 100 + n / 3, n % 4, n, sizes[n % 3],
	    flags[where]);
}

/* Every file has a second link, so that no inode number comes again: base name
 * and inode are what the index goes by. */
static void
write_at(const char *path)
{
	static const char text[] = "A: b\n\nc\nd\ne\n";
	static unsigned files;
	char grave[32];
	int fd;

	snprintf(grave, sizeof(grave), "file%u", files++);
	fd = openat(env.root, grave, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge((int)write(fd, text, dice(2) == 0 ? 8 : 12), 8);
	close(fd);
	(void)unlinkat(env.root, path, 0);
	ck_assert_int_eq(linkat(env.root, grave, env.root, path, 0), 0);
}

enum { NEW_ALONE, CUR_ALONE, ANY, CHOICES };

static unsigned
place(unsigned folders)
{
	if (folders == NEW_ALONE)
		return 0;
	return folders == CUR_ALONE ? 1 + dice(3) : dice(4);
}

/* Deliver, replace, remove, move, link twice or put beside. */
static void
meddle(int drop, unsigned folders)
{
	unsigned n = dice(NAMES), what = dice(6);
	char here[200], there[200];
	int ignored = 0;

	name_of(drop, n, place(folders), here);
	name_of(drop, n, place(folders), there);
	if (what < 2)
		write_at(here);
	else if (what == 2)
		(void)unlinkat(env.root, here, 0);
	else if (what < 5)
		(void)renameat(env.root, here, env.root, there);
	else
		ignored = linkat(env.root, here, env.root, there, 0);
	(void)ignored;
}

static void
open_drop(struct box *b, int drop)
{
	struct err e = { .text = "" };
	char path[32];

	snprintf(path, sizeof(path), "d/u%d", drop);
	ck_assert_msg(try_open(b, path, &e) == STORE_DONE, "%s", e.text);
}

static void
same(int drop, int round, const struct box *a, const struct box *b)
{
	uint32_t i;

	ck_assert_msg(a->list.count == b->list.count, "drop %d round %d: "
	    "%u messages, not %u", drop, round, a->list.count, b->list.count);
	for (i = 0; i < a->list.count; i++)
		ck_assert_msg(strcmp(uidl(a, i), uidl(b, i)) == 0 &&
		    droplist_size(&a->list, i) == droplist_size(&b->list, i),
		    "drop %d round %d message %u: %s %u, not %s %u", drop,
		    round, i, uidl(a, i), (unsigned)droplist_size(&a->list, i),
		    uidl(b, i), (unsigned)droplist_size(&b->list, i));
}

/* The index is put aside for one look. */
static void
compare(int drop, int round)
{
	char path[64], aside[64];
	struct box a, b;

	snprintf(path, sizeof(path), "d/u%d/" INDEX_FILE, drop);
	snprintf(aside, sizeof(aside), "d/u%d/aside", drop);
	open_drop(&a, drop);
	shut(&a);
	open_drop(&a, drop);		/* and what it wrote is right, too */
	a.st->ops->close(&a.st, NULL);
	ck_assert_int_eq(renameat(env.root, path, env.root, aside), 0);
	open_drop(&b, drop);
	same(drop, round, &a, &b);
	buf_free(&a.block);
	shut(&b);
	ck_assert_int_eq(renameat(env.root, aside, env.root, path), 0);
}

START_TEST(the_index_changes_nothing)
{
	int drop, round;
	bool created;
	unsigned n, folders;
	char path[32];

	state = (unsigned)time(NULL);
	printf("seed %u\n", state);
	for (drop = 0; drop < DROPS; drop++) {
		snprintf(path, sizeof(path), "d/u%d", drop);
		close(maildrop_open(env.root, path, &created, NULL));
	}
	for (round = 0; round < ROUNDS; round++) {
		for (drop = 0; drop < DROPS; drop++) {
			folders = round == 0 ? ANY : dice(CHOICES);
			for (n = dice(round == 0 ? 20 : 6); n > 0; n--)
				meddle(drop, folders);
		}
		if (round % 2 == 0)
			settle();
		for (drop = 0; drop < DROPS; drop++)
			compare(drop, round);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, mail_setup, mail_teardown);
	tcase_add_test(tc, the_index_changes_nothing);
}

UNIT_MAIN("others", add)
