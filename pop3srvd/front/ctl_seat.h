/*
 * ctl_seat.h - one place at the control socket: who sits there, what was asked
 *
 * A change is answered behind its audit record.  Its asker may leave before;
 * the seat stays taken until it is known how it went.
 */
#ifndef FRONT_CTL_SEAT_H
#define FRONT_CTL_SEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/ctl/ctl.h"
#include "lib/net/loop.h"

#include "pop3srvd/front/ctl_audit.h"
#include "pop3srvd/front/ctl_client.h"

#define CTL_FOLLOW	"log.follow"

struct server;

/* What the asker will hear once the record is there. */
struct ctl_answer {
	enum ctl_code code;
	json_t *result;
	char *text;
};

/* Free: no client and no verb. */
struct ctl_seat {
	struct server *srv;
	uint32_t *tickets;		/* the last one given, of all seats */
	struct ctl_client *client;	/* NULL: it has gone, or never came */
	struct ctl_asker asker;
	struct ctl_request req;		/* being served; verb NULL: none */
	uint32_t ticket;		/* of the question asked elsewhere */
	int helper;			/* who was asked */
	struct ctl_answer answer;
	struct ctl_record record;
	struct timer patience;
	bool follows;			/* the log: a stream of replies */
	bool held;			/* answer is there and must wait */
	uint64_t lost;			/* of it, not told yet */
	uint64_t since;			/* which peer this is */
};

void ctl_seat_init(struct ctl_seat *st, struct server *srv,
    uint32_t *tickets);
/* What was asked is forgotten; the client may ask again. */
void ctl_seat_clear(struct ctl_seat *st);
uint32_t ctl_seat_ticket(struct ctl_seat *st);

/* How it went is known; result is stolen. */
void ctl_seat_ok(struct ctl_seat *st, json_t *result);
void ctl_seat_fault(struct ctl_seat *st, enum ctl_code code,
    const char *text);
/* The same after ms: a guess must cost time, also that of who does not wait
 * for the answer. */
void ctl_seat_hold(struct ctl_seat *st, enum ctl_code code, const char *text,
    int64_t ms);
/* Not allowed: answered at once. */
void ctl_seat_refuse(struct ctl_seat *st, struct ctl_refusals *f);
/* The record is on the disk, or (warning) will not be. */
void ctl_seat_release(struct ctl_seat *st, const char *warning);
/* It took too long. */
void ctl_seat_overdue(struct ctl_seat *st);
/* The client has gone: frees it.  A change goes on without it. */
void ctl_seat_gone(struct ctl_seat *st);
/* Another peer gets it: whoever sits there goes. */
void ctl_seat_take_away(struct ctl_seat *st);
/* A line of the log. */
void ctl_seat_line(struct ctl_seat *st, uint64_t lost, struct span json);

#endif
