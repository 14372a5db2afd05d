/*
 * sessions.c - all sessions: by number, by age, by account
 *
 * sid is a slot (low 20 bits) and how often the slot was used (high 12), so
 * that a late answer for an ended session finds nobody.
 *
 * Runs in: front.
 * Trusts: account names, which auth has made canonical.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/session.h"
#include "pop3srvd/front/sessions.h"

#define SLOT_BITS	20
#define SLOT_MASK	(((uint32_t)1 << SLOT_BITS) - 1)
#define CHAINS		4096

struct list {
	struct session *first, *last;
	size_t n;
};

struct sessions {
	struct session **slots;
	uint16_t *uses;
	size_t cap;
	uint32_t *spare;		/* slots that are free */
	size_t n_spare, n_slots;
	uint64_t begun;
	struct list lists[SESSIONS_LISTS];
	struct session *accounts[CHAINS];
};

struct sessions *
sessions_new(void)
{
	return mem_new(1, sizeof(struct sessions));
}

void
sessions_free(struct sessions **reg_p)
{
	if (*reg_p == NULL)
		return;
	free((*reg_p)->slots);
	free((*reg_p)->uses);
	free((*reg_p)->spare);
	free(*reg_p);
	*reg_p = NULL;
}

/* All three arrays grow together, so that giving back never fails. */
static int
grow(struct sessions *reg)
{
	size_t n = reg->cap == 0 ? 256 : reg->cap * 2;
	void *p;

	if (n > (size_t)SLOT_MASK + 1)
		return -1;
	if ((p = realloc(reg->slots, n * sizeof(*reg->slots))) == NULL)
		return -1;
	reg->slots = p;
	if ((p = realloc(reg->spare, n * sizeof(*reg->spare))) == NULL)
		return -1;
	reg->spare = p;
	if ((p = realloc(reg->uses, n * sizeof(*reg->uses))) == NULL)
		return -1;
	reg->uses = p;
	memset(reg->uses + reg->cap, 0, (n - reg->cap) * sizeof(*reg->uses));
	reg->cap = n;
	return 0;
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

int
sessions_add(struct sessions *reg, struct session *s)
{
	uint32_t slot;

	if (reg->n_spare > 0) {
		slot = reg->spare[--reg->n_spare];
	} else {
		if (reg->n_slots == reg->cap && grow(reg) < 0)
			return -1;
		slot = (uint32_t)reg->n_slots++;
	}
	reg->slots[slot] = s;
	reg->uses[slot]++;
	s->sid = (uint32_t)reg->uses[slot] << SLOT_BITS | slot;
	s->number = ++reg->begun;
	link_in(&reg->lists[SESSIONS_WAITING], s);
	return 0;
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
	uint32_t slot = s->sid & SLOT_MASK;
	struct session **at;

	link_out(&reg->lists[s->logged_in ? SESSIONS_LOGGED_IN :
	    SESSIONS_WAITING], s);
	if (s->logged_in) {
		at = chain_of(reg, s->account);
		while (*at != s)
			at = &(*at)->next_account;
		*at = s->next_account;
	}
	reg->slots[slot] = NULL;
	reg->spare[reg->n_spare++] = slot;
}

struct session *
sessions_first(const struct sessions *reg, enum sessions_list list)
{
	return reg->lists[list].first;
}

struct session *
sessions_find(const struct sessions *reg, uint32_t sid)
{
	uint32_t slot = sid & SLOT_MASK;

	if (slot >= reg->n_slots || reg->slots[slot] == NULL ||
	    reg->slots[slot]->sid != sid)
		return NULL;
	return reg->slots[slot];
}

struct session *
sessions_named(const struct sessions *reg, const char *id)
{
	char text[SESSION_ID];
	struct session *s;
	int i;

	for (i = 0; i < SESSIONS_LISTS; i++)
		for (s = reg->lists[i].first; s != NULL; s = s->next)
			if (strcmp(session_id(s, text), id) == 0)
				return s;
	return NULL;
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
