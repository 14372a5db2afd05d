/*
 * report.c - what relay writes to the sender of a message
 *
 * Runs in: relay.  Trusts: nothing of what a smart host said.
 */
#include "lib/base/num.h"

#include "pop3srvd/relay/compose.h"
#include "pop3srvd/relay/report.h"

static bool
concerns(const struct report *r, const struct rcpt *to)
{
	return to->state == (r->delay ? RCPT_WAITS : RCPT_FAILED);
}

/* Of a field's value or a line of text: no line of its own. */
static const char *
words_of(const struct rcpt *to)
{
	return to->words == NULL || to->words[0] == '\0' ? "no reason known" :
	    to->words;
}

static int
write_head(const struct report *r, struct buf *out)
{
	char date[COMPOSE_DATE];

	return buf_printf(out, "Received: by %s (pop3srvd) id %s;\n\t%s\n"
	    "From: Mail Delivery <postmaster@%s>\n"
	    "To: <%s>\n"
	    "Subject: %s\n"
	    "Date: %s\n"
	    "Message-ID: <%s.%lld@%s>\n"
	    "Auto-Submitted: auto-replied\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\n"
	    "\tboundary=\"=_%s\"\n\n",
	    r->hostname, r->id, compose_date(r->now, date), r->hostname,
	    r->about->sender, r->delay ? "Your message is still waiting" :
	    "Your message could not be delivered",
	    compose_date(r->now, date), r->id, (long long)(r->now / 1000),
	    r->hostname, r->id);
}

static int
write_text(const struct report *r, struct buf *out)
{
	const struct rcpt *to = r->about->rcpts;
	char left[24];
	size_t i;

	if (buf_printf(out, "--=_%s\nContent-Type: text/plain; "
	    "charset=us-ascii\n\n%s", r->id, r->delay ?
	    "This is the mail server.  Your message has not been delivered "
	    "yet to:\n\n" :
	    "This is the mail server.  Your message could not be delivered "
	    "to:\n\n") < 0)
		return -1;
	for (i = 0; i < r->about->n_rcpts; i++, to++)
		if (concerns(r, to) && buf_printf(out, "  <%s>\n      %s\n",
		    to->address, words_of(to)) < 0)
			return -1;
	if (!r->delay)
		return buf_printf(out, "\nNothing more will be tried for "
		    "these.  The header of your message follows.\n\n");
	return buf_printf(out, "\nYou need not send it again: it is tried "
	    "until it is %s old.\nIf that fails as well you will be told.\n\n",
	    num_duration_text(r->expire, left));
}

static int
write_status(const struct report *r, struct buf *out)
{
	const struct rcpt *to = r->about->rcpts;
	char date[COMPOSE_DATE];
	size_t i;

	if (buf_printf(out, "--=_%s\nContent-Type: message/delivery-status\n\n"
	    "Reporting-MTA: dns; %s\nX-Queue-ID: %s\nArrival-Date: %s\n",
	    r->id, r->hostname, r->about->id,
	    compose_date(r->about->created, date)) < 0)
		return -1;
	for (i = 0; i < r->about->n_rcpts; i++, to++)
		if (concerns(r, to) && buf_printf(out, "\n"
		    "Final-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n"
		    "Diagnostic-Code: x-pop3srvd; %s\n", to->address,
		    r->delay ? "delayed" : "failed",
		    r->delay ? "4.0.0" : "5.0.0", words_of(to)) < 0)
			return -1;
	return buf_addc(out, '\n');
}

static int
write_header(const struct report *r, struct buf *out)
{
	const char *lf = r->header.len > 0 &&
	    r->header.ptr[r->header.len - 1] == '\n' ? "" : "\n";

	if (buf_printf(out, "--=_%s\nContent-Type: text/rfc822-headers\n\n",
	    r->id) < 0 || buf_add(out, r->header.ptr, r->header.len) < 0)
		return -1;
	return buf_printf(out, "%s\n--=_%s--\n", lf, r->id);
}

int
report_write(const struct report *r, struct buf *out)
{
	if (write_head(r, out) < 0 || write_text(r, out) < 0 ||
	    write_status(r, out) < 0)
		return -1;
	return write_header(r, out);
}
