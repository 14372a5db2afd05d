/*
 * play_priv.h - the player, shared by play.c and play_check.c only
 */
#ifndef DIALOG_PLAY_PRIV_H
#define DIALOG_PLAY_PRIV_H

#include "t/dialog/drop.h"
#include "t/dialog/play.h"

#define ANY	((size_t)1 << 24)

struct player {
	const struct exchange *x;
	enum slicing how;
	struct setup setup;
	struct drop *drop;
	struct pop3 *p;
	struct buf to_feed;		/* client octets the engine lacks yet */
	struct buf got;			/* replies not compared yet */
	struct buf xmit;		/* the message handed on so far */
	size_t sent_up_to;		/* SLICE_BLOB: steps already queued */
	size_t at;			/* the step being done */
	bool failed;
};

void play_fail(struct player *y, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Run until something happens that the script must say. */
enum pop3_want play_pump(struct player *y);
void play_nothing_waits(struct player *y);

/* play_check.c: a step each. */
const char *play_want_name(enum pop3_want want);
const char *play_xmit_name(enum pop3_xmit_kind kind);
void play_reply(struct player *y, const struct step *s);
void play_skip(struct player *y, const struct step *s);
void play_want(struct player *y, const struct step *s);
void play_tls(struct player *y, const struct step *s);
void play_close(struct player *y, const struct step *s);
void play_state(struct player *y, const struct step *s);
void play_stats(struct player *y, const struct step *s);
void play_idle(struct player *y, const struct step *s);

#endif
