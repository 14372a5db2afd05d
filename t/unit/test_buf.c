/*
 * test_buf.c - growable octets with a hard ceiling
 */
#include <string.h>

#include "lib/base/buf.h"

#include "t/unit/unit.h"

#define MODEL_MAX	700

static const struct {
	const char *holds;
	size_t max, before, n;
	bool fits;
} adds[] = {
	{ "the first octet fits", 1, 0, 1, true },
	{ "the ceiling can be reached", 512, 500, 12, true },
	{ "one octet more is refused", 512, 500, 13, false },
	{ "no ceiling, no room", 0, 0, 1, false },
	{ "nothing always fits", 0, 0, 0, true },
	{ "a length that would overflow is refused", 512, 500,
	    (size_t)-100, false },
	{ "growth stops at the ceiling", 1000, 600, 400, true },
};

START_TEST(add_up_to_the_ceiling)
{
	static char octets[1024];
	struct buf b;
	size_t after = adds[_i].before + (adds[_i].fits ? adds[_i].n : 0);

	buf_init(&b, adds[_i].max);
	ck_assert_int_eq(buf_add(&b, octets, adds[_i].before), 0);
	ck_assert_msg(buf_add(&b, octets, adds[_i].n) ==
	    (adds[_i].fits ? 0 : -1), "%s", adds[_i].holds);
	ck_assert_msg(buf_len(&b) == after, "%s", adds[_i].holds);
	ck_assert_msg(buf_room(&b) == adds[_i].max - after, "%s",
	    adds[_i].holds);
	ck_assert_msg(b.cap <= adds[_i].max, "%s: memory", adds[_i].holds);
	buf_free(&b);
}
END_TEST

/* printf has its own way into the memory, so its own edges. */
START_TEST(printf_edges)
{
	size_t n = (size_t)_i, max = 300, i;
	char text[400];
	struct buf b;

	memset(text, 'x', sizeof(text));
	text[n] = '\0';
	buf_init(&b, max);
	ck_assert_int_eq(buf_adds(&b, "ab"), 0);
	ck_assert_int_eq(buf_printf(&b, "%s", text), n + 2 <= max ? 0 : -1);
	ck_assert_uint_eq(buf_len(&b), n + 2 <= max ? n + 2 : 2);
	ck_assert(memcmp(buf_data(&b), "ab", 2) == 0);
	for (i = 2; i < buf_len(&b); i++)
		ck_assert(buf_data(&b)[i] == 'x');
	buf_wipe(&b);
}
END_TEST

START_TEST(takes_no_memory_before_the_first_octet)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(buf_adds(&b, ""), 0);
	ck_assert_int_eq(buf_add(&b, NULL, 0), 0);
	ck_assert_ptr_null(b.mem);
	ck_assert_ptr_nonnull(buf_data(&b));
	ck_assert_uint_eq(buf_span(&b).len, 0);
}
END_TEST

START_TEST(rest_gives_back_only_when_empty)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(buf_adds(&b, "abc"), 0);
	buf_rest(&b);
	ck_assert_uint_eq(buf_len(&b), 3);
	buf_eat(&b, 3);
	ck_assert_ptr_nonnull(b.mem);
	buf_rest(&b);
	ck_assert_ptr_null(b.mem);
	ck_assert_int_eq(buf_adds(&b, "again"), 0);
	ck_assert(span_eq(buf_span(&b), "again"));
	buf_free(&b);
	ck_assert_uint_eq(buf_room(&b), 100);
}
END_TEST

START_TEST(reserve_then_added)
{
	struct buf b;
	char *p;

	buf_init(&b, 10);
	ck_assert_ptr_null(buf_reserve(&b, 11));
	p = buf_reserve(&b, 10);
	ck_assert_ptr_nonnull(p);
	memcpy(p, "0123456789", 10);
	ck_assert_uint_eq(buf_len(&b), 0);
	buf_added(&b, 4);
	ck_assert(span_eq(buf_span(&b), "0123"));
	ck_assert_ptr_nonnull(buf_reserve(&b, 0));
	buf_free(&b);
}
END_TEST

START_TEST(a_full_buffer_that_moves_stays_in_its_memory)
{
	struct buf b;
	int i;

	buf_init(&b, 64);
	for (i = 0; i < 64; i++)
		ck_assert_int_eq(buf_addc(&b, (char)i), 0);
	for (i = 64; i < 10000; i++) {
		ck_assert_int_eq(buf_addc(&b, 'x'), -1);
		ck_assert_int_eq(buf_data(&b)[0], (char)(i - 64));
		buf_eat(&b, 1);
		ck_assert_int_eq(buf_addc(&b, (char)i), 0);
	}
	ck_assert_uint_eq(b.cap, 64);
	buf_free(&b);
}
END_TEST

/* One random step on both the buffer and the plain array. */
static void
model_step(struct buf *b, char *model, size_t *len, unsigned *seed)
{
	char piece[64];
	size_t n = (size_t)rand_r(seed) % sizeof(piece), eat;
	bool fits;

	memset(piece, 'a' + (int)(n % 26), sizeof(piece));
	switch (rand_r(seed) % 4) {
	case 0:
		eat = *len == 0 ? 0 : (size_t)rand_r(seed) % (*len + 1);
		buf_eat(b, eat);
		memmove(model, model + eat, *len - eat);
		*len -= eat;
		return;
	case 1:
		fits = buf_printf(b, "%.*s", (int)n, piece) == 0;
		break;
	default:
		fits = buf_add(b, piece, n) == 0;
		break;
	}
	ck_assert_int_eq(fits, *len + n <= MODEL_MAX);
	if (!fits)
		return;
	memcpy(model + *len, piece, n);
	*len += n;
}

START_TEST(behaves_like_an_array)
{
	char model[MODEL_MAX];
	unsigned seed = (unsigned)_i + 1;
	size_t len = 0;
	struct buf b;
	int step;

	buf_init(&b, MODEL_MAX);
	for (step = 0; step < 5000; step++) {
		model_step(&b, model, &len, &seed);
		ck_assert_uint_eq(buf_len(&b), len);
		ck_assert(memcmp(buf_data(&b), model, len) == 0);
		ck_assert_uint_le(b.cap, MODEL_MAX);
		if (step % 100 == 0)
			buf_rest(&b);
	}
	buf_wipe(&b);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, add_up_to_the_ceiling, adds);
	tcase_add_loop_test(tc, printf_edges, 250, 302);
	tcase_add_test(tc, takes_no_memory_before_the_first_octet);
	tcase_add_test(tc, rest_gives_back_only_when_empty);
	tcase_add_test(tc, reserve_then_added);
	tcase_add_test(tc, a_full_buffer_that_moves_stays_in_its_memory);
	tcase_add_loop_test(tc, behaves_like_an_array, 0, 10);
}

UNIT_MAIN("buf", add)
