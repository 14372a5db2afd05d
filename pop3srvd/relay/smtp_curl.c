/*
 * smtp_curl.c - a delivery by libcurl: EHLO, TLS, AUTH
 *
 * libcurl leads the dialogue.  What each recipient was answered it does not
 * tell, so the lines of the dialogue are followed as they pass.
 *
 * Runs in: smtp.  Trusts: nothing of what the smart host says.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pop3srvd/relay/smtp_own.h"

#define CONNECT_SECONDS	30L

#if LIBCURL_VERSION_NUM >= 0x080200
#define ALLOW_FAILS	CURLOPT_MAIL_RCPT_ALLOWFAILS
#else
#define ALLOW_FAILS	CURLOPT_MAIL_RCPT_ALLLOWFAILS
#endif

static bool
begins(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && strncmp(s.ptr, word, n) == 0;
}

static void
on_command(struct talk *t, struct span line)
{
	if (begins(line, "MAIL FROM:")) {
		t->phase = PHASE_MAIL;
	} else if (begins(line, "RCPT TO:")) {
		t->rcpt = t->phase == PHASE_RCPT ? t->rcpt + 1 : 0;
		t->phase = PHASE_RCPT;
	} else if (begins(line, "DATA")) {
		t->phase = PHASE_DATA;
	} else if (begins(line, "QUIT")) {
		t->phase = PHASE_OVER;
	}
}

/* "250-…" goes on. */
static void
on_line(struct talk *t, struct span line)
{
	int i, code = 0;

	if (line.len < 3 || (line.len > 3 && line.ptr[3] == '-'))
		return;
	for (i = 0; i < 3; i++) {
		if (line.ptr[i] < '0' || line.ptr[i] > '9')
			return;
		code = code * 10 + (line.ptr[i] - '0');
	}
	talk_reply(t, code, line);
}

static int
on_debug(CURL *c, curl_infotype type, char *data, size_t n, void *arg)
{
	(void)c;
	if (type == CURLINFO_HEADER_OUT)
		on_command(arg, span_mem(data, n));
	else if (type == CURLINFO_HEADER_IN)
		on_line(arg, span_mem(data, n));
	return 0;
}

static size_t
on_read(char *to, size_t size, size_t count, void *arg)
{
	struct source *s = arg;
	size_t n = source_read(s, to, size * count);

	/* Ended here it would be sent as if it were whole. */
	return s->bad ? CURL_READFUNC_ABORT : n;
}

static CURLcode
set_login(CURL *c, const struct job *j)
{
	CURLcode r;

	if (j->user[0] == '\0')
		return CURLE_OK;
	r = curl_easy_setopt(c, CURLOPT_USERNAME, j->user);
	return r == CURLE_OK ?
	    curl_easy_setopt(c, CURLOPT_PASSWORD, j->password) : r;
}

/* Bad options are remembered; the first fault counts. */
#define SET(c, r, option, value) \
	((r) = (r) != CURLE_OK ? (r) : curl_easy_setopt(c, option, value))

static CURLcode
set_tls(CURL *c, const struct job *j)
{
	CURLcode r = CURLE_OK;

	if (j->tls == CONF_TLS_NONE)
		return SET(c, r, CURLOPT_USE_SSL, (long)CURLUSESSL_NONE);
	SET(c, r, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	SET(c, r, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(c, r, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(c, r, CURLOPT_SSL_VERIFYHOST, 2L);
	if (j->ca_file[0] != '\0') {
		SET(c, r, CURLOPT_CAINFO, j->ca_file);
		SET(c, r, CURLOPT_CAPATH, NULL);
	}
	return r;
}

static CURLcode
set_dialogue(CURL *c, struct talk *t, struct source *s)
{
	CURLcode r = CURLE_OK;

	SET(c, r, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(c, r, CURLOPT_PROXY, "");
	SET(c, r, CURLOPT_NOSIGNAL, 1L);
	SET(c, r, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	SET(c, r, CURLOPT_TIMEOUT, (long)t->job->timeout);
	SET(c, r, CURLOPT_UPLOAD, 1L);
	SET(c, r, CURLOPT_READFUNCTION, on_read);
	SET(c, r, CURLOPT_READDATA, s);
	SET(c, r, CURLOPT_VERBOSE, 1L);
	SET(c, r, CURLOPT_DEBUGFUNCTION, on_debug);
	SET(c, r, CURLOPT_DEBUGDATA, t);
	SET(c, r, ALLOW_FAILS, 1L);
	return r;
}

/* From: nobody when the option is not set. */
static CURLcode
set_envelope(CURL *c, const struct job *j, struct curl_slist **list)
{
	char text[1024];
	struct curl_slist *longer;
	uint32_t i;

	for (i = 0; i < j->n_rcpts; i++) {
		snprintf(text, sizeof(text), "<%s>", j->rcpts[i]);
		longer = curl_slist_append(*list, text);
		if (longer == NULL)
			return CURLE_OUT_OF_MEMORY;
		*list = longer;
	}
	snprintf(text, sizeof(text), "<%s>", j->sender);
	if (j->sender[0] != '\0' && curl_easy_setopt(c, CURLOPT_MAIL_FROM,
	    text) != CURLE_OK)
		return CURLE_OUT_OF_MEMORY;
	return curl_easy_setopt(c, CURLOPT_MAIL_RCPT, *list);
}

static CURLcode
set_url(CURL *c, const struct job *j)
{
	char url[1024];
	int n = snprintf(url, sizeof(url), "%s://%s/%s",
	    j->tls == CONF_TLS_IMPLICIT ? "smtps" : "smtp", j->host,
	    j->helo_name);

	if (n < 0 || (size_t)n >= sizeof(url))
		return CURLE_URL_MALFORMAT;
	return curl_easy_setopt(c, CURLOPT_URL, url);
}

static void
run(CURL *c, struct talk *t, struct source *s)
{
	char why[CURL_ERROR_SIZE + 32] = "", said[CURL_ERROR_SIZE] = "";
	struct curl_slist *list = NULL;
	CURLcode r;

	r = curl_easy_setopt(c, CURLOPT_ERRORBUFFER, said);
	if (r == CURLE_OK)
		r = set_login(c, t->job);
	if (r == CURLE_OK)
		r = set_url(c, t->job);
	if (r == CURLE_OK)
		r = set_tls(c, t->job);
	if (r == CURLE_OK)
		r = set_dialogue(c, t, s);
	if (r == CURLE_OK)
		r = set_envelope(c, t->job, &list);
	if (r == CURLE_OK)
		r = curl_easy_perform(c);
	snprintf(why, sizeof(why), "%s", said[0] != '\0' ? said :
	    curl_easy_strerror(r));
	talk_end(t, why);
	curl_slist_free_all(list);
}

void
smtp_curl(struct talk *t, struct source *s)
{
	CURL *c = curl_easy_init();

	if (c == NULL) {
		talk_end(t, "out of memory");
		return;
	}
	run(c, t, s);
	curl_easy_cleanup(c);
}
