/*
 * pass.c - the files that one walk over the folders met, in the maildrop's order
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/mail/msgs.h"
#include "lib/mail/pass.h"

#define AHEAD	8	/* files: memory is slow, and their order is known */

struct span
pass_name(const struct pass *p, const struct pass_file *f)
{
	return span_mem(p->pool + f->text, f->name_len);
}

struct span
pass_base(const struct pass *p, const struct pass_file *f)
{
	return span_mem(p->pool + f->text, f->base_len);
}

static struct span
base_of(const void *arg, uint32_t row)
{
	const struct pass *p = arg;

	return pass_base(p, &p->files[row]);
}

static int
reserve(struct pass *p, size_t octets, struct err *e)
{
	struct pass_file *files;
	char *pool;

	if (p->count >= MSGS_MAX)
		return err_set(e, ERR_TEMP, "more than %zu messages",
		    MSGS_MAX);
	files = mem_grow(p->files, &p->cap, p->count + 1, sizeof(*files));
	if (files == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	p->files = files;
	pool = mem_grow(p->pool, &p->pool_cap, p->used + octets, 1);
	if (pool == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	p->pool = pool;
	return 0;
}

int
pass_add(struct pass *p, const struct folder_entry *fe, struct err *e)
{
	struct sort_item item = { .row = (uint32_t)p->count };
	struct pass_file *f;

	assert(fe->name.len > 0 && fe->name.len <= 255);
	if (reserve(p, fe->name.len, e) < 0)
		return -1;
	f = &p->files[p->count++];
	f->ino = fe->ino;
	f->text = (uint32_t)p->used;
	f->name_len = (uint8_t)fe->name.len;
	f->base_len = (uint8_t)msgs_base_len(fe->name.ptr, fe->name.len);
	f->folder = (uint8_t)fe->folder;
	f->type = fe->type;
	memcpy(p->pool + p->used, fe->name.ptr, fe->name.len);
	p->used += fe->name.len;
	sort_key(pass_base(p, f), &item);
	return sort_add(&p->sort, &item, e);
}

int
pass_sort(struct pass *p, struct slice *s, struct err *e)
{
	p->sort.name = base_of;
	p->sort.arg = p;
	return sort_step(&p->sort, s, e);
}

const struct pass_file *
pass_file(const struct pass *p, size_t i)
{
	const struct sort_item *item = p->sort.from + i;

	if (i + 2 * AHEAD < p->count) {
		__builtin_prefetch(&p->files[item[2 * AHEAD].row]);
		__builtin_prefetch(p->pool +
		    p->files[item[AHEAD].row].text);
	}
	return &p->files[item->row];
}

void
pass_end(struct pass *p)
{
	sort_end(&p->sort);
	free(p->files);
	free(p->pool);
	memset(p, 0, sizeof(*p));
}
