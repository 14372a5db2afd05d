/*
 * pop3_trans.c - STAT, DELE, RSET, NOOP, LAST and QUIT
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/num.h"

#include "lib/proto/pop3_priv.h"

bool
pop3_is_deleted(const struct pop3 *p, uint32_t i)
{
	return p->deleted != NULL && (p->deleted[i / 8] >> (i & 7) & 1) != 0;
}

/*
 * The message a strict number names (S-02: no sign, no leading zero, nothing
 * that overflows) and that is there and not deleted.  *i_r counts from 0.
 */
enum pop3_say
pop3_message_arg(const struct pop3 *p, struct span arg, uint32_t *i_r)
{
	uint64_t n;

	if (arg.len > 0 && arg.ptr[0] == '0')
		return SAY_NUMBER;
	if (num_u64(arg, UINT64_MAX, &n) < 0)
		return SAY_NUMBER;
	if (n > p->list->count)
		return SAY_NO_MESSAGE;
	*i_r = (uint32_t)(n - 1);
	return pop3_is_deleted(p, *i_r) ? SAY_DELETED : SAY_OK;
}

static void
count_left(struct pop3 *p)
{
	p->say_n[0] = p->list->count - p->n_deleted;
	p->say_n[1] = p->list->octets - p->deleted_octets;
}

enum pop3_say
pop3_do_stat(struct pop3 *p, const struct pop3_args *a)
{
	(void)a;
	count_left(p);
	return SAY_STAT;
}

enum pop3_say
pop3_do_dele(struct pop3 *p, const struct pop3_args *a)
{
	enum pop3_say say;
	uint32_t i;

	say = pop3_message_arg(p, a->v[0], &i);
	if (say != SAY_OK)
		return say;
	if (p->deleted == NULL)
		p->deleted = mem_new((size_t)p->list->count / 8 + 1, 1);
	if (p->deleted == NULL)
		return SAY_NO_MEMORY;
	p->deleted[i / 8] |= (uint8_t)(1u << (i & 7));
	p->deleted_octets += droplist_size(p->list, i);
	p->stats.dele = ++p->n_deleted;
	if (p->last < i + 1)
		p->last = i + 1;
	return SAY_MARKED;
}

enum pop3_say
pop3_do_noop(struct pop3 *p, const struct pop3_args *a)
{
	(void)p;
	(void)a;
	return SAY_OK;
}

enum pop3_say
pop3_do_rset(struct pop3 *p, const struct pop3_args *a)
{
	(void)a;
	free(p->deleted);
	p->deleted = NULL;
	p->deleted_octets = 0;
	p->stats.dele = p->n_deleted = 0;
	p->last = 0;
	count_left(p);
	return SAY_RESET;
}

enum pop3_say
pop3_do_last(struct pop3 *p, const struct pop3_args *a)
{
	(void)a;
	p->say_n[0] = p->last;
	return SAY_LAST;
}

enum pop3_say
pop3_do_quit(struct pop3 *p, const struct pop3_args *a)
{
	(void)a;
	if (p->state == POP3_AUTHORIZATION)
		return SAY_BYE;
	p->state = POP3_UPDATE;
	if (p->n_deleted == 0)
		return SAY_BYE;
	p->want = POP3_COMMIT;
	return SAY_NOTHING;
}

void
pop3_give_commit(struct pop3 *p, bool ok)
{
	if (p->want != POP3_COMMIT)
		return;
	p->want = POP3_INPUT;
	pop3_say(p, ok ? SAY_BYE : SAY_NOT_REMOVED);
}
