/*
 * sessions.c - all sessions: by number, by age, by account
 *
 * sid is the low half of the number, which only counts up: a late answer for a
 * session that has ended finds nobody until 2^32 others have come.
 *
 * Runs in: front.
 * Trusts: account names, which auth has made canonical.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/session.h"
#include "pop3srvd/front/sessions.h"

#define FIRST_ROWS	256
#define CHAINS		4096

struct list {
	struct session *first, *last;
	size_t n;
};

struct sessions {
	struct session **by_sid;	/* chains; more of them than sessions */
	size_t rows;			/* a power of 2 */
	size_t n;
	uint64_t begun;
	struct list lists[SESSIONS_LISTS];
	struct session *accounts[CHAINS];
};

void
sessions_free(struct sessions **reg_p)
{
	if (*reg_p == NULL)
		return;
	free((*reg_p)->by_sid);
	free(*reg_p);
	*reg_p = NULL;
}

struct sessions *
sessions_new(void)
{
	struct sessions *reg = mem_new(1, sizeof(*reg));

	if (reg == NULL)
		return NULL;
	reg->rows = FIRST_ROWS;
	reg->by_sid = mem_new(reg->rows, sizeof(*reg->by_sid));
	if (reg->by_sid == NULL)
		sessions_free(&reg);
	return reg;
}

static struct session **
row_of(const struct sessions *reg, uint32_t sid)
{
	return &reg->by_sid[sid & (reg->rows - 1)];
}

/* Without memory the chains only get longer. */
static void
grow(struct sessions *reg)
{
	struct session **old = reg->by_sid, *s, *next;
	size_t i, n = reg->rows;

	reg->by_sid = mem_new(n * 2, sizeof(*old));
	if (reg->by_sid == NULL) {
		reg->by_sid = old;
		return;
	}
	reg->rows = n * 2;
	for (i = 0; i < n; i++)
		for (s = old[i]; s != NULL; s = next) {
			next = s->next_sid;
			s->next_sid = *row_of(reg, s->sid);
			*row_of(reg, s->sid) = s;
		}
	free(old);
}

struct session *
sessions_find(const struct sessions *reg, uint32_t sid)
{
	struct session *s = *row_of(reg, sid);

	while (s != NULL && s->sid != sid)
		s = s->next_sid;
	return s;
}

static void
link_in(struct list *l, struct session *s)
{
	s->prev = l->last;
	s->next = NULL;
	*(l->last == NULL ? &l->first : &l->last->next) = s;
	l->last = s;
	l->n++;
}

static void
link_out(struct list *l, struct session *s)
{
	*(s->prev == NULL ? &l->first : &s->prev->next) = s->next;
	*(s->next == NULL ? &l->last : &s->next->prev) = s->prev;
	l->n--;
}

void
sessions_add(struct sessions *reg, struct session *s)
{
	if (reg->n++ == reg->rows)
		grow(reg);
	do {
		s->number = ++reg->begun;
		s->sid = (uint32_t)s->number;
	} while (sessions_find(reg, s->sid) != NULL);
	s->next_sid = *row_of(reg, s->sid);
	*row_of(reg, s->sid) = s;
	link_in(&reg->lists[SESSIONS_WAITING], s);
}

static struct session **
chain_of(const struct sessions *reg, const char *account)
{
	uint32_t h = 2166136261u;

	for (; *account != '\0'; account++)
		h = (h ^ (unsigned char)*account) * 16777619u;
	return (struct session **)(uintptr_t)
	    &reg->accounts[(h ^ h >> 16) % CHAINS];
}

void
sessions_log_in(struct sessions *reg, struct session *s)
{
	struct session **chain = chain_of(reg, s->account);

	link_out(&reg->lists[SESSIONS_WAITING], s);
	link_in(&reg->lists[SESSIONS_LOGGED_IN], s);
	s->logged_in = true;
	s->next_account = *chain;
	*chain = s;
}

void
sessions_remove(struct sessions *reg, struct session *s)
{
	struct session **at = row_of(reg, s->sid);

	while (*at != s)
		at = &(*at)->next_sid;
	*at = s->next_sid;
	reg->n--;
	link_out(&reg->lists[s->logged_in ? SESSIONS_LOGGED_IN :
	    SESSIONS_WAITING], s);
	if (s->logged_in) {
		at = chain_of(reg, s->account);
		while (*at != s)
			at = &(*at)->next_account;
		*at = s->next_account;
	}
}

struct session *
sessions_first(const struct sessions *reg, enum sessions_list list)
{
	return reg->lists[list].first;
}

struct session *
sessions_named(const struct sessions *reg, const char *id)
{
	char text[SESSION_ID];
	struct session *s = sessions_find(reg, (uint32_t)strtoull(id, NULL,
	    16));

	/* one spelling only: the one that we log */
	return s != NULL && strcmp(session_id(s, text), id) == 0 ? s : NULL;
}

struct session *
sessions_of(const struct sessions *reg, const char *account)
{
	struct session *s = *chain_of(reg, account);

	while (s != NULL && strcmp(s->account, account) != 0)
		s = s->next_account;
	return s;
}

size_t
sessions_count(const struct sessions *reg, enum sessions_list list)
{
	return reg->lists[list].n;
}

uint64_t
sessions_begun(const struct sessions *reg)
{
	return reg->begun;
}
