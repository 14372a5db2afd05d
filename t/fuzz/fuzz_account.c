/*
 * fuzz_account.c - names that clients type, and lines of account files
 *
 * What must hold: a canonical name is canonical again, and is safe as a folder
 * name, a log field and a key; an accepted line is written and read back as it
 * was.  Passwords in the clear are left out: hashing is slow on purpose.
 */
#include <ctype.h>
#include <string.h>

#include "lib/acct/import.h"
#include "lib/acct/sasl.h"

#include "t/fuzz/fuzz.h"

static struct pwhash *pw;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e;

	(void)argc;
	(void)argv;
	pw = pwhash_new("$y$", &e);
	must(pw != NULL);
	return 0;
}

static void
check_component(const char *s, size_t n)
{
	size_t i;

	must(n > 0 && n < 255 && s[0] != '.');
	for (i = 0; i < n; i++)
		must((unsigned char)s[i] > ' ' && s[i] != 127 && s[i] != '/' &&
		    s[i] != ':' && !(s[i] >= 'A' && s[i] <= 'Z'));
}

static void
check_name(const char *name)
{
	char again[NAMES_MAX];
	const char *at = strchr(name, '@');
	struct err e;

	must(at != NULL && strchr(at + 1, '@') == NULL);
	must(strlen(name) < NAMES_MAX && at - name < NAMES_USER);
	check_component(name, (size_t)(at - name));
	check_component(at + 1, strlen(at + 1));
	must(names_utf8(span_of(name)));
	must(strcmp(names_domain_of(name), at + 1) == 0);
	must(names_account(span_of(name), NULL, again, &e) == 0);
	must(strcmp(name, again) == 0);
}

static void
try_name(struct span s)
{
	char name[NAMES_MAX], domain[NAMES_DOMAIN];
	struct err e;

	if (names_account(s, "example.org", name, &e) == 0)
		check_name(name);
	else
		must(e.class == ERR_CONFIG && e.text[0] != '\0');
	if (names_domain(s, domain, &e) == 0)
		check_component(domain, strlen(domain));
}

static void
try_maildrop(struct span s)
{
	char *path = span_dup(s);
	const char *slash;
	struct err e;

	must(path != NULL);
	if (strlen(path) == s.len && names_maildrop(path, &e) == 0) {
		slash = strchr(path, '/');
		must(path[0] != '.' && path[0] != '\0' && path[0] != '/');
		must(slash == NULL || (slash[1] != '.' && slash[1] != '\0' &&
		    strchr(slash + 1, '/') == NULL));
	}
	free(path);
}

static void
try_prep(struct span s)
{
	char out[256], again[256];

	if (memchr(s.ptr, '\0', s.len) != NULL)
		return;
	if (sasl_prep(s, out, sizeof(out)) == 0) {
		must(strlen(out) < sizeof(out));
		(void)sasl_prep(span_of(out), again, sizeof(again));
	}
}

static void
try_line(struct span s)
{
	struct acct_account a, b;
	struct buf out;
	struct err e;

	if (import_line(s, "example.org", pw, &a, &e) != 1)
		return;
	check_name(a.name);
	must(a.hash[0] != '\0' && strlen(a.hash) < sizeof(a.hash));
	buf_init(&out, 4096);
	must(import_write(&a, &out) == 0);
	must(memchr(buf_data(&out), '\n', buf_len(&out)) == NULL);
	must(import_line(buf_span(&out), NULL, pw, &b, &e) == 1);
	must(strcmp(a.name, b.name) == 0 && strcmp(a.hash, b.hash) == 0 &&
	    a.locked == b.locked);
	buf_free(&out);
}

/* Whether something in it would be hashed. */
static bool
slow(struct span s)
{
	size_t i;

	for (i = 0; i + 4 < s.len; i++)
		if (strncasecmp(s.ptr + i, "{pla", 4) == 0 ||
		    strncasecmp(s.ptr + i, "{cle", 4) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;
	struct span s;

	if (size == 0)
		return 0;
	copy = malloc(size);
	must(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	s = span_mem(copy, size - 1);
	if (data[0] % 4 == 0)
		try_name(s);
	else if (data[0] % 4 == 1)
		try_maildrop(s);
	else if (data[0] % 4 == 2)
		try_prep(s);
	else if (!slow(s))
		try_line(s);
	free(copy);
	return 0;
}
