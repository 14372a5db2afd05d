/*
 * pop3_greet.c - the greeting, and APOP (RFC 1939 section 7), whose timestamp
 * stands in it
 *
 * APOP proves a password without showing it: it is allowed without TLS,
 * whatever is said of passwords there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/proto/pop3_priv.h"

#define HOSTNAME_MAX	255	/* RFC 1035 section 2.3.4 */

static bool
printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/*
 * A name that RFC 1035 section 2.3.1 or an address could be, so that the line
 * stays below 512 octets and nothing in it is taken for a timestamp of APOP.
 */
static bool
speakable(const char *host)
{
	size_t n = host == NULL ? 0 : strspn(host, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

	return n > 0 && n <= HOSTNAME_MAX && host[n] == '\0';
}

/* seeds.md I-21, I-23: too long or empty means the built-in text; I-25: with a
 * timestamp so does what a client could take for one. */
static bool
welcome_ok(const struct pop3 *p, const char *text)
{
	return text != NULL && *text != '\0' && printable(text) &&
	    strlen(text) <= POP3_GREETING_MAX &&
	    (p->stamp == NULL || strpbrk(text, "<>") == NULL);
}

/* A msg-id of RFC 822. */
static bool
stamp_ok(const char *s)
{
	size_t n = strlen(s);

	return n > 4 && n <= POP3_STAMP_MAX && printable(s) && s[0] == '<' &&
	    strcspn(s, " >") == n - 1 && s[n - 1] == '>' &&
	    strchr(s, '@') != NULL;
}

int
pop3_stamp_keep(struct pop3 *p, const char *stamp)
{
	if (stamp == NULL || !stamp_ok(stamp))
		return 0;
	p->stamp = mem_strdup(stamp);
	return p->stamp == NULL ? -1 : 0;
}

void
pop3_stamp_forget(struct pop3 *p)
{
	free(p->stamp);
	p->stamp = NULL;
}

/* seeds.md I-22: the text is cut, the timestamp never. */
static int
greeting(struct pop3 *p)
{
	const char *host = p->conf->hostname;
	size_t room = POP3_GREETING_MAX;
	char text[POP3_GREETING_MAX + 1];

	if (p->stamp != NULL)
		room -= strlen(p->stamp) + 1;
	if (welcome_ok(p, p->conf->greeting))
		snprintf(text, room + 1, "%s", p->conf->greeting);
	else
		snprintf(text, room + 1, "%s%sPOP3 server ready",
		    speakable(host) ? host : "", speakable(host) ? " " : "");
	if (buf_adds(&p->out, text) < 0)
		return -1;
	if (p->stamp == NULL)
		return 0;
	return buf_addc(&p->out, ' ') < 0 ? -1 : buf_adds(&p->out, p->stamp);
}

void
pop3_greet(struct pop3 *p)
{
	if (buf_adds(&p->out, "+OK ") < 0 || greeting(p) < 0 ||
	    buf_adds(&p->out, "\r\n") < 0)
		pop3_close(p, POP3_END_MEMORY);
	pop3_trace_reply(p, buf_span(&p->out));
}

enum pop3_say
pop3_do_apop(struct pop3 *p, const struct pop3_args *a)
{
	pop3_forget(p);
	if (a->v[0].len == 0 || a->v[1].len == 0)
		return SAY_ARGS;
	if (buf_add(&p->user, a->v[0].ptr, a->v[0].len) < 0 ||
	    buf_add(&p->secret, a->v[1].ptr, a->v[1].len) < 0) {
		pop3_forget(p);
		return SAY_NO_MEMORY;
	}
	p->auth.kind = POP3_AUTH_APOP;
	p->auth.mech = "APOP";
	p->auth.user = buf_span(&p->user);
	p->auth.data = buf_span(&p->secret);
	p->auth.has_data = true;
	p->want = POP3_AUTH;
	return SAY_NOTHING;
}
