/*
 * names.h - one canonical form for each account, domain and maildrop
 *
 * A name is "user@domain".  SASLprep (RFC 4013) first, when libgsasl is there,
 * so that nothing appears behind the checks; then the user part is 1-64
 * octets of UTF-8 without controls, blanks, '/', ':' or '@' and without a
 * leading '.', and the domain is a host name with a dot in it (or
 * "localhost"), since both become names of folders.  ASCII letters are folded
 * to lower case.
 */
#ifndef ACCT_NAMES_H
#define ACCT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

#define NAMES_USER	65		/* with the NUL, as all of these */
#define NAMES_DOMAIN	254
#define NAMES_MAX	(NAMES_USER + NAMES_DOMAIN)
#define NAMES_MAILDROP	512

/*
 * typed, with @default_domain appended when it has none ("" or NULL: then it
 * is refused).  0, or -1 with ERR_CONFIG and a text that names the fault.
 */
int names_account(struct span typed, const char *default_domain,
    char out[NAMES_MAX], struct err *e);
int names_domain(struct span typed, char out[NAMES_DOMAIN], struct err *e);

/* One or two plain components without a leading '.', no controls. */
int names_maildrop(const char *path, struct err *e);

/* The domain of a canonical name: the part behind '@'. */
const char *names_domain_of(const char *name);

/* Well-formed by RFC 3629: no overlong form, surrogate, or above U+10FFFF. */
bool names_utf8(struct span s);

#endif
