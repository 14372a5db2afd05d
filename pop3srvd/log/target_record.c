/*
 * target_record.c - records in the frame that a target wants, in its queue
 *
 * Runs in: log.  Trusts: nothing in a record.
 */
#include <unistd.h>

#include "lib/base/clock.h"

#include "pop3srvd/log/target_own.h"

void
target_drop(struct target *t, uint64_t n)
{
	t->dropped += n;
	t->dropped_ever += n;
}

static int
put_frame(const struct target *t, const struct buf *record, struct buf *b)
{
	int bad = 0;

	if (t->ops->framing == TARGET_COUNTED)
		bad |= buf_printf(b, "%zu ", buf_len(record));
	bad |= buf_add(b, buf_data(record), buf_len(record));
	if (t->ops->framing == TARGET_LINES)
		bad |= buf_addc(b, '\n');
	return bad;
}

static int
render(const struct target *t, const struct logrec *r, struct buf *b)
{
	const struct render_as as = { t->place.log->format, t->place.conf,
		t->ops->limit };
	struct buf record;
	int status;

	buf_init(&record, RENDER_MAX);
	status = t->ops->render(r, &as, &record);
	if (status == 0)
		status = put_frame(t, &record, b);
	buf_free(&record);
	return status;
}

bool
target_confirm(struct target *t)
{
	if (t->ops->settled != NULL && (t->sink == NULL ||
	    !t->ops->settled(t->sink)))
		return false;
	queue_confirm(&t->queue);
	return true;
}

/* One rendered record behind the others; counted when it does not fit. */
void
target_enqueue(struct target *t, const struct logrec *r)
{
	struct buf b;

	buf_init(&b, RENDER_MAX + 16);
	if (render(t, r, &b) < 0 ||
	    (queue_add(&t->queue, buf_span(&b)) < 0 &&
	    (!target_confirm(t) || queue_add(&t->queue, buf_span(&b)) < 0)))
		target_drop(t, 1);
	buf_free(&b);
}

/* The target's own words, in its own queue. */
static void
say(struct target *t, const char *what, const struct log_field *fields)
{
	struct logrec r = { .level = LOG_LEVEL_INFO, .what = what };
	struct moment now;

	clock_read(&now);
	r.wall = now.wall;
	r.pid = (uint32_t)getpid();
	while (fields[r.n_fields].key != NULL) {
		r.fields[r.n_fields] = fields[r.n_fields];
		r.n_fields++;
	}
	target_enqueue(t, &r);
}

/* The first line after start or reopening carries the grammar's version. */
void
target_say_format(struct target *t)
{
	const struct log_field fields[] = {
		LOG_NUM("fmt", 1),
		LOG_STR("to", t->ops->name),
		{ NULL }
	};

	say(t, "log opened", fields);
}

void
target_say_dropped(struct target *t)
{
	const struct log_field fields[] = {
		LOG_NUM("count", t->dropped),
		LOG_STR("to", t->ops->name),
		{ NULL }
	};

	t->dropped = 0;
	say(t, "log records dropped", fields);
}
