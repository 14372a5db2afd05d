/*
 * conf_fault.c - the list of what is wrong
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/conf/conf_source.h"

#define FAULTS_MAX	200	/* nobody reads more; a machine may make them */

static void
add_text(struct conf_faults *f, char *text)
{
	char **at = realloc(f->text, (f->n + 1) * sizeof(*at));
	char *p;

	if (at == NULL) {
		free(text);
		return;
	}
	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	f->text = at;
	f->text[f->n++] = text;
}

void
conf_fault(struct conf_faults *f, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	if (f->n > FAULTS_MAX)
		return;
	if (f->n == FAULTS_MAX)
		fmt = "and more";
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n >= 0)
		add_text(f, text);
}

void
conf_note(const struct conf_source *s, const char *key, const char *origin,
    const char *fmt, ...)
{
	va_list ap;
	char *text, *p;
	json_t *shown;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	shown = json_string(text);
	/* no UTF-8: a list of names was cut in the middle of a letter */
	for (p = text; shown == NULL && *p != '\0'; p++)
		if ((unsigned char)*p > '~')
			*p = '?';
	if (shown == NULL)
		shown = json_string(text);
	(void)json_array_append_new(s->notes, json_pack("{s:s, s:s, s:o}",
	    "key", key, "origin", origin, "text", shown));
	free(text);
}

void
conf_faults_free(struct conf_faults *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->text[i]);
	free(f->text);
	memset(f, 0, sizeof(*f));
}

void
conf_faults_print(const struct conf_faults *f, FILE *to)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		fprintf(to, "%s\n", f->text[i]);
}
