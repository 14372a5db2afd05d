/*
 * script_text.c - escapes, words and key=value of dialog scripts
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "t/dialog/script.h"

void *
script_need(void *p)
{
	if (p == NULL) {
		fputs("out of memory\n", stderr);
		exit(2);
	}
	return p;
}

const char *
script_keep(const char *word)
{
	static char words[65536];
	static size_t used;
	size_t n = strlen(word) + 1;

	if (n > sizeof(words) - used)
		script_need(NULL);
	memcpy(words + used, word, n);
	used += n;
	return words + used - n;
}

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
	return at == NULL ? -1 : (int)(at - digits);
}

/* One escape behind the backslash; returns what follows it. */
static const char *
unescape_one(const char *p, struct buf *out)
{
	static const char names[] = "rnt0\\\"*", octets[] = "\r\n\t\0\\\"*";
	const char *at;

	if (*p == 'x' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
		buf_addc(out, (char)(hex(p[1]) * 16 + hex(p[2])));
		return p + 3;
	}
	at = *p == '\0' ? NULL : strchr(names, *p);
	if (at == NULL) {
		fprintf(stderr, "unknown escape \\%s\n", p);
		exit(2);
	}
	buf_addc(out, octets[at - names]);
	return p + 1;
}

void
script_unescape(const char *text, struct buf *out)
{
	while (*text != '\0') {
		if (*text == '\\')
			text = unescape_one(text + 1, out);
		else
			buf_addc(out, *text++);
	}
}

size_t
script_word(const char *p)
{
	bool quoted = false;
	size_t n;

	for (n = 0; p[n] != '\0' && (quoted || p[n] != ' '); n++) {
		if (p[n] == '"')
			quoted = !quoted;
		else if (p[n] == '\\' && p[n + 1] != '\0')
			n++;
	}
	return n;
}

bool
script_value(const char *text, const char *key, struct buf *out)
{
	size_t n, k = strlen(key), skip;
	char *copy;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = script_word(text);
		if (n <= k || strncmp(text, key, k) != 0 || text[k] != '=')
			continue;
		skip = n > k + 2 && text[k + 1] == '"' ? 1 : 0;
		copy = script_need(mem_strndup(text + k + 1 + skip,
		    n - k - 1 - 2 * skip));
		script_unescape(copy, out);
		free(copy);
		return true;
	}
	return false;
}
