/*
 * pop3_xmit.c - XTND XMIT: a message from the client
 *
 * RFC 1082 has XTND, Berkeley's popper made XMIT of it: the message follows
 * the first "+OK" as in SMTP, the second one says that it is taken.
 *
 * Once octets of a message are due, what comes is never read as a command
 * until CR LF "." CR LF: a message that cannot be taken is read to its end and
 * thrown away, and one that has no end in sight costs the connection.
 *
 * Lines may be longer than the 998 octets of RFC 5322 section 2.1.1: old
 * clients send a paragraph as a line, and the next server knows best whether
 * to fold it.  What is no line of text at all is refused here.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/proto/pop3_priv.h"

#define LINE_MOST	65536
#define WORDS		400	/* of somebody else's text in a reply */
#define TWO_OCTETS	4	/* what one octet can become, and to spare */

enum place {
	BOL,			/* at the beginning of a line */
	TEXT,
	CR,			/* behind a CR */
	DOT,			/* behind "." at the beginning of a line */
	DOT_CR,
	OVER			/* the end was seen */
};

struct pop3_taking {
	struct pop3_xmit xmit;
	struct buf block;	/* to be handed on */
	uint64_t octets;	/* of the message so far */
	uint64_t read;		/* of the peer's, dots and all */
	size_t line;		/* octets in this line */
	enum place place;
	enum pop3_say fault;	/* to be said at the end; SAY_OK: none */
	bool open;		/* somebody holds what was handed on */
	char text[WORDS + 1];
};

bool
pop3_xmit_possible(const struct pop3 *p)
{
	return p->conf->xmit && p->tls && p->xmit_permitted;
}

void
pop3_permit_xmit(struct pop3 *p, bool yes)
{
	p->xmit_permitted = yes;
}

bool
pop3_taking(const struct pop3 *p)
{
	return p->taking != NULL && p->want == POP3_INPUT;
}

const struct pop3_xmit *
pop3_xmit(const struct pop3 *p)
{
	return &p->taking->xmit;
}

void
pop3_xmit_free(struct pop3 *p)
{
	if (p->taking == NULL)
		return;
	buf_wipe(&p->taking->block);
	free(p->taking);
	p->taking = NULL;
}

size_t
pop3_xmit_memory(const struct pop3 *p)
{
	return p->taking == NULL ? 0 :
	    sizeof(*p->taking) + buf_held(&p->taking->block);
}

static void
ask(struct pop3 *p, enum pop3_xmit_kind kind)
{
	p->taking->xmit.kind = kind;
	p->taking->xmit.data = buf_span(&p->taking->block);
	p->want = POP3_XMIT;
}

enum pop3_say
pop3_do_xtnd(struct pop3 *p, const struct pop3_args *a)
{
	struct span rest = span_rtrim(a->rest), word = span_word(&rest);

	if (!span_ieq(word, "XMIT"))
		return SAY_XTND;
	if (rest.len > 0)
		return SAY_XMIT_ARGS;
	if (!p->conf->xmit)
		return SAY_XMIT_OFF;
	if (!p->tls)
		return SAY_NEED_TLS;
	if (!p->xmit_permitted)
		return SAY_XMIT_DENIED;
	p->taking = mem_new(1, sizeof(*p->taking));
	if (p->taking == NULL)
		return SAY_NO_MEMORY;
	buf_init(&p->taking->block, POP3_XMIT_BLOCK);
	p->taking->fault = SAY_OK;
	ask(p, POP3_XMIT_OPEN);
	return SAY_NOTHING;
}

/* The first fault is the one to tell. */
static void
fail(struct pop3_taking *t, enum pop3_say why)
{
	if (t->fault == SAY_OK)
		t->fault = why;
}

static void
keep(const struct pop3 *p, struct pop3_taking *t, const char *s, size_t n)
{
	t->octets += n;
	t->line += n;
	if (t->octets > p->conf->xmit_max)
		fail(t, SAY_XMIT_LARGE);
	if (t->line > LINE_MOST)
		fail(t, SAY_XMIT_LINE);
	if (t->fault == SAY_OK && buf_add(&t->block, s, n) < 0)
		fail(t, SAY_NO_MEMORY);
}

/* An octet where no run of text can begin. */
static void
one(const struct pop3 *p, struct pop3_taking *t, char c)
{
	/* A dot that stood alone was no doubled one: it belongs to the line,
	 * for there are clients that double none. */
	if (t->place == DOT && c != '\r') {
		keep(p, t, ".", 1);
		t->place = TEXT;
		if (c == '.')
			return;
	}
	if (c == '\n' && (t->place == CR || t->place == DOT_CR)) {
		if (t->place == CR) {
			t->line = 0;
			keep(p, t, "\r\n", 2);
			t->line = 0;
		}
		t->place = t->place == CR ? BOL : OVER;
		return;
	}
	if (t->place == CR || t->place == DOT_CR || c == '\n')
		fail(t, SAY_XMIT_BARE);
	if (c == '\r') {
		t->place = t->place == DOT ? DOT_CR : CR;
	} else if (c == '.' && t->place == BOL) {
		t->place = DOT;
	} else {
		if (c != '\n')
			keep(p, t, &c, 1);
		t->place = TEXT;
	}
}

static size_t
run_of_text(const char *s, size_t n)
{
	const char *lf = memchr(s, '\n', n);
	const char *cr = memchr(s, '\r', lf == NULL ? n : (size_t)(lf - s));

	if (cr != NULL)
		return (size_t)(cr - s);
	return lf != NULL ? (size_t)(lf - s) : n;
}

/* How many octets were read: up to a fault, a full block, the end. */
static size_t
decode(const struct pop3 *p, struct pop3_taking *t, struct span in)
{
	enum pop3_say before = t->fault;
	size_t at = 0, n;

	while (at < in.len && t->place != OVER && t->fault == before &&
	    buf_room(&t->block) >= TWO_OCTETS) {
		n = in.len - at;
		if (n > buf_room(&t->block))
			n = buf_room(&t->block);
		n = t->place == TEXT ? run_of_text(in.ptr + at, n) : 0;
		if (n > 0)
			keep(p, t, in.ptr + at, n);
		else
			one(p, t, in.ptr[at]);
		at += n > 0 ? n : 1;
	}
	t->read += at;
	return at;
}

/* Behind the end, or when there is nothing to be had: what is the outcome? */
static void
finish(struct pop3 *p, enum pop3_say say)
{
	p->want = POP3_INPUT;
	p->say_text = span_of(p->taking->text);
	pop3_say(p, say);
	p->say_text = span_of("");
	pop3_xmit_free(p);
}

/* Twice what is allowed has come and no end: this peer does not listen. */
static bool
flooded(const struct pop3 *p)
{
	const struct pop3_taking *t = p->taking;

	return t->fault != SAY_OK &&
	    t->read / 2 > p->conf->xmit_max + LINE_MOST;
}

/* Where the octets that have come lead to. */
static void
go_on(struct pop3 *p)
{
	struct pop3_taking *t = p->taking;

	if (t->fault != SAY_OK && t->open) {
		t->open = false;
		buf_wipe(&t->block);
		ask(p, POP3_XMIT_ABORT);
	} else if (t->place == OVER && t->fault != SAY_OK) {
		finish(p, t->fault);
	} else if (flooded(p)) {
		finish(p, SAY_XMIT_FLOOD);
	} else if (buf_len(&t->block) > 0 && (t->place == OVER ||
	    buf_room(&t->block) < IN_USUAL)) {
		ask(p, POP3_XMIT_DATA);
	} else if (t->place == OVER) {
		ask(p, POP3_XMIT_END);
	}
}

bool
pop3_xmit_on(struct pop3 *p)
{
	struct pop3_taking *t = p->taking;
	struct span in = line_held(&p->in);

	if (in.len == 0 && t->place != OVER)
		return false;
	if (t->place != OVER)
		line_skip(&p->in, decode(p, t, in));
	go_on(p);
	return true;
}

/* relay's words are for people: printable, and as many as a reply holds. */
static void
take_words(struct pop3_taking *t, struct span text)
{
	size_t i, n = text.len < WORDS ? text.len : WORDS;

	for (i = 0; i < n; i++)
		t->text[i] = text.ptr[i] < ' ' || text.ptr[i] > '~' ? '?' :
		    text.ptr[i];
	t->text[n] = '\0';
}

static void
give_open(struct pop3 *p, enum pop3_say fault)
{
	if (fault != SAY_OK) {
		finish(p, fault);
		return;
	}
	p->taking->open = true;
	pop3_say(p, SAY_XMIT_GO);
	pop3_trace_note(p, TRACE_CLIENT, "(message)");
}

static void
give_end(struct pop3 *p, enum pop3_say fault)
{
	if (fault == SAY_OK) {
		p->stats.xmit++;
		p->stats.xmit_octets += p->taking->octets;
	}
	finish(p, fault == SAY_OK ? SAY_XMIT_SENT : fault);
}

void
pop3_give_xmit(struct pop3 *p, enum pop3_xmit_result r, struct span text)
{
	static const enum pop3_say faults[] = {
		[POP3_XMIT_GO] = SAY_OK,
		[POP3_XMIT_TEMP] = SAY_XMIT_TEMP,
		[POP3_XMIT_PERM] = SAY_XMIT_PERM
	};
	struct pop3_taking *t = p->taking;

	if (p->want != POP3_XMIT)
		return;
	p->want = POP3_INPUT;
	if (t->xmit.kind == POP3_XMIT_ABORT)
		return;
	take_words(t, text);
	switch (t->xmit.kind) {
	case POP3_XMIT_OPEN:
		give_open(p, faults[r]);
		break;
	case POP3_XMIT_END:
		give_end(p, faults[r]);
		break;
	default:
		buf_eat(&t->block, buf_len(&t->block));
		t->open = r == POP3_XMIT_GO;
		t->fault = faults[r];
		break;
	}
}
