/*
 * drop.c - the maildrop of an exchange
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/mem.h"

#include "t/dialog/drop.h"

#define MADE_UP_MAX	((uint64_t)1 << 20)
#define WIDTH		70

struct drop {
	const struct setup *setup;
	struct buf block;
	struct droplist list;
	struct buf msg;		/* the one being sent */
	size_t at;
	uint32_t turn;
};

struct drop *
drop_new(const struct setup *u)
{
	struct drop *d = script_need(mem_new(1, sizeof(*d)));
	struct droplist_maker m;
	struct err e;
	uint32_t i;

	d->setup = u;
	buf_init(&d->msg, (size_t)1 << 24);
	buf_init(&d->block, (size_t)1 << 20);
	droplist_begin(&m);
	for (i = 0; i < u->n_mails; i++)
		droplist_add(&m, u->mails[i]->octets,
		    span_of(u->mails[i]->uidl));
	if (droplist_end(&m, &d->block) < 0 ||
	    droplist_view(&d->list, buf_data(&d->block), buf_len(&d->block),
	    &e) < 0) {
		fputs("no such maildrop can be\n", stderr);
		exit(2);
	}
	return d;
}

void
drop_free(struct drop **d_p)
{
	buf_free(&(*d_p)->block);
	buf_free(&(*d_p)->msg);
	free(*d_p);
	*d_p = NULL;
}

const struct droplist *
drop_list(const struct drop *d)
{
	return &d->list;
}

/* A message whose wire form has just so many octets (12 or more). */
static void
make_up(struct buf *b, uint64_t octets)
{
	uint64_t i;

	if (octets < 12 || octets > MADE_UP_MAX) {
		fputs("a message of this size is only to be listed\n", stderr);
		exit(2);
	}
	buf_adds(b, "Made: up\r\n\r\n");
	for (i = 12; i < octets; i++) {
		if (octets - i == 2 || (octets - i > 4 && i % WIDTH == 0)) {
			buf_adds(b, "\r\n");
			i++;
		} else {
			buf_addc(b, (char)('a' + i % 26));
		}
	}
}

/* Begin anew with each turn, go on where the last block ended otherwise. */
static void
open_message(struct drop *d, const struct pop3 *p)
{
	const struct pop3_msg *want = pop3_msg(p);
	const struct mail *m = d->setup->mails[want->number - 1];

	if (want->turn == d->turn)
		return;
	d->turn = want->turn;
	d->at = 0;
	buf_free(&d->msg);
	if (buf_len(&m->text) > 0)
		buf_add(&d->msg, buf_data(&m->text), buf_len(&m->text));
	else if (m->octets != 2)	/* the empty message is 2 on the wire */
		make_up(&d->msg, m->octets);
}

void
drop_serve(struct drop *d, struct pop3 *p, enum slicing how)
{
	static const size_t blocks[] = { 65536, 1, 7 };
	size_t n;

	open_message(d, p);
	n = buf_len(&d->msg) - d->at;
	if (n > blocks[how])
		n = blocks[how];
	pop3_give_msg(p, buf_data(&d->msg) + d->at, n,
	    d->at + n == buf_len(&d->msg));
	d->at += n;
}

void
drop_serve_part(struct drop *d, struct pop3 *p, size_t n)
{
	open_message(d, p);
	pop3_give_msg(p, buf_data(&d->msg) + d->at, n, false);
	d->at += n;
}
