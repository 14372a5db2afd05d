/*
 * script.h - dialog scripts: what README describes, as structs
 */
#ifndef DIALOG_SCRIPT_H
#define DIALOG_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

#include "lib/proto/pop3.h"

#define MAX_MAILS	64
#define MAX_MECHS	16
#define TEXT_ROOM	1024

struct mail {
	uint64_t octets;
	char uidl[UIDL_MAX + 1];
	struct buf text;		/* stored form; empty: made up */
};

struct setup {
	struct pop3_conf conf;
	struct pop3_peer peer;
	bool permit;			/* XTND XMIT, to this account */
	bool poppass;			/* that engine, not POP3's */
	bool off;			/* and it is switched off */
	struct pop3_mech mechs[MAX_MECHS];
	const struct mail *mails[MAX_MAILS];
	uint32_t n_mails;
};

enum step_kind {
	STEP_SEND,	/* C: C-: C*: */
	STEP_FORCE,	/* C!: whatever the engine wants */
	STEP_REPLY,	/* S: */
	STEP_SKIP,	/* S... */
	STEP_WANT, STEP_GIVE, STEP_TLS, STEP_CLOSE, STEP_STATE, STEP_STATS,
	STEP_IDLE, STEP_ABORT
};

struct step {
	enum step_kind kind;
	unsigned line;
	struct buf bytes;		/* octets to send */
	char *text;			/* everything else */
};

struct exchange {
	char *name;
	struct setup setup;
	struct step *steps;
	size_t n_steps, cap;
	bool only_lines;		/* not replayed in other slices */
};

struct script {
	struct setup base;		/* what stands before the first "==" */
	struct exchange *exchanges;
	size_t n, cap;
};

/* Ends the program with file and line when the script is not well written. */
void script_read(struct script *s, const char *path);

void *script_need(void *p);		/* ends the program for NULL */
const char *script_keep(const char *word);	/* a copy that lives on */

/* "key=value" in text (values may be quoted and escaped): the value's octets
 * in out; false when the key is not there. */
bool script_value(const char *text, const char *key, struct buf *out);

size_t script_word(const char *p);	/* its length; may hold a quoted part */

/* The octets a text with escapes stands for. */
void script_unescape(const char *text, struct buf *out);

#endif
