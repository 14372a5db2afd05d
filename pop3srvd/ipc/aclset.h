/*
 * aclset.h - the access lists of all listeners on their way to front
 *
 * One sealed memory file: a table of contents, then the compiled lists
 * (lib/policy/netacl.h), which are used where they lie.  Listeners with equal
 * lists share one.
 */
#ifndef IPC_ACLSET_H
#define IPC_ACLSET_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

#define ACLSET_MAX	((size_t)1 << 30)	/* octets of the file */

struct aclset_of {
	const char *listener;
	uint32_t list;		/* below n_lists */
};

struct aclset {
	struct aclset_of *of;
	size_t n;
	struct span *lists;	/* each at a multiple of 8 octets */
	size_t n_lists;
	const char **sources;	/* "settings.json", "/etc/…": what the rules'
				 * source numbers mean */
	size_t n_sources;
};

int aclset_pack(const struct aclset *s, struct buf *b);	/* b: empty */
/*
 * Views into mem, which must outlive *s_r; aclset_clear() frees the arrays.
 * Reads the table of contents only.
 */
int aclset_unpack(struct aclset *s_r, const void *mem, size_t n,
    struct err *e);
void aclset_clear(struct aclset *s);

#endif
