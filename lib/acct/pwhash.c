/*
 * pwhash.c - making and checking crypt(5) strings
 *
 * libcrypt reports faults as "*0" or "*1", plain glibc as NULL; neither may
 * ever equal a stored string (CVE-2013-4122 is that mistake).
 */
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/codec.h"
#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/acct/pwhash.h"

#define NOBODY_OCTETS	32

struct scheme {
	const char *prefix;
	const char *name;
	size_t tail;		/* octets behind the last '$' of a whole hash */
	unsigned long cost;	/* of new ones; 0 is the library's choice */
};

/*
 * What may be stored.  sha256crypt is here although the library counts it
 * among its old ones: it is what many sites would bring along.
 */
static const struct scheme schemes[] = {
	{ "$y$", "yescrypt", 43, 0 },
	{ "$gy$", "gost-yescrypt", 43, 0 },
	{ "$7$", "scrypt", 43, 0 },
	{ "$2b$", "bcrypt", 53, 10 },	/* the library's 5 takes 2 ms */
	{ "$2a$", "bcrypt", 53, 10 },
	{ "$2y$", "bcrypt", 53, 10 },
	{ "$6$", "sha512crypt", 86, 100000 },
	{ "$5$", "sha256crypt", 43, 100000 },
	{ NULL, NULL, 0, 0 }
};

struct pwhash {
	const struct scheme *scheme;
	struct crypt_data work;		/* 32 KiB: not for the stack */
	char password[PWHASH_PASSWORD + 1];
	char dummy[PWHASH_TEXT];
};

static const struct scheme *
scheme_of(const char *hash)
{
	const struct scheme *s;

	for (s = schemes; s->prefix != NULL; s++)
		if (strncmp(hash, s->prefix, strlen(s->prefix)) == 0)
			return s;
	return NULL;
}

/* The result lives in p->work until wipe(). */
static const char *
run(struct pwhash *p, const char *setting, struct span password)
{
	memcpy(p->password, password.ptr, password.len);
	p->password[password.len] = '\0';
	return crypt_r(p->password, setting, &p->work);
}

static void
wipe(struct pwhash *p)
{
	mem_wipe(p->password, sizeof(p->password));
	mem_wipe(&p->work, sizeof(p->work));
}

static int
make_setting(const struct scheme *s, char out[CRYPT_GENSALT_OUTPUT_SIZE],
    struct err *e)
{
	/* no octets given: the library takes them from the kernel */
	if (crypt_gensalt_rn(s->prefix, s->cost, NULL, 0, out,
	    CRYPT_GENSALT_OUTPUT_SIZE) == NULL)
		return err_sys(e, ERR_TEMP, "no salt for a %s hash", s->name);
	return 0;
}

/* "y", "$y$" and "yescrypt" would all be guesses; only "$y$" is one. */
static const struct scheme *
new_scheme(const char *prefix)
{
	const struct scheme *s;

	for (s = schemes; s->prefix != NULL; s++)
		if (strcmp(prefix, s->prefix) == 0)
			return s;
	return NULL;
}

/* Of a password that nobody knows: one that fits would be remembered as right
 * and then be answered faster for names that do not exist. */
static int
make_dummy(struct pwhash *p, struct err *e)
{
	char octets[NOBODY_OCTETS], text[2 * NOBODY_OCTETS + 1];
	int r;

	if (digest_random(octets, sizeof(octets)) < 0)
		return err_set(e, ERR_TEMP, "no random octets for hashes");
	hex_text(octets, sizeof(octets), text);
	r = pwhash_make(p, span_of(text), p->dummy, e);
	mem_wipe(octets, sizeof(octets));
	mem_wipe(text, sizeof(text));
	return r;
}

struct pwhash *
pwhash_new(const char *prefix, struct err *e)
{
	const struct scheme *s = new_scheme(prefix);
	struct pwhash *p;

	if (s == NULL) {
		err_set(e, ERR_CONFIG, "auth.hash: \"%.20s\" is no scheme for "
		    "new hashes; $y$ (yescrypt) is the usual one", prefix);
		return NULL;
	}
	p = mem_new(1, sizeof(*p));
	if (p == NULL) {
		err_set(e, ERR_TEMP, "no memory for hashes");
		return NULL;
	}
	p->scheme = s;
	if (make_dummy(p, e) < 0)
		pwhash_free(&p);
	return p;
}

bool
pwhash_is(const struct pwhash *p, const char *prefix)
{
	return p->scheme == new_scheme(prefix);
}

void
pwhash_free(struct pwhash **p_p)
{
	if (*p_p == NULL)
		return;
	wipe(*p_p);
	free(*p_p);
	*p_p = NULL;
}

bool
pwhash_password(struct span password)
{
	return password.len > 0 && password.len <= PWHASH_PASSWORD &&
	    !span_has(password, '\0');
}

int
pwhash_make(struct pwhash *p, struct span password, char out[PWHASH_TEXT],
    struct err *e)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash;
	int r = -1;

	if (!pwhash_password(password))
		return err_set(e, ERR_CONFIG, "a password has 1 to %d octets, "
		    "none of them NUL", PWHASH_PASSWORD);
	if (make_setting(p->scheme, setting, e) < 0)
		return -1;
	hash = run(p, setting, password);
	if (hash == NULL || scheme_of(hash) == NULL)
		err_set(e, ERR_TEMP, "libcrypt made no %s hash",
		    p->scheme->name);
	else {
		memcpy(out, hash, strlen(hash) + 1);
		r = 0;
	}
	wipe(p);
	return r;
}

bool
pwhash_check(struct pwhash *p, const char *hash, struct span password)
{
	const char *made;
	size_t n = strlen(hash);
	bool same;

	if (!pwhash_password(password) || pwhash_usable(hash, NULL) < 0)
		return false;
	made = run(p, hash, password);
	same = made != NULL && scheme_of(made) != NULL &&
	    strlen(made) == n && digest_same(made, hash, n);
	wipe(p);
	return same;
}

const char *
pwhash_dummy(const struct pwhash *p)
{
	return p->dummy;
}

/* To libcrypt any text that begins with two letters is a DES salt. */
static bool
looks_old(const char *hash)
{
	return crypt_checksalt(hash) == CRYPT_SALT_METHOD_LEGACY &&
	    (*hash == '$' || *hash == '_' || strlen(hash) == 13);
}

int
pwhash_usable(const char *hash, struct err *e)
{
	const struct scheme *s = scheme_of(hash);
	int salt = crypt_checksalt(hash);
	const char *tail = strrchr(hash, '$');

	if (s == NULL && looks_old(hash))
		return err_set(e, ERR_CONFIG, "this kind of hash is too weak "
		    "to be kept; set a new password");
	if (s == NULL || salt == CRYPT_SALT_INVALID ||
	    salt == CRYPT_SALT_METHOD_DISABLED || strlen(hash) >= PWHASH_TEXT)
		return err_set(e, ERR_CONFIG, "not a crypt string that a "
		    "password could match (a password is {PLAIN}password)");
	if (tail == NULL || strlen(tail + 1) != s->tail)
		return err_set(e, ERR_CONFIG, "the %s hash is cut off or too "
		    "long", s->name);
	return 0;
}

const char *
pwhash_scheme(const char *hash)
{
	return pwhash_usable(hash, NULL) < 0 ? "none" : scheme_of(hash)->name;
}
