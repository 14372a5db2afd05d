/*
 * fuzz_conf.c - the configuration: any text, and any packed record
 *
 * First octet: 'p' a packed record follows, else text: up to a 0xff octet the
 * file, behind it settings.json.  What must hold:
 *   - without a fault the settings fill, pack and unpack to the same record;
 *   - what is dumped loads again without a fault and without a change;
 *   - a fault has a text.
 * No file is opened: path_read() is here.
 */
#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/conf/conf_source.h"

#include "t/fuzz/fuzz.h"
#include "t/fuzz/grammar.h"

#define RECORD_MAX	(1u << 22)

/* Every file is there and empty. */
int
path_read(const char *path, size_t max, char **mem_r, size_t *len_r,
    struct err *e)
{
	(void)max;
	if (path[0] != '/')
		abort();
	*mem_r = calloc(1, 1);
	*len_r = 0;
	return *mem_r == NULL ? err_set(e, ERR_TEMP, "no memory") : 0;
}

int
path_read_secret(const char *path, size_t max, char **mem_r, size_t *len_r,
    struct err *e)
{
	return path_read(path, max, mem_r, len_r, e);
}

static struct conf_source *
source(void)
{
	struct conf_source *s = mem_new(1, sizeof(*s));

	s->file = mem_strdup("main.json");
	s->values = json_object();
	s->origins = json_object();
	s->notes = json_array();
	return s;
}

static void
layer(struct conf_source *s, const char *text, size_t n, bool kept,
    struct conf_faults *f)
{
	struct err e;
	json_t *v = json_read(text, n, &e);

	if (v == NULL)
		conf_fault(f, "%s", e.text);
	else if (!json_is_object(v))
		conf_fault(f, "no object");
	else
		conf_layer(s, v, kept ? CONF_SETTINGS : "main.json", kept, f);
	json_decref(v);
}

static struct conf *
settle(struct conf_source *s, struct conf_faults *f)
{
	struct conf *c = mem_new(1, sizeof(*c));

	must(conf_fill(c, s) == 0);
	conf_check(c, s, f->n > 0, f);
	s->effective = conf_effective(c);
	must(s->effective != NULL &&
	    conf_over_effective(s->effective, c, s) == 0);
	return c;
}

static void
check_record(const struct conf *c)
{
	struct buf a, b;
	struct conf *d;
	struct err e;

	buf_init(&a, RECORD_MAX);
	buf_init(&b, RECORD_MAX);
	must(conf_pack(c, &a) == 0);
	d = conf_unpack(buf_data(&a), buf_len(&a), &e);
	must(d != NULL && conf_pack(d, &b) == 0);
	must(buf_len(&a) == buf_len(&b) &&
	    memcmp(buf_data(&a), buf_data(&b), buf_len(&a)) == 0);
	conf_free(&d);
	buf_free(&a);
	buf_free(&b);
}

static void
check_dump(const struct conf_source *s)
{
	struct conf_faults f = { NULL, 0 };
	struct conf_source *again = source();
	json_t *dump = conf_dump(s, true), *changes;
	struct conf *c;

	must(dump != NULL);
	json_decref(dump);
	/* the dump itself shortens long lists */
	dump = json_deep_copy(s->effective);
	conf_layer(again, dump, "dump", false, &f);
	c = settle(again, &f);
	must(f.n == 0);
	changes = conf_diff(s, again);
	must(changes != NULL && json_array_size(changes) == 0);
	json_decref(changes);
	json_decref(dump);
	conf_free(&c);
	conf_source_free(&again);
}

static void
one_text(const char *text, size_t n)
{
	const char *cut = memchr(text, 0xff, n);
	struct conf_faults f = { NULL, 0 };
	struct conf_source *s = source();
	struct conf *c;
	size_t i;

	layer(s, text, cut == NULL ? n : (size_t)(cut - text), false, &f);
	if (cut != NULL)
		layer(s, cut + 1, n - (size_t)(cut + 1 - text), true, &f);
	c = settle(s, &f);
	check_record(c);
	if (f.n == 0)
		check_dump(s);
	for (i = 0; i < f.n; i++)
		must(f.text[i][0] != '\0');
	conf_faults_free(&f);
	conf_free(&c);
	conf_source_free(&s);
}

static void
one_record(const char *text, size_t n)
{
	struct err e;
	struct conf *c = conf_unpack(text, n, &e);

	if (c != NULL)
		check_record(c);
	conf_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (size > 0 && text[0] == 'p')
		one_record(text + 1, size - 1);
	else if (size > 0)
		one_text(text, size);
	return 0;
}

/* One of the two documents. */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	uint8_t *cut = size > 0 ? memchr(data, 0xff, size) : NULL;
	size_t head = cut == NULL ? 0 : (size_t)(cut + 1 - data);
	struct dice d;

	dice_begin(&d, seed);
	if (cut == NULL && size > 0 && size + 3 < max && dice(&d, 8) == 0) {
		memcpy(data + size, "\xff{}", 3);
		return size + 3;
	}
	if (cut == NULL || dice(&d, 2) == 0)
		return head + grammar_object(data + head, size - head,
		    max - head, &d, grammar_settings);
	/* the first in front of a second that stays */
	uint8_t *rest = malloc(size - head + 1);
	size_t n;

	must(rest != NULL);
	memcpy(rest, cut, size - head + 1);
	n = grammar_object(data, head - 1, max - (size - head + 1), &d,
	    grammar_settings);
	memcpy(data + n, rest, size - head + 1);
	free(rest);
	return n + size - head + 1;
}
