/*
 * uidl.h - unique ids that survive the loss of everything but the file name
 *
 * RFC 1939 section 7: 1 to 70 octets 0x21-0x7e, constant over sessions, never
 * reused.  Ours: base64url of the first 15 octets of SHA-256 over the base
 * name, so that neither flags nor folder nor a lost index changes it.  An id
 * in the index stands before the derived one: that is how imported ids live.
 */
#ifndef MAIL_UIDL_H
#define MAIL_UIDL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/mail/msgs.h"
#include "lib/mail/names.h"
#include "lib/mail/slice.h"

#define UIDL_OCTETS	20

/*
 * The id derived from a base name.  nth is 0; 1, 2, … are the further ids of
 * the same name, for the case that the one before is taken.  0, or -1 when
 * the library fails.
 */
int uidl_derive(struct span base, unsigned nth, char out[UIDL_OCTETS + 1]);

bool uidl_valid(struct span uidl);

/*
 * Give every row without an id one that no other row has.  First all ids that
 * are there are taken, then the others in the order of the rows: the result
 * depends on names and kept ids only.  Resumable: zero *f, then call until 0;
 * 1 is more to do, -1 ERR_TEMP.  uidl_fill_end() in every case.
 */
struct uidl_fill {
	struct names_slot *table;	/* by id; hash is 32 bits of it */
	size_t mask;
	size_t at;
	int phase;
};
int uidl_fill(struct uidl_fill *f, struct msgs *m, struct slice *s,
    struct err *e);
void uidl_fill_end(struct uidl_fill *f);

#endif
