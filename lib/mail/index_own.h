/*
 * index_own.h - the index file's layout, for those who write and read it
 */
#ifndef MAIL_INDEX_OWN_H
#define MAIL_INDEX_OWN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/mail/index.h"

#define INDEX_MAGIC	"pop3srvd index\n"
#define INDEX_VERSION	3
#define INDEX_ORDER	0x01020304u	/* other octet order: foreign */
#define INDEX_PIECE	((size_t)1 << 20)	/* read at once */
#define INDEX_MIXED	(1u << FOLDER_N)

struct index_head {
	char magic[16];
	uint32_t version;
	uint32_t order;
	uint32_t row_octets;
	uint32_t count;
	uint64_t list_octets;	/* 0: not in the file */
	uint64_t pool_octets;
	struct folder_stamp stamps[FOLDER_N];
	uint32_t state;		/* 1 << folder: settled; INDEX_MIXED */
	uint32_t zero;
	uint64_t list_sum;
	uint64_t rest_sum;	/* of rows and pool */
	uint64_t sum;		/* of this head, this field being zero */
};

uint64_t index_sum_head(const struct index_head *h);

/* Of the next piece: INDEX_PIECE octets, fewer only at the end of the list, of
 * the rows and of the pool.  The first sum is that of the head's magic. */
uint64_t index_sum(uint64_t sum, const char *p, size_t n);
uint64_t index_sum_begin(void);

#endif
