/*
 * pop3_list.c - LIST and UIDL, resumable: 100,000 lines need no more memory
 * than out_high and one line
 */
#include <string.h>

#include "lib/proto/pop3_priv.h"

#define ROW_MAX		(10 + 1 + UIDL_MAX + 2)	/* "number SP value" CRLF */

size_t
pop3_decimal(char *to, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	memcpy(to, digits + n, sizeof(digits) - n);
	return sizeof(digits) - n;
}

static size_t
put_value(const struct pop3 *p, char *to, uint32_t i)
{
	struct span uidl;

	if (p->listing == LISTING_SIZES)
		return pop3_decimal(to, droplist_size(p->list, i));
	uidl = droplist_uidl(p->list, i);
	memcpy(to, uidl.ptr, uidl.len);
	return uidl.len;
}

static int
put_row(struct pop3 *p, uint32_t i)
{
	char *to = buf_reserve(&p->out, ROW_MAX);
	size_t n;

	if (to == NULL)
		return -1;
	n = pop3_decimal(to, (uint64_t)i + 1);
	to[n++] = ' ';
	n += put_value(p, to + n, i);
	to[n++] = '\r';
	to[n++] = '\n';
	buf_added(&p->out, n);
	return 0;
}

void
pop3_list_on(struct pop3 *p)
{
	for (; p->next < p->list->count; p->next++) {
		if (pop3_is_deleted(p, p->next))
			continue;
		if (buf_len(&p->out) > p->conf->out_high)
			return;
		if (put_row(p, p->next) < 0) {
			pop3_close(p, POP3_END_MEMORY);
			return;
		}
	}
	if (buf_adds(&p->out, ".\r\n") < 0)
		pop3_close(p, POP3_END_MEMORY);
	pop3_trace_size(p, p->list->count - p->n_deleted, "lines");
	p->listing = LISTING_NONE;
}

enum pop3_say
pop3_do_list(struct pop3 *p, const struct pop3_args *a)
{
	enum pop3_say say;
	uint32_t i;

	if (a->n == 0) {
		p->say_n[0] = p->list->count - p->n_deleted;
		p->say_n[1] = p->list->octets - p->deleted_octets;
		p->listing = LISTING_SIZES;
		p->next = 0;
		return SAY_LIST;
	}
	say = pop3_message_arg(p, a->v[0], &i);
	if (say != SAY_OK)
		return say;
	p->say_n[0] = (uint64_t)i + 1;
	p->say_n[1] = droplist_size(p->list, i);
	return SAY_LIST_ONE;
}

enum pop3_say
pop3_do_uidl(struct pop3 *p, const struct pop3_args *a)
{
	enum pop3_say say;
	uint32_t i;

	if (a->n == 0) {
		p->listing = LISTING_UIDLS;
		p->next = 0;
		return SAY_UIDL;
	}
	say = pop3_message_arg(p, a->v[0], &i);
	if (say != SAY_OK)
		return say;
	p->say_n[0] = (uint64_t)i + 1;
	p->say_text = droplist_uidl(p->list, i);
	return SAY_UIDL_ONE;
}
