/*
 * fuzz_xmit.c - a message of XTND XMIT against a second reader of it
 *
 * The first two octets choose the cap and how the rest arrives; the rest is
 * what the client sends behind the go-ahead.  A plain decoder that sees all of
 * it at once says where the message ends, what it is and whether it may pass;
 * the engine, fed in slices, must come to the same.
 */
#include "lib/base/droplist.h"
#include "lib/base/err.h"

#include "lib/proto/pop3.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

struct truth {
	bool ended, clean;
	size_t used;		/* octets, with the dot's line */
	struct buf text;
};

struct play {
	struct pop3 *p;
	struct buf got;
	bool ended, aborted;
};

/* Line by line: what stands between two CR LF. */
static void
read_all(struct truth *t, const char *s, size_t n, size_t max)
{
	const char *end = s + n, *eol;
	const char *begin = s;
	size_t len;

	t->clean = true;
	buf_init(&t->text, 65536);
	while ((eol = memmem(s, (size_t)(end - s), "\r\n", 2)) != NULL) {
		len = (size_t)(eol - s);
		if (len == 1 && *s == '.') {
			t->ended = true;
			t->used = (size_t)(eol - begin) + 2;
			break;
		}
		if (memchr(s, '\r', len) != NULL || memchr(s, '\n', len) != NULL)
			t->clean = false;
		if (len >= 2 && s[0] == '.' && s[1] == '.') {
			s++;
			len--;
		}
		must(buf_add(&t->text, s, len) == 0);
		must(buf_adds(&t->text, "\r\n") == 0);
		s = eol + 2;
	}
	if (buf_len(&t->text) > max)
		t->clean = false;
}

static void
forget_out(struct pop3 *p)
{
	pop3_sent(p, pop3_out(p).len);
}

static void
say(struct pop3 *p, const char *line)
{
	must(pop3_feed(p, line, strlen(line)) == strlen(line));
	(void)pop3_run(p);
}

static struct pop3 *
begin(const struct pop3_conf *conf, struct droplist *list)
{
	static const struct pop3_peer peer = { .tls = true };
	struct pop3 *p = pop3_new(conf, &peer);

	must(p != NULL);
	pop3_permit_xmit(p, true);
	(void)pop3_run(p);
	say(p, "USER a\r\n");
	say(p, "PASS b\r\n");
	pop3_give_auth(p, POP3_AUTH_OK, span_of(""));
	pop3_give_drop(p, list);
	say(p, "XTND XMIT\r\n");
	must(pop3_run(p) == POP3_XMIT);
	must(pop3_xmit(p)->kind == POP3_XMIT_OPEN);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	forget_out(p);
	return p;
}

/* Serve what is wanted; false: input is. */
static bool
serve(struct play *y)
{
	const struct pop3_xmit *x;

	if (pop3_run(y->p) != POP3_XMIT)
		return false;
	x = pop3_xmit(y->p);
	must(!y->aborted && !y->ended);
	if (x->kind == POP3_XMIT_DATA) {
		must(x->data.len > 0 && x->data.len <= POP3_XMIT_BLOCK);
		must(buf_add(&y->got, x->data.ptr, x->data.len) == 0);
	}
	y->ended = x->kind == POP3_XMIT_END;
	y->aborted = x->kind == POP3_XMIT_ABORT;
	pop3_give_xmit(y->p, POP3_XMIT_GO, span_of("id"));
	return true;
}

static void
feed(struct play *y, const uint8_t *s, size_t n, size_t slice)
{
	size_t at = 0, m;

	while (at < n) {
		m = n - at < slice ? n - at : slice;
		m = pop3_feed(y->p, s + at, m);
		must(m > 0);
		at += m;
		while (serve(y))
			continue;
		must(pop3_run(y->p) == POP3_INPUT);
	}
}

static void
compare(struct play *y, const struct truth *t)
{
	struct span out = pop3_out(y->p);

	if (!t->ended) {
		must(!y->ended && out.len == 0 && pop3_taking(y->p));
		return;
	}
	must(!pop3_taking(y->p));
	must(y->ended == t->clean && y->aborted == !t->clean);
	must(out.len > 5 && memcmp(out.ptr + out.len - 2, "\r\n", 2) == 0);
	must(memcmp(out.ptr, t->clean ? "+OK M" : "-ERR ", 5) == 0);
	must(memchr(out.ptr, '\n', out.len - 1) == NULL);
	if (!t->clean)
		return;
	must(buf_len(&y->got) == buf_len(&t->text));
	must(memcmp(buf_data(&y->got), buf_data(&t->text),
	    buf_len(&t->text)) == 0);
}

static void
make_list(struct droplist *list, struct buf *block)
{
	struct droplist_maker m;
	struct err e;

	buf_init(block, 4096);
	droplist_begin(&m);
	must(droplist_end(&m, block) == 0);
	must(droplist_view(list, buf_data(block), buf_len(block), &e) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct pop3_conf conf = { .xmit = true, .expire_days = -2,
		.max_bad_before = 9, .max_bad_after = 9, .max_auth = 9,
		.out_high = 8192 };
	struct play y = { .p = NULL };
	struct droplist list;
	struct truth t = { false, false, 0, { NULL, 0, 0, 0, 0 } };
	struct buf block;

	if (n < 2)
		return 0;
	conf.xmit_max = data[0] < 250 ? (uint64_t)data[0] * 16 : 1000000;
	make_list(&list, &block);
	y.p = begin(&conf, &list);
	buf_init(&y.got, 65536);
	read_all(&t, (const char *)data + 2, n - 2, (size_t)conf.xmit_max);
	/* what stands behind the end is the other target's business */
	feed(&y, data + 2, t.ended ? t.used : n - 2, (size_t)data[1] + 1);
	compare(&y, &t);
	pop3_free(&y.p);
	buf_free(&y.got);
	buf_free(&t.text);
	buf_free(&block);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct dice d;

	dice_begin(&d, seed);
	return grammar_lines(data, size, max, &d, 2, grammar_message);
}
