/*
 * names.c - one canonical form for each account, domain and maildrop
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/path.h"
#include "lib/base/visible.h"

#include "lib/acct/names.h"
#include "lib/acct/sasl.h"

#define LABEL_MAX	63		/* RFC 1035 section 2.3.4 */
#define SHOWN		80

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void
fold(char *s)
{
	for (; *s != '\0'; s++)
		*s = lower(*s);
}

/* Every refusal of a name is one sentence that begins with the name. */
static int
refuse(struct err *e, struct span name, const char *why)
{
	char shown[4 * SHOWN + 8];

	return err_set(e, ERR_CONFIG, "%s: %s",
	    visible(name, SHOWN, shown, sizeof(shown)), why);
}

static bool
ascii(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

/* C0, DEL, and C1 as UTF-8 writes it (c2 80 - c2 9f). */
static bool
has_control(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < s.len &&
		    (unsigned char)s.ptr[i + 1] < 0xa0)
			return true;
	}
	return false;
}

/* SASLprep of ASCII changes nothing that the later checks let through. */
static int
prepare(struct span typed, char *out, size_t n, struct err *e)
{
	if (typed.len == 0)
		return refuse(e, typed, "an empty name");
	if (typed.len >= n)
		return refuse(e, typed, "the name is too long");
	if (!names_utf8(typed))
		return refuse(e, typed, "the name is not UTF-8");
	if (has_control(typed))
		return refuse(e, typed, "the name has control characters");
	if (ascii(typed)) {
		memcpy(out, typed.ptr, typed.len);
		out[typed.len] = '\0';
	} else if (sasl_prep(typed, out, n) != 0)
		return refuse(e, typed,
		    "the name has characters that SASLprep forbids");
	fold(out);
	return 0;
}

static int
check_user(struct span whole, struct span user, struct err *e)
{
	size_t i;

	if (user.len == 0)
		return refuse(e, whole, "nothing before the @");
	if (user.len >= NAMES_USER)
		return refuse(e, whole,
		    "more than 64 octets before the @");
	if (user.ptr[0] == '#')
		return refuse(e, whole, "the name begins with '#', as comments "
		    "in account files do");
	if (user.ptr[0] == '.')
		return refuse(e, whole, "the name begins with a dot");
	if (has_control(user))
		return refuse(e, whole, "the name has control characters");
	for (i = 0; i < user.len; i++)
		if (strchr(" /:@", user.ptr[i]) != NULL)
			return refuse(e, whole,
			    "the name has a blank, '/', ':' or a second '@'");
	return 0;
}

/* One label; returns its length, 0 when it is none. */
static size_t
label(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_");

	if (n > LABEL_MAX || s[0] == '-' || (n > 0 && s[n - 1] == '-'))
		return 0;
	return n;
}

static int
check_domain(const char *domain, struct err *e)
{
	struct span whole = span_of(domain);
	const char *at = domain;
	size_t n;

	if (whole.len >= NAMES_DOMAIN)
		return refuse(e, whole, "the domain is longer than 253 octets");
	if (!ascii(whole))
		return refuse(e, whole,
		    "write the domain in its ASCII form (xn--…)");
	for (;;) {
		n = label(at);
		if (n == 0 || (at[n] != '.' && at[n] != '\0'))
			return refuse(e, whole, "not a domain name");
		if (at[n] == '\0')
			break;
		at += n + 1;
	}
	if (at == domain && strcmp(domain, "localhost") != 0)
		return refuse(e, whole, "the domain has no dot; "
		    "a full name such as example.org is needed");
	return 0;
}

/* Put '@' and domain behind out's n octets. */
static int
add_domain(char out[NAMES_MAX], size_t n, const char *domain, struct err *e)
{
	if (n + 1 + strlen(domain) >= NAMES_MAX)
		return refuse(e, span_mem(out, n), "the name is too long");
	snprintf(out + n, NAMES_MAX - n, "@%s", domain);
	return 0;
}

static int
add_default(char out[NAMES_MAX], size_t n, const char *domain, struct err *e)
{
	if (domain == NULL || *domain == '\0')
		return refuse(e, span_mem(out, n), "no domain; write "
		    "name@domain or set default_domain");
	if (add_domain(out, n, domain, e) < 0)
		return -1;
	fold(out + n);
	return 0;
}

/*
 * Each part by itself: SASLprep (RFC 3454 section 6) refuses a text that is
 * written in both directions, and a domain always goes from left to right.
 * -1, or where the '@' is.
 */
static int
prepare_parts(struct span user, struct span domain, char out[NAMES_MAX],
    struct err *e)
{
	char prepared[NAMES_DOMAIN];
	size_t n;

	out[0] = '\0';
	if (user.len > 0 && prepare(user, out, NAMES_MAX, e) < 0)
		return -1;
	if (prepare(domain, prepared, sizeof(prepared), e) < 0)
		return -1;
	n = strlen(out);
	return add_domain(out, n, prepared, e) < 0 ? -1 : (int)n;
}

/* What has no '@' may show one when it is prepared. */
static int
prepare_whole(struct span typed, const char *default_domain,
    char out[NAMES_MAX], struct err *e)
{
	const char *at;
	size_t n;

	if (prepare(typed, out, NAMES_MAX, e) < 0)
		return -1;
	at = strrchr(out, '@');
	if (at != NULL)
		return (int)(at - out);
	n = strlen(out);
	return add_default(out, n, default_domain, e) < 0 ? -1 : (int)n;
}

int
names_account(struct span typed, const char *default_domain,
    char out[NAMES_MAX], struct err *e)
{
	const char *at = memrchr(typed.ptr, '@', typed.len);
	size_t n = at == NULL ? typed.len : (size_t)(at - typed.ptr);
	int i;

	if (at == NULL)
		i = prepare_whole(typed, default_domain, out, e);
	else
		i = prepare_parts(span_mem(typed.ptr, n),
		    span_mem(at + 1, typed.len - n - 1), out, e);
	if (i < 0 || check_user(span_of(out), span_mem(out, (size_t)i), e) < 0)
		return -1;
	return check_domain(out + i + 1, e);
}

int
names_domain(struct span typed, char out[NAMES_DOMAIN], struct err *e)
{
	if (prepare(typed, out, NAMES_DOMAIN, e) < 0)
		return -1;
	return check_domain(out, e);
}

int
names_maildrop(const char *path, struct err *e)
{
	struct span whole = span_of(path), part;
	const char *slash = strchr(path, '/'), *rest = path;
	int i;

	if (whole.len >= NAMES_MAILDROP)
		return refuse(e, whole, "the maildrop's path is too long");
	if (has_control(whole) || !names_utf8(whole))
		return refuse(e, whole, "the maildrop has control characters "
		    "or is not UTF-8");
	for (i = 0; i < 2 && rest != NULL; i++) {
		part = i == 0 && slash != NULL ?
		    span_mem(path, (size_t)(slash - path)) : span_of(rest);
		if (!path_component(part) || part.ptr[0] == '.')
			return refuse(e, whole, "a maildrop is one folder or "
			    "two below mail_root, without leading dots");
		rest = i == 0 && slash != NULL ? slash + 1 : NULL;
	}
	return 0;
}

const char *
names_domain_of(const char *name)
{
	const char *at = strrchr(name, '@');

	return at == NULL ? "" : at + 1;
}

/* Length of the well-formed sequence at p of n octets (Unicode table 3-7). */
static size_t
sequence(const unsigned char *p, size_t n)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t want, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	want = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (n < want || p[1] < lo || p[1] > hi)
		return 0;
	for (i = 2; i < want; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return want;
}

bool
names_utf8(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i, n;

	for (i = 0; i < s.len; i += n)
		if ((n = sequence(p + i, s.len - i)) == 0)
			return false;
	return true;
}
