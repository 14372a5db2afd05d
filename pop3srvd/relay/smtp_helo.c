/*
 * smtp_helo.c - a delivery to a host that takes HELO only (W-34)
 *
 * libcurl says EHLO first and falls back when that is refused; a host that
 * hangs up on EHLO needs a dialogue of our own.  libcurl connects, and carries
 * the octets.
 *
 * Runs in: smtp.  Trusts: nothing of what the smart host says.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

#include "pop3srvd/relay/smtp_own.h"

#define LINE		2048
#define CONNECT_SECONDS	30L

struct line_talk {
	CURL *c;
	CURLM *waits;
	curl_socket_t sock;
	int64_t until;		/* mono */
	char in[LINE];
	size_t at, len;
	char last[LINE];	/* the reply's last line */
};

static bool
wait_for(struct line_talk *l, short events)
{
	struct curl_waitfd w = { .fd = l->sock, .events = events };
	struct moment now;
	int n = 0;

	clock_read(&now);
	return now.mono < l->until && curl_multi_poll(l->waits, &w, 1,
	    (int)(l->until - now.mono), &n) == CURLM_OK && n > 0;
}

static int
send_all(struct line_talk *l, const char *p, size_t n)
{
	size_t done = 0;
	CURLcode r;

	while (n > 0) {
		r = curl_easy_send(l->c, p, n, &done);
		if (r == CURLE_AGAIN && wait_for(l, CURL_WAIT_POLLOUT))
			continue;
		if (r != CURLE_OK)
			return -1;
		p += done;
		n -= done;
	}
	return 0;
}

static int
next_char(struct line_talk *l)
{
	CURLcode r;

	while (l->at == l->len) {
		l->at = l->len = 0;
		r = curl_easy_recv(l->c, l->in, sizeof(l->in), &l->len);
		if (r == CURLE_AGAIN && wait_for(l, CURL_WAIT_POLLIN))
			continue;
		if (r != CURLE_OK || l->len == 0)
			return -1;
	}
	return (unsigned char)l->in[l->at++];
}

static int
read_line(struct line_talk *l)
{
	size_t n = 0;
	int c;

	while ((c = next_char(l)) >= 0 && c != '\n')
		if (n + 1 < sizeof(l->last))
			l->last[n++] = (char)c;
	l->last[n] = '\0';
	return c < 0 ? -1 : 0;
}

/* The code of the reply whose last line is in l->last, or -1. */
static int
read_reply(struct line_talk *l)
{
	int code;

	do {
		if (read_line(l) < 0)
			return -1;
		if (strspn(l->last, "0123456789") != 3)
			return -1;
	} while (l->last[3] == '-');
	code = (l->last[0] - '0') * 100 + (l->last[1] - '0') * 10 +
	    (l->last[2] - '0');
	return code;
}

/* A command of a phase and its reply; whether that says to go on.  After DATA
 * only 354 does: else the message would be read as commands. */
static bool
command(struct line_talk *l, struct talk *t, enum phase phase,
    const char *text)
{
	int code;

	t->phase = phase;
	if (send_all(l, text, strlen(text)) < 0 ||
	    (code = read_reply(l)) < 0)
		return false;
	talk_reply(t, code, span_of(l->last));
	return phase == PHASE_DATA ? code == 354 : code / 100 == 2;
}

static bool
envelope(struct line_talk *l, struct talk *t)
{
	char text[1024];
	bool any = false;
	uint32_t i;

	snprintf(text, sizeof(text), "MAIL FROM:<%s>\r\n", t->job->sender);
	if (!command(l, t, PHASE_MAIL, text))
		return false;
	for (i = 0; i < t->job->n_rcpts; i++) {
		snprintf(text, sizeof(text), "RCPT TO:<%s>\r\n",
		    t->job->rcpts[i]);
		t->rcpt = i;
		any = command(l, t, PHASE_RCPT, text) || any;
	}
	return any;
}

/* RFC 5321 section 4.5.2: a dot in front of a dot. */
static int
body(struct line_talk *l, struct source *s)
{
	char in[4096], out[2 * sizeof(in)];
	bool bol = true;
	size_t n, i, k;

	while ((n = source_read(s, in, sizeof(in))) > 0) {
		for (i = k = 0; i < n; i++) {
			if (bol && in[i] == '.')
				out[k++] = '.';
			out[k++] = in[i];
			bol = in[i] == '\n';
		}
		if (send_all(l, out, k) < 0)
			return -1;
	}
	return s->bad ? -1 : 0;
}

/* NULL, or why it went no further. */
static const char *
dialogue(struct line_talk *l, struct talk *t, struct source *s)
{
	char helo[300];

	if (read_reply(l) / 100 != 2)
		return "the smart host did not greet";
	snprintf(helo, sizeof(helo), "HELO %s\r\n", t->job->helo_name);
	if (!command(l, t, PHASE_BEGIN, helo))
		return "the smart host did not take HELO";
	if (!envelope(l, t) || !command(l, t, PHASE_DATA, "DATA\r\n"))
		return "the smart host took nothing more";
	if (body(l, s) < 0)
		return "the message could not be sent whole";
	if (!command(l, t, PHASE_BODY, ".\r\n"))
		return "the smart host did not confirm the message";
	(void)send_all(l, "QUIT\r\n", 6);
	return NULL;
}

static CURLcode
connect_to(CURL *c, const struct job *j)
{
	char url[600];
	CURLcode r;

	snprintf(url, sizeof(url), "http://%s", j->host);
	r = curl_easy_setopt(c, CURLOPT_URL, url);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_PROXY, "");
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
		    CONNECT_SECONDS);
	return r == CURLE_OK ? curl_easy_perform(c) : r;
}

static void
run(struct line_talk *l, struct talk *t, struct source *s)
{
	struct moment now;
	const char *why;
	CURLcode r = connect_to(l->c, t->job);

	if (r != CURLE_OK) {
		talk_end(t, curl_easy_strerror(r));
		return;
	}
	clock_read(&now);
	l->until = now.mono + (int64_t)t->job->timeout * 1000;
	why = curl_easy_getinfo(l->c, CURLINFO_ACTIVESOCKET,
	    &l->sock) != CURLE_OK ? "no connection" : dialogue(l, t, s);
	talk_end(t, why == NULL ? "no reply" : why);
}

void
smtp_helo(struct talk *t, struct source *s)
{
	static struct line_talk l;

	l.c = curl_easy_init();
	l.waits = curl_multi_init();
	if (l.c == NULL || l.waits == NULL)
		talk_end(t, "out of memory");
	else
		run(&l, t, s);
	curl_easy_cleanup(l.c);
	if (l.waits != NULL)
		(void)curl_multi_cleanup(l.waits);
}
