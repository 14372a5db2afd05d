/*
 * import.c - one line of an account file, read and written
 */
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/visible.h"

#include "lib/acct/import.h"
#include "lib/acct/names.h"
#include "lib/acct/sasl.h"

struct wrapping {
	const char *name;
	bool plain;
};

/* Dovecot's names for what libcrypt reads; all say the same here, since the
 * string itself begins with its scheme. */
static const struct wrapping wrappings[] = {
	{ "CRYPT", false },
	{ "BLF-CRYPT", false },
	{ "SHA512-CRYPT", false },
	{ "SHA256-CRYPT", false },
	{ "MD5-CRYPT", false },
	{ "DES-CRYPT", false },
	{ "YESCRYPT", false },
	{ "PLAIN", true },
	{ "CLEAR", true },
	{ "CLEARTEXT", true },
	{ NULL, false }
};

/* Up to the next ':' or the end; s moves behind it. */
static struct span
field(struct span *s)
{
	const char *colon = memchr(s->ptr, ':', s->len);
	struct span f = *s;

	if (colon != NULL)
		f.len = (size_t)(colon - s->ptr);
	s->ptr += f.len + (colon != NULL);
	s->len -= f.len + (colon != NULL);
	return f;
}

static int
unwrap(struct span *secret, bool *plain_r, struct err *e)
{
	const struct wrapping *w;
	const char *end;
	struct span name;
	char shown[96];

	*plain_r = false;
	if (secret->len == 0 || secret->ptr[0] != '{')
		return 0;
	end = memchr(secret->ptr, '}', secret->len);
	if (end == NULL)
		return err_set(e, ERR_CONFIG, "a scheme begins with { but has "
		    "no }");
	name = span_mem(secret->ptr + 1, (size_t)(end - secret->ptr - 1));
	for (w = wrappings; w->name != NULL; w++)
		if (span_ieq(name, w->name))
			break;
	if (w->name == NULL)
		return err_set(e, ERR_CONFIG, "unknown scheme {%s}; known are "
		    "CRYPT, BLF-CRYPT, SHA512-CRYPT, SHA256-CRYPT and PLAIN",
		    visible(name, 20, shown, sizeof(shown)));
	*plain_r = w->plain;
	secret->len -= name.len + 2;
	secret->ptr = end + 1;
	return 0;
}

int
import_password(struct span password, struct pwhash *pw,
    char hash[ACCT_HASH], struct err *e)
{
	char prepared[PWHASH_PASSWORD + 1];
	int r;

	if (!pwhash_password(password))
		return pwhash_make(pw, password, hash, e);
	if (!names_utf8(password) ||
	    sasl_prep(password, prepared, sizeof(prepared)) != 0)
		r = err_set(e, ERR_CONFIG, "the password is not UTF-8 or has "
		    "characters that SASLprep forbids (controls, for example)");
	else
		r = pwhash_make(pw, span_of(prepared), hash, e);
	mem_wipe(prepared, sizeof(prepared));
	return r;
}

int
import_secret(struct span secret, struct pwhash *pw, char hash[ACCT_HASH],
    struct err *e)
{
	bool plain;

	if (unwrap(&secret, &plain, e) < 0)
		return -1;
	if (plain)
		return import_password(secret, pw, hash, e);
	if (secret.len >= ACCT_HASH || span_has(secret, '\0'))
		return err_set(e, ERR_CONFIG, "not a crypt string that a "
		    "password could match (a password is {PLAIN}password)");
	memcpy(hash, secret.ptr, secret.len);
	hash[secret.len] = '\0';
	return pwhash_usable(hash, e);
}

int
import_line(struct span line, const char *default_domain, struct pwhash *pw,
    struct acct_account *a, struct err *e)
{
	struct span name, secret;

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	line = span_ltrim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	if (!span_has(line, ':'))
		return err_set(e, ERR_CONFIG, "no ':' between name and "
		    "password");
	memset(a, 0, sizeof(*a));
	a->quota = ACCT_QUOTA_DEFAULT;
	name = field(&line);
	secret = field(&line);
	if (names_account(name, default_domain, a->name, e) < 0)
		return -1;
	a->locked = secret.len > 1 && secret.ptr[0] == '!';
	if (a->locked)
		secret = span_mem(secret.ptr + 1, secret.len - 1);
	return import_secret(secret, pw, a->hash, e) < 0 ? -1 : 1;
}

int
import_write(const struct acct_account *a, struct buf *out)
{
	return buf_printf(out, "%s:%s%s", a->name, a->locked ? "!" : "",
	    a->hash);
}
