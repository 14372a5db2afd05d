/*
 * pop3_reply.c - every reply, worded once, and what it costs the peer
 *
 * '#' stands for the next of say_n, '@' for say_text.  Nothing that came from
 * the peer is ever repeated (reliability.md S-25, S-33).  Response codes stand
 * directly behind "-ERR " (RFC 2449 section 8, RFC 3206).
 */
#include <string.h>

#include "lib/proto/pop3_priv.h"

#define LINE_ROOM	512	/* RFC 2449 section 4: first lines of replies */

enum cost { FREE, BAD, FAILED };

struct reply {
	const char *text;
	enum cost cost;
	enum pop3_end end;		/* the session ends behind it */
	int (*lines)(struct pop3 *p);	/* what follows, before the "." */
};

static const struct reply replies[SAY_COUNT] = {
	[SAY_OK] = { "+OK" },
	[SAY_BYE] = { "+OK bye", FREE, POP3_END_QUIT },
	[SAY_USER] = { "+OK send the password" },
	[SAY_LOGGED_IN] = { "+OK maildrop has # messages (# octets)" },
	[SAY_TLS] = { "+OK begin TLS negotiation" },
	[SAY_CAPA] = { "+OK capabilities follow", .lines = pop3_capa_lines },
	[SAY_MECHS] = { "+OK mechanisms follow", .lines = pop3_mech_lines },
	[SAY_STAT] = { "+OK # #" },
	[SAY_LIST] = { "+OK # messages (# octets)" },
	[SAY_LIST_ONE] = { "+OK # #" },
	[SAY_UIDL] = { "+OK unique ids follow" },
	[SAY_UIDL_ONE] = { "+OK # @" },
	[SAY_LAST] = { "+OK #" },
	[SAY_OCTETS] = { "+OK # octets" },
	[SAY_TOP] = { "+OK top of message follows" },
	[SAY_MARKED] = { "+OK marked for deletion" },
	[SAY_RESET] = { "+OK maildrop has # messages (# octets)" },
	[SAY_UNKNOWN] = { "-ERR unknown command", BAD },
	[SAY_NUL] = { "-ERR NUL in command", BAD },
	[SAY_LONG] = { "-ERR line too long", BAD },
	[SAY_LONG_SASL] = { "-ERR line too long", BAD, POP3_END_BAD_COMMANDS },
	[SAY_OVERLONG] = { "-ERR line too long", BAD, POP3_END_OVERLONG },
	[SAY_ARGS] = { "-ERR wrong number of arguments", BAD },
	[SAY_NUMBER] = { "-ERR not a valid number", BAD },
	[SAY_NO_MESSAGE] = { "-ERR no such message", BAD },
	[SAY_DELETED] = { "-ERR message is deleted", BAD },
	[SAY_GONE] = { "-ERR no such message any more", BAD },
	[SAY_LOG_IN_FIRST] = { "-ERR log in first", BAD },
	[SAY_ALREADY_IN] = { "-ERR already logged in", BAD },
	[SAY_NEED_TLS] = { "-ERR must use TLS first", BAD },
	[SAY_NO_TLS] = { "-ERR TLS is not available", BAD },
	[SAY_TLS_ALREADY] = { "-ERR TLS is active already", BAD },
	[SAY_NO_USER] = { "-ERR send USER first", BAD },
	[SAY_NO_MECH] = { "-ERR mechanism not supported", BAD },
	[SAY_BASE64] = { "-ERR invalid base64", BAD },
	[SAY_CANCELLED] = { "-ERR authentication cancelled", BAD },
	[SAY_TOO_MANY] = { "-ERR too many bad commands", FREE,
	    POP3_END_BAD_COMMANDS },
	[SAY_AUTH_FAILED] = { "-ERR [AUTH] authentication failed", FAILED },
	[SAY_AUTH_TEMP] = { "-ERR [SYS/TEMP] login not possible now", BAD },
	[SAY_AUTH_PERM] = { "-ERR [SYS/PERM] login not possible", BAD },
	[SAY_DELAY] = { "-ERR [LOGIN-DELAY] wait # seconds", BAD },
	[SAY_IN_USE] = { "-ERR [IN-USE] maildrop is open in another session",
	    BAD },
	[SAY_IN_USE_SINCE] = { "-ERR [IN-USE] maildrop is open in another "
	    "session since # seconds", BAD },
	[SAY_DROP_TEMP] = { "-ERR [SYS/TEMP] maildrop cannot be opened now",
	    BAD },
	[SAY_DROP_PERM] = { "-ERR [SYS/PERM] maildrop cannot be opened", BAD },
	[SAY_READ] = { "-ERR [SYS/TEMP] message cannot be read now" },
	[SAY_NO_MEMORY] = { "-ERR [SYS/TEMP] out of memory" },
	[SAY_XTND] = { "-ERR unknown XTND command", BAD },
	[SAY_XMIT_ARGS] = { "-ERR XTND XMIT takes no arguments", BAD },
	[SAY_XMIT_OFF] = { "-ERR XTND XMIT is switched off", BAD },
	[SAY_XMIT_DENIED] = { "-ERR this account may not send mail by XTND "
	    "XMIT", BAD },
	[SAY_XMIT_GO] = { "+OK Start sending message." },
	[SAY_XMIT_SENT] = { "+OK Message sent successfully (@)" },
	[SAY_XMIT_TEMP] = { "-ERR [SYS/TEMP] message not sent: @" },
	[SAY_XMIT_PERM] = { "-ERR message not sent: @" },
	[SAY_XMIT_BARE] = { "-ERR message not sent: a line does not end in "
	    "CR LF" },
	[SAY_XMIT_LINE] = { "-ERR message not sent: a line is too long" },
	[SAY_XMIT_LARGE] = { "-ERR message not sent: it is too large" },
	[SAY_XMIT_FLOOD] = { "-ERR message not sent: it is much too large",
	    FREE, POP3_END_FLOOD },
	[SAY_NOT_REMOVED] = { "-ERR [SYS/TEMP] some deleted messages not "
	    "removed", FREE, POP3_END_QUIT }
};

static size_t
put_span(char *to, struct span s, size_t room)
{
	size_t n = s.len < room ? s.len : room;

	memcpy(to, s.ptr, n);
	return n;
}

/* One line, whole or not at all; 0 or -1. */
static int
put(struct pop3 *p, const char *text)
{
	char line[LINE_ROOM];
	const uint64_t *n = p->say_n;
	size_t len = 0;

	for (; *text != '\0' && len < sizeof(line) - 24; text++) {
		if (*text == '#')
			len += pop3_decimal(line + len, *n++);
		else if (*text == '@')
			len += put_span(line + len, p->say_text,
			    sizeof(line) - len - 24);
		else
			line[len++] = *text;
	}
	line[len++] = '\r';
	line[len++] = '\n';
	pop3_trace_reply(p, span_mem(line, len));
	return buf_add(&p->out, line, len);
}

/* Count a refusal; the one too many gets other words. */
static enum pop3_say
judge(struct pop3 *p, enum pop3_say say)
{
	unsigned max = p->state == POP3_AUTHORIZATION ?
	    p->conf->max_bad_before : p->conf->max_bad_after;

	if (replies[say].cost == FAILED)
		p->stats.auth_failed++;
	if (replies[say].cost != BAD)
		return say;
	p->stats.bad++;
	if (++p->bad < max || replies[say].end != POP3_END_NONE)
		return say;
	return SAY_TOO_MANY;
}

static int
speak(struct pop3 *p, const struct reply *r)
{
	if (put(p, r->text) < 0)
		return -1;
	if (r->lines == NULL)
		return 0;
	return r->lines(p) < 0 ? -1 : buf_adds(&p->out, ".\r\n");
}

void
pop3_say(struct pop3 *p, enum pop3_say say)
{
	const struct reply *r;

	if (say == SAY_NOTHING || p->want == POP3_CLOSE)
		return;
	r = &replies[judge(p, say)];
	if (speak(p, r) < 0)
		pop3_close(p, POP3_END_MEMORY);
	else if (r->end != POP3_END_NONE)
		pop3_close(p, r->end);
	else if (r->cost == FAILED &&
	    p->stats.auth_failed >= p->conf->max_auth)
		pop3_close(p, POP3_END_AUTH_FAILED);
}
