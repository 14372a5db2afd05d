/*
 * report.c - what drop has to say to the administrator
 *
 * Runs in: drop.
 * Trusts: nobody; names and error texts are escaped where they are written.
 */
#include "pop3srvd/drop/report.h"

void
report_refused(struct serve *sv, const struct err *e)
{
	log_error(sv->log, LOG_LEVEL_WARNING, NULL, "maildrop refused", e);
}

/* In use is the client's affair; front says it in the session's line. */
void
report_not_opened(struct session *s, const struct err *e)
{
	struct log_field fields[] = { LOG_STR("user", s->account),
		LOG_STR("class", err_class_name(e->class)),
		LOG_STR("error", e->text), { NULL } };

	log_event(s->peer->sv->log, e->class == ERR_BUSY ? LOG_LEVEL_DEBUG :
	    LOG_LEVEL_WARNING, NULL, "maildrop not opened", fields);
}

static void
report_skipped(struct session *s, const struct store_notes *n)
{
	struct log_field fields[] = { LOG_STR("user", s->account),
		LOG_NUM("strange", n->strange),
		LOG_NUM("unreadable", n->unreadable),
		LOG_NUM("doubles", n->doubles), { NULL } };

	log_event(s->peer->sv->log, LOG_LEVEL_WARNING, NULL,
	    "maildrop files skipped", fields);
}

void
report_opened(struct session *s)
{
	const struct store_notes *n = s->store->ops->notes(s->store);
	struct log_out *log = s->peer->sv->log;
	struct moment now;
	struct log_field fields[] = { LOG_STR("user", s->account),
		LOG_NUM("messages", s->count), LOG_NUM("counted", n->counted),
		LOG_NUM("octets", n->counted_octets),
		LOG_NUM("cleaned", n->cleaned), LOG_NUM("ms", 0), { NULL } };

	clock_read(&now);
	fields[5].number = (uint64_t)(now.mono - s->since);
	if (n->created)
		log_event(log, LOG_LEVEL_INFO, NULL, "maildrop created",
		    (struct log_field[]){ fields[0], { NULL } });
	if (n->scanned)
		log_event(log, LOG_LEVEL_DEBUG, NULL, "maildrop scanned",
		    fields);
	if (n->strange + n->unreadable + n->doubles > 0)
		report_skipped(s, n);
}

void
report_message(struct session *s, uint32_t number, const struct err *e)
{
	struct log_field fields[] = { LOG_STR("user", s->account),
		LOG_NUM("number", number),
		LOG_STR("class", err_class_name(e->class)),
		LOG_STR("error", e->text), { NULL } };

	log_event(s->peer->sv->log, LOG_LEVEL_WARNING, NULL,
	    "message not opened", fields);
}

void
report_commit(struct session *s, const struct store_result *r)
{
	struct log_field fields[] = { LOG_STR("user", s->account),
		LOG_NUM("removed", r->removed), LOG_NUM("failed", r->failed),
		LOG_STR("error", r->why.text), { NULL } };

	log_event(s->peer->sv->log, LOG_LEVEL_ERROR, NULL,
	    "messages not removed", fields);
}

void
report_cache(struct session *s, int result, const struct err *e)
{
	struct serve *sv = s->peer->sv;
	struct log_field fields[] = { LOG_STR("user", s->account),
		LOG_STR("error", result < 0 ? e->text : ""), { NULL } };

	if (result < 0 && !sv->cache_failed)
		log_event(sv->log, LOG_LEVEL_WARNING, NULL,
		    "maildrop index not written", fields);
	if (result != 0)
		sv->cache_failed = result < 0;
}
