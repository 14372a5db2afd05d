/*
 * address.c - the addresses in a header field
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/visible.h"
#include "lib/mail/address.h"

#define LOCAL_MAX	64
#define DOMAIN_MAX	255
#define LABEL_MAX	63

enum token { T_END, T_WORD, T_QUOTED, T_MARK, T_BAD };

/* Where reading stands, and the address that is being put together. */
struct reader {
	struct span value;
	size_t at;
	const char *domain;
	address_fn *fn;
	void *arg;
	struct err *e;
	char spec[ADDRESS_MAX + 1];
	size_t n;
	bool phrase;		/* words side by side: no address so far */
	bool word_last;
	bool named;		/* something stood there at all */
	bool long_spec;
};

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static bool
local_char(char c)
{
	return alnum(c) || (c != '\0' && strchr("._+-=~'#&*?^{}$/", c) != NULL);
}

static bool
local_ok(struct span s)
{
	size_t i;

	if (s.len == 0 || s.len > LOCAL_MAX ||
	    strchr("-./", s.ptr[0]) != NULL || s.ptr[s.len - 1] == '.')
		return false;
	for (i = 0; i < s.len; i++)
		if (!local_char(s.ptr[i]) ||
		    (i > 0 && s.ptr[i] == '.' && s.ptr[i - 1] == '.'))
			return false;
	return true;
}

static bool
label_ok(struct span s)
{
	size_t i;

	if (s.len == 0 || s.len > LABEL_MAX || s.ptr[0] == '-' ||
	    s.ptr[s.len - 1] == '-')
		return false;
	for (i = 0; i < s.len; i++)
		if (!alnum(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	return true;
}

static bool
domain_ok(struct span s)
{
	const char *dot;
	size_t n;

	if (s.len > DOMAIN_MAX)
		return false;
	for (;;) {
		dot = s.len == 0 ? NULL : memchr(s.ptr, '.', s.len);
		n = dot == NULL ? s.len : (size_t)(dot - s.ptr);
		if (!label_ok(span_mem(s.ptr, n)))
			return false;
		if (dot == NULL)
			return true;
		s = span_mem(s.ptr + n + 1, s.len - n - 1);
	}
}

bool
address_ok(struct span text)
{
	const char *at = text.len == 0 ? NULL :
	    memchr(text.ptr, '@', text.len);
	size_t n;

	if (at == NULL)
		return false;
	n = (size_t)(at - text.ptr);
	return local_ok(span_mem(text.ptr, n)) &&
	    domain_ok(span_mem(at + 1, text.len - n - 1));
}

static int
refuse(struct reader *r, const char *why)
{
	char shown[120];
	struct span s = r->value;
	size_t from = r->at > 30 ? r->at - 30 : 0;

	while (from < s.len && strchr(" \t\n\r,", s.ptr[from]) != NULL)
		from++;
	s = span_mem(s.ptr + from, s.len - from);
	return err_set(r->e, ERR_PROTO, "%s, near \"%s\"", why,
	    visible(span_rtrim(s), 40, shown, sizeof(shown)));
}

/* A comment, nested as deep as it likes: a count, no recursion. */
static bool
skip_comment(struct reader *r)
{
	size_t depth = 0;
	char c;

	for (; r->at < r->value.len; r->at++) {
		c = r->value.ptr[r->at];
		if (c == '\\')
			r->at++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0) {
			r->at++;
			return true;
		}
	}
	r->at = r->value.len;
	return false;
}

static bool
skip_blanks(struct reader *r)
{
	char c;

	while (r->at < r->value.len) {
		c = r->value.ptr[r->at];
		if (c == '(') {
			if (!skip_comment(r))
				return false;
		} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			r->at++;
		} else {
			break;
		}
	}
	return true;
}

/* atext, and what lies beyond ASCII: fine in a name, refused later in an
 * address.  The characters that are not of an atom end it. */
static bool
word_char(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f &&
	    strchr("()<>[]:;@\\,.\"", c) == NULL;
}

static void
add(struct reader *r, char c)
{
	if (r->n < ADDRESS_MAX)
		r->spec[r->n++] = c;
	else
		r->long_spec = true;
}

/* Between its quotes, for a local part that did not need them; one that does
 * holds an octet that local_ok() refuses. */
static enum token
quoted(struct reader *r)
{
	char c;

	for (r->at++; r->at < r->value.len; r->at++) {
		c = r->value.ptr[r->at];
		if (c == '"') {
			r->at++;
			return T_QUOTED;
		}
		if (c == '\\' && ++r->at < r->value.len)
			c = r->value.ptr[r->at];
		add(r, c == '@' ? '"' : c);
	}
	return T_BAD;
}

/* The next one; a word's octets are added to the address. */
static enum token
next(struct reader *r, char *mark)
{
	*mark = '\0';
	if (!skip_blanks(r))
		return T_BAD;
	if (r->at == r->value.len)
		return T_END;
	*mark = r->value.ptr[r->at];
	if (*mark == '"')
		return quoted(r);
	if (word_char(*mark)) {
		while (r->at < r->value.len &&
		    word_char(r->value.ptr[r->at]))
			add(r, r->value.ptr[r->at++]);
		return T_WORD;
	}
	r->at++;
	return *mark == '\0' || strchr("<>:;@,.[", *mark) == NULL ? T_BAD :
	    T_MARK;
}

static void
begin(struct reader *r)
{
	r->n = 0;
	r->phrase = r->word_last = r->named = r->long_spec = false;
}

static void
fold_domain(char *spec)
{
	char *p = strchr(spec, '@');

	for (; p != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
}

static const char *
why_not(const struct reader *r)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if ((unsigned char)r->spec[i] >= 0x80)
			return "an address beyond ASCII cannot be sent to";
	if (r->long_spec)
		return "this address is too long";
	if (strpbrk(r->spec, "%!|") != NULL)
		return "an address with a route in it (% ! |) is not taken";
	return "this is no address that mail could be sent to";
}

/* What was put together is an address, or the field is refused. */
static int
tell(struct reader *r)
{
	size_t room = sizeof(r->spec) - r->n;
	int added;

	r->spec[r->n] = '\0';
	if (memchr(r->spec, '@', r->n) == NULL && !r->phrase && r->n > 0 &&
	    local_ok(span_mem(r->spec, r->n))) {
		added = snprintf(r->spec + r->n, room, "@%s", r->domain);
		if (added < 0 || (size_t)added >= room)
			return refuse(r, "this address is too long");
		r->n += (size_t)added;
	}
	if (r->phrase || r->long_spec || memchr(r->spec, '\0', r->n) != NULL ||
	    !address_ok(span_mem(r->spec, r->n)))
		return refuse(r, why_not(r));
	fold_domain(r->spec);
	return r->fn(r->arg, r->spec, r->e);
}

/* "." and "@" bind; two words side by side are a name. */
static void
bind(struct reader *r, enum token t, char mark)
{
	r->named = true;
	if (t == T_MARK) {
		add(r, mark);
		r->word_last = false;
		return;
	}
	if (r->word_last)
		r->phrase = true;
	r->word_last = true;
}

/* Behind "<"; the name before it does not count. */
static int
angle(struct reader *r)
{
	enum token t;
	char mark;

	begin(r);
	for (;;) {
		t = next(r, &mark);
		if (t == T_END || t == T_BAD)
			return refuse(r, "an address in < > does not end");
		if (t == T_MARK && mark == '>')
			break;
		if (t == T_MARK && mark == '@' && r->n == 0)
			return refuse(r, "an address with a route is not "
			    "taken");
		if (t == T_MARK && strchr(".@", mark) == NULL)
			return refuse(r, mark == '[' ?
			    "an address literal is not taken" :
			    "this is no address");
		bind(r, t, mark);
	}
	return tell(r);
}

/* Up to "," ";" ":" or the end, which is left in *mark ('\0': the end). */
static int
mailbox(struct reader *r, char *mark)
{
	bool told = false;
	enum token t;

	begin(r);
	for (;;) {
		t = next(r, mark);
		if (t == T_BAD)
			return refuse(r, "this list of addresses cannot be "
			    "read");
		if (t == T_END || (t == T_MARK && strchr(",;:", *mark) != NULL))
			break;
		if (told)
			return refuse(r, "a comma is missing");
		if (t == T_MARK && *mark == '[')
			return refuse(r, "an address literal is not taken");
		if (t == T_MARK && *mark == '>')
			return refuse(r, "a > without its <");
		if (t == T_MARK && *mark == '<') {
			if (angle(r) < 0)
				return -1;
			told = true;
			continue;
		}
		bind(r, t, *mark);
	}
	if (told || !r->named)
		return *mark == ':' ? refuse(r, "a group without a name") : 0;
	return *mark == ':' ? 0 : tell(r);
}

int
address_list(struct span value, const char *domain, address_fn *fn,
    void *arg, struct err *e)
{
	struct reader r = { .value = value, .domain = domain, .fn = fn,
		.arg = arg, .e = e };
	bool group = false;
	char mark;

	do {
		if (mailbox(&r, &mark) < 0)
			return -1;
		if (mark == ':' && group)
			return refuse(&r, "a group in a group");
		if (mark == ';' && !group)
			return refuse(&r, "a semicolon outside a group");
		if (mark == ':' || mark == ';')
			group = mark == ':';
	} while (mark != '\0');
	return group ? refuse(&r, "a group does not end") : 0;
}
