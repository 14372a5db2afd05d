/*
 * follow.c - who reads along
 *
 * Runs in: log.  Trusts: front, that the follower may; nothing in a record.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/log/answer.h"
#include "pop3srvd/log/filter.h"
#include "pop3srvd/log/follow.h"
#include "pop3srvd/log/render.h"

#define FOLLOWERS	4
#define LINE_OCTETS	((size_t)16 * 1024)
#define FRAMES_WAITING	256	/* for front; the rest is lost */

struct follower {
	struct channel *ch;	/* NULL: free */
	uint32_t id;
	struct filter filter;
	uint64_t lost;
};

struct follow {
	struct follower at[FOLLOWERS];
};

struct follow *
follow_new(void)
{
	return mem_new(1, sizeof(struct follow));
}

void
follow_free(struct follow **w_p)
{
	free(*w_p);
	*w_p = NULL;
}

static struct follower *
free_place(struct follow *w)
{
	int i;

	for (i = 0; i < FOLLOWERS; i++)
		if (w->at[i].ch == NULL)
			return &w->at[i];
	return NULL;
}

static int
begin(struct follow *w, struct channel *ch, uint32_t id, struct span text,
    struct err *e)
{
	struct follower *p = free_place(w);
	json_t *args;
	int r;

	if (p == NULL)
		return err_set(e, ERR_TEMP, "%d others follow the log already",
		    FOLLOWERS);
	args = json_read(text.ptr, text.len, e);
	if (args == NULL)
		return -1;
	r = filter_read(&p->filter, args, e);
	json_decref(args);
	if (r < 0)
		return -1;
	p->ch = ch;
	p->id = id;
	p->lost = 0;
	return 0;
}

void
follow_begin(struct follow *w, struct channel *ch, uint32_t id,
    struct span args)
{
	struct err e;

	if (begin(w, ch, id, args, &e) < 0)
		answer_fault(ch, id, &e);
	else
		answer_ok(ch, id, json_object());
}

void
follow_end(struct follow *w, const struct channel *ch, uint32_t id)
{
	int i;

	for (i = 0; i < FOLLOWERS; i++)
		if (w->at[i].ch == ch && w->at[i].id == id)
			w->at[i].ch = NULL;
}

void
follow_forget(struct follow *w, const struct channel *ch)
{
	int i;

	for (i = 0; i < FOLLOWERS; i++)
		if (w->at[i].ch == ch)
			w->at[i].ch = NULL;
}

/* {"line": "…"}, or the object itself. */
static int
render(const struct follower *p, const struct logrec *r, struct buf *b)
{
	const struct render_as as = { .format = CONF_JSON };
	struct buf line;
	json_t *v;
	int bad;

	if (p->filter.json)
		return render_line(r, &as, b);
	buf_init(&line, LINE_OCTETS);
	bad = logrec_text(r, &line);
	v = bad != 0 ? NULL : json_pack("{s:s%}", "line", buf_data(&line),
	    buf_len(&line));
	bad = v == NULL ? -1 : json_write(v, b);
	json_decref(v);
	buf_free(&line);
	return bad;
}

static int
send_line(const struct follower *p, const struct logrec *r)
{
	struct msg_line m = { .lost = p->lost };
	struct buf text, b;
	int bad = -1;

	if (channel_waiting(p->ch) > FRAMES_WAITING)
		return -1;
	buf_init(&text, LINE_OCTETS);
	buf_init(&b, LINE_OCTETS + 64);
	if (render(p, r, &text) == 0) {
		m.json = buf_span(&text);
		if (msg_line_pack(&m, &b) == 0)
			bad = channel_send(p->ch, MSG_FOLLOW_LINE, p->id,
			    buf_span(&b), -1);
	}
	buf_free(&text);
	buf_free(&b);
	return bad;
}

void
follow_event(struct follow *w, const struct logrec *r)
{
	struct follower *p;
	int i;

	for (i = 0; i < FOLLOWERS; i++) {
		p = &w->at[i];
		if (p->ch == NULL || !filter_passes(&p->filter, r))
			continue;
		if (send_line(p, r) < 0)
			p->lost++;
		else
			p->lost = 0;
	}
}
