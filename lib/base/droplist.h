/*
 * droplist.h - the list of an opened maildrop as one packed block
 *
 * drop builds it, front reads it: from the frame itself when small, else from
 * a sealed memory file.  Host byte order: it never leaves the machine.
 *
 *	u32 magic, u32 count, u64 octets of all messages
 *	count times: u64 octets, u32 offset of the UIDL in the pool,
 *	             u8 its length (1-70), u8 zero, u16 zero
 *	pool of UIDLs
 */
#ifndef BASE_DROPLIST_H
#define BASE_DROPLIST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

#define UIDL_MAX	70		/* RFC 1939 section 7 */

struct droplist {
	const char *mem;
	size_t len;
	uint32_t count;
	uint64_t octets;
};

/*
 * View len octets at mem, which must live (8-octet aligned) as long as *l.
 * Every offset and UIDL octet (0x21-0x7e) is checked here, once; -1 with
 * ERR_BUG when the block is not whole.
 */
int droplist_view(struct droplist *l, const void *mem, size_t len,
    struct err *e);

/* i counts from 0 and must be below count. */
uint64_t droplist_size(const struct droplist *l, uint32_t i);
struct span droplist_uidl(const struct droplist *l, uint32_t i);

/*
 * Writing a block whose size is known: droplist_octets() of 8-octet aligned
 * memory, then count times droplist_write() with UIDLs of 1-70 good octets,
 * uidls in all; the caller has checked them.
 */
struct droplist_writer {
	char *mem, *row, *uidl, *pool;
	uint32_t count;
	uint64_t octets;
};
size_t droplist_octets(uint32_t count, size_t uidls);
void droplist_write_begin(struct droplist_writer *w, char *mem,
    uint32_t count);
void droplist_write(struct droplist_writer *w, uint64_t octets,
    struct span uidl);
void droplist_write_end(struct droplist_writer *w);

/* Building from checked and unchecked ones: begin, add, end. */
struct droplist_maker {
	struct buf rows;
	struct buf pool;
	uint32_t count;
	uint64_t octets;
	int bad;
};
void droplist_begin(struct droplist_maker *m);
void droplist_add(struct droplist_maker *m, uint64_t octets,
    struct span uidl);
/* The whole block appended to out (empty); 0 or -1.  Frees the maker. */
int droplist_end(struct droplist_maker *m, struct buf *out);

#endif
