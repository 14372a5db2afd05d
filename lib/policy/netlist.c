/*
 * netlist.c - grant and deny ranges as text: a range a line
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/policy/netacl.h"
#include "lib/policy/netlist.h"

#define SHOWN		60	/* octets of a line that is no range */
#define NO_RANGE	"not a range, such as 192.0.2.7, 192.0.2.0/24 or " \
			"2001:db8::/32"

/* The octets before a comment, without blanks around them. */
static struct span
content_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] != '#' && line.ptr[n] != ';')
		n++;
	if (n == line.len && n > 0 && line.ptr[n - 1] == '\r')
		n--;
	return span_rtrim(span_ltrim(span_mem(line.ptr, n)));
}

int
netlist_line(struct span line, struct prefix *p_r, struct err *e)
{
	struct span s = content_of(line);
	char text[ADDR_TEXT];

	if (s.len == 0)
		return 0;
	if (s.len >= sizeof(text) || span_has(s, '\0'))
		return err_set(e, ERR_CONFIG, "%.*s%s: " NO_RANGE,
		    s.len > SHOWN ? SHOWN : (int)s.len, s.ptr,
		    s.len > SHOWN ? "..." : "");
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	return prefix_parse(text, p_r, e) < 0 ? -1 : 1;
}

/* Octets that ranges are made of, and not those of a key in hexadecimal. */
static bool
is_like_range(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] == '\0' ||
		    strchr("0123456789abcdefABCDEF.:/", s.ptr[i]) == NULL)
			return false;
	return s.len <= SHOWN && (span_has(s, '.') || span_has(s, ':'));
}

static int
add(struct netlist *l, const struct prefix *p, uint32_t line, struct err *e)
{
	struct netlist_entry *grown;

	if (l->n >= NETACL_RULES_MAX)
		return err_set(e, ERR_LIMIT, "more than %u ranges",
		    NETACL_RULES_MAX);
	grown = mem_grow(l->at, &l->cap, l->n + 1, sizeof(*l->at));
	if (grown == NULL)
		return err_set(e, ERR_TEMP, "out of memory for ranges");
	l->at = grown;
	l->at[l->n++] = (struct netlist_entry){ *p, line };
	return 0;
}

int
netlist_read(struct netlist *l, struct span text,
    void (*fault)(uint32_t line, const char *why, void *arg), void *arg,
    struct err *e)
{
	const char *at = text.ptr, *end = text.ptr + text.len, *lf;
	uint32_t line = 0;
	struct span s;
	struct prefix p;
	struct err why;
	int r;

	for (; at < end; at = lf + 1) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (lf == NULL)
			lf = end;
		line++;
		s = content_of(span_mem(at, (size_t)(lf - at)));
		r = netlist_line(s, &p, &why);
		if (r < 0)
			fault(line, is_like_range(s) ? why.text : NO_RANGE,
			    arg);
		else if (r > 0 && add(l, &p, line, e) < 0)
			return -1;
	}
	return 0;
}

void
netlist_clear(struct netlist *l)
{
	free(l->at);
	memset(l, 0, sizeof(*l));
}
