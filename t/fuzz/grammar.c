/*
 * grammar.c - what all languages share: dice, lines, members, arguments
 */
#include <string.h>

#include "lib/base/codec.h"
#include "lib/base/json.h"

#include "t/fuzz/grammar.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

void
dice_begin(struct dice *d, unsigned seed)
{
	d->state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

uint32_t
dice(struct dice *d, uint32_t n)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (uint32_t)((d->state >> 32) * n >> 32);
}

void
grammar_number(struct dice *d, struct buf *b)
{
	static const char *const numbers[] = { "0", "-1", "+1", "01", "1e0",
		"0x1", "2147483647", "2147483648", "4294967295", "4294967296",
		"4294967297", "9223372036854775808", "18446744073709551615",
		"18446744073709551616", "1 ", " 1", "\t1", "1.", "" };
	uint32_t i, n = dice(d, 2 * COUNT(numbers) + 1);

	if (n < COUNT(numbers))
		(void)buf_adds(b, numbers[n]);
	else if (n == 2 * COUNT(numbers))
		for (i = 0; i < 400; i++)
			(void)buf_addc(b, '9');
	else
		(void)buf_printf(b, "%u", dice(d, 8));
}

void
grammar_run(struct dice *d, struct buf *b)
{
	static const unsigned short around[] = { 40, 64, 128, 255, 256, 512,
		1024, 4096 };
	static const char octets[] = "aA@+%/=.:*, \t\r\0\x80\xff";
	uint32_t n = around[dice(d, COUNT(around))] + dice(d, 5) - 3;
	char c = octets[dice(d, sizeof(octets))];

	while (n-- > 0)
		(void)buf_addc(b, c);
}

void
grammar_word(struct dice *d, struct buf *b)
{
	static const char *const words[] = { "a", "b", "anna", "secret",
		"anna@example.org", "*", "=", "..", "%n%s", "../x", "\xc3\xa9",
		"\xff", "'", "\"", "XMIT" };

	if (dice(d, 12) == 0)
		grammar_run(d, b);
	else if (dice(d, 12) == 0)
		grammar_number(d, b);
	else
		(void)buf_adds(b, words[dice(d, COUNT(words))]);
}

void
grammar_end_line(struct dice *d, struct buf *b)
{
	static const char *const ends[] = { "\r\n", "\r\n", "\r\n", "\n",
		" \r\n", "\r\r\n", "\r\n\r\n" };

	(void)buf_adds(b, ends[dice(d, COUNT(ends))]);
}

static void
add_response(struct dice *d, struct buf *b)
{
	uint32_t n;

	if (dice(d, 3) > 0) {		/* PLAIN: two NULs, or nearly */
		if (dice(d, 3) == 0)
			grammar_word(d, b);
		for (n = dice(d, 8) == 0 ? dice(d, 4) : 2; n > 0; n--) {
			(void)buf_addc(b, '\0');
			if (dice(d, 3) == 0)
				grammar_word(d, b);
			else
				(void)buf_adds(b, n > 1 ? "anna" : "secret");
		}
	} else {
		(void)buf_adds(b, dice(d, 2) == 0 ? "anna" : "secret");
	}
}

void
grammar_base64(struct dice *d, struct buf *b)
{
	static const char *const wrong[] = { "=", "====", "A", "\r", "-", "_",
		" ", "\x80" };
	struct buf raw;

	buf_init(&raw, 16384);
	add_response(d, &raw);
	(void)base64_encode(buf_span(&raw), b);
	if (dice(d, 8) == 0)
		(void)buf_adds(b, wrong[dice(d, COUNT(wrong))]);
	buf_free(&raw);
}

/* Where the line begins that i is in or, up, the next one. */
static size_t
line_at(const uint8_t *data, size_t size, size_t head, size_t i)
{
	while (i > head && i < size && data[i - 1] != '\n')
		i--;
	return i < head ? head : i;
}

static size_t
line_end(const uint8_t *data, size_t size, size_t i)
{
	while (i < size && data[i] != '\n')
		i++;
	return i < size ? i + 1 : size;
}

enum { INSERT, REPLACE, REMOVE, REPEAT, MOVE, WITHIN, WAYS };

/* data with one line changed, in out. */
static void
change_line(const uint8_t *data, size_t size, struct dice *d, size_t head,
    grammar_fn *piece, struct buf *out)
{
	size_t at = line_at(data, size, head,
	    head + dice(d, (uint32_t)(size - head + 1)));
	size_t end = line_end(data, size, at), to;
	uint32_t way = dice(d, WAYS), times = dice(d, 16) == 0 ?
	    dice(d, 60) + 1 : 1;

	(void)buf_add(out, data, at);
	if (way == INSERT || way == REPLACE)
		piece(d, out);
	if (way == REPEAT)
		while (times-- > 0)
			(void)buf_add(out, data + at, end - at);
	if (way == WITHIN) {
		to = at + dice(d, (uint32_t)(end - at + 1));
		(void)buf_add(out, data + at, to - at);
		if (dice(d, 3) == 0)
			(void)buf_addc(out, (char)(0xf0 + dice(d, 16)));
		else
			grammar_word(d, out);
		at = to;
	}
	if (way == MOVE) {
		to = line_at(data, size, end,
		    end + dice(d, (uint32_t)(size - end + 1)));
		(void)buf_add(out, data + end, to - end);
		(void)buf_add(out, data + at, end - at);
		end = to;
	}
	if (way == INSERT || way == REPEAT || way == WITHIN)
		end = at;
	(void)buf_add(out, data + end, size - end);
}

static size_t
put_back(struct buf *out, uint8_t *data, size_t max)
{
	size_t n = buf_len(out) < max ? buf_len(out) : max;

	memcpy(data, buf_data(out), n);
	buf_free(out);
	return n;
}

size_t
grammar_lines(uint8_t *data, size_t size, size_t max, struct dice *d,
    size_t head, grammar_fn *piece)
{
	struct buf out;

	if (size < head || dice(d, 4) == 0)
		return LLVMFuzzerMutate(data, size, max);
	buf_init(&out, (size_t)1 << 20);
	change_line(data, size, d, head, piece, &out);
	return put_back(&out, data, max);
}

size_t
grammar_object(uint8_t *data, size_t size, size_t max, struct dice *d,
    grammar_json_fn *change)
{
	struct buf out;
	json_t *o;

	if (size > 0 && dice(d, 4) == 0)
		return LLVMFuzzerMutate(data, size, max);
	o = json_read((const char *)data, size, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		o = json_object();
	}
	change(d, o);
	buf_init(&out, (size_t)1 << 20);
	if (json_write(o, &out) < 0 || buf_len(&out) > max)
		size = LLVMFuzzerMutate(data, size, max);
	else
		size = put_back(&out, data, max);
	buf_free(&out);
	json_decref(o);
	return size;
}
