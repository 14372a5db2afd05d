/*
 * apop.c - the secrets of APOP (RFC 1939 section 7)
 */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/codec.h"
#include "lib/base/mem.h"

#include "lib/acct/apop.h"

#define STAMP_MAX	512

int
apop_seal(const struct apop_key *k, struct span secret,
    struct acct_account *a, struct err *e)
{
	struct buf sealed;
	int r = 0;

	a->apop_len = 0;
	if (secret.len == 0 || secret.len > APOP_SECRET)
		return err_set(e, ERR_CONFIG, "an APOP secret has 1 to %d "
		    "octets", APOP_SECRET);
	if (!k->there)
		return err_set(e, ERR_PERM, "there is no APOP key; it is "
		    "made by: pop3ctl option set apop on");
	buf_init(&sealed, sizeof(a->apop));
	if (digest_seal(k->key, span_of(a->name), secret, &sealed) < 0) {
		r = err_set(e, ERR_TEMP, "the APOP secret cannot be "
		    "encrypted");
	} else {
		a->apop_len = (uint32_t)buf_len(&sealed);
		memcpy(a->apop, buf_data(&sealed), buf_len(&sealed));
	}
	buf_free(&sealed);
	return r;
}

/* The digits that a client with this secret sends; 0 or -1. */
static int
expected(struct span stamp, struct span secret,
    char hex[2 * MD5_OCTETS + 1])
{
	unsigned char md5[MD5_OCTETS];
	struct buf text;
	int r = -1;

	buf_init(&text, STAMP_MAX + APOP_SECRET);
	if (stamp.len <= STAMP_MAX &&
	    buf_add(&text, stamp.ptr, stamp.len) == 0 &&
	    buf_add(&text, secret.ptr, secret.len) == 0)
		r = digest_md5(buf_data(&text), buf_len(&text), md5);
	if (r == 0)
		hex_text(md5, sizeof(md5), hex);
	mem_wipe(md5, sizeof(md5));
	buf_wipe(&text);
	return r;
}

static bool
same_digits(const char *hex, struct span digest)
{
	char lower[2 * MD5_OCTETS];
	size_t i;

	if (digest.len != sizeof(lower))
		return false;
	for (i = 0; i < sizeof(lower); i++) {
		lower[i] = digest.ptr[i];
		if (lower[i] >= 'A' && lower[i] <= 'F')
			lower[i] = (char)(lower[i] - 'A' + 'a');
	}
	return digest_same(hex, lower, sizeof(lower));
}

enum apop_outcome
apop_check(const struct apop_key *k, const struct acct_account *a,
    struct span stamp, struct span digest)
{
	static const char nobodys[SEAL_MORE + 16];
	struct span sealed = span_mem(nobodys, sizeof(nobodys));
	char hex[2 * MD5_OCTETS + 1];
	enum apop_outcome r = APOP_WRONG;
	struct buf secret;
	bool opened, same;

	if (a->apop_len > 0)
		sealed = span_mem(a->apop, a->apop_len);
	buf_init(&secret, ACCT_APOP);
	opened = digest_open(k->key, span_of(a->name), sealed, &secret) == 0 &&
	    k->there;
	same = expected(stamp, buf_span(&secret), hex) == 0 &&
	    same_digits(hex, digest);
	if (opened && same && stamp.len > 0)
		r = APOP_RIGHT;
	else if (!opened && a->apop_len > 0)
		r = APOP_UNREADABLE;
	buf_wipe(&secret);
	mem_wipe(hex, sizeof(hex));
	return r;
}

bool
apop_usable(const struct apop_key *k, const struct acct_account *a)
{
	struct buf secret;
	bool ok;

	if (!k->there || a->apop_len == 0)
		return false;
	buf_init(&secret, ACCT_APOP);
	ok = digest_open(k->key, span_of(a->name),
	    span_mem(a->apop, a->apop_len), &secret) == 0;
	buf_wipe(&secret);
	return ok;
}
