/*
 * pop3_unit.h - an engine with a maildrop, for the engine's unit tests
 */
#ifndef POP3_UNIT_H
#define POP3_UNIT_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/droplist.h"
#include "lib/base/err.h"

#include "lib/proto/pop3.h"

#define UNIT_ANY	((size_t)1 << 28)

static const struct pop3_mech unit_mechs[] = {
	{ "SCRAM-SHA-256", false }, { "PLAIN", true }
};

static const struct pop3_conf unit_conf = {
	.mechs = unit_mechs, .n_mechs = 2, .starttls = true,
	.expire_days = -2, .max_bad_before = 1000, .max_bad_after = 1000,
	.max_auth = 1000, .out_high = 16384
};

static const struct pop3_peer unit_peer = { .plaintext_ok = true };

/* count messages of `octets` each, UIDLs of 20 octets; block keeps them. */
static inline void
unit_list(struct droplist *l, struct buf *block, uint32_t count,
    uint64_t octets)
{
	struct droplist_maker m;
	char uidl[32];
	struct err e;
	uint32_t i;

	buf_init(block, UNIT_ANY);
	droplist_begin(&m);
	for (i = 0; i < count; i++) {
		snprintf(uidl, sizeof(uidl), "uidl%016u", i + 1);
		droplist_add(&m, octets, span_of(uidl));
	}
	ck_assert_int_eq(droplist_end(&m, block), 0);
	ck_assert_int_eq(droplist_view(l, buf_data(block), buf_len(block),
	    &e), 0);
}

static inline void
unit_say(struct pop3 *p, const char *text)
{
	ck_assert_uint_eq(pop3_feed(p, text, strlen(text)), strlen(text));
}

/* Take all that waits for the peer. */
static inline void
unit_hear(struct pop3 *p, struct buf *to)
{
	struct span out = pop3_out(p);

	if (to != NULL)
		ck_assert_int_eq(buf_add(to, out.ptr, out.len), 0);
	pop3_sent(p, out.len);
}

static inline void
unit_login(struct pop3 *p, const struct droplist *l)
{
	pop3_run(p);
	unit_say(p, "USER anna\r\nPASS secret\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_AUTH);
	pop3_give_auth(p, POP3_AUTH_OK, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_DROP);
	pop3_give_drop(p, l);
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, NULL);
}

#endif
