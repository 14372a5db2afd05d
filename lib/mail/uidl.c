/*
 * uidl.c - unique ids that survive the loss of everything but the file name
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/codec.h"
#include "lib/base/digest.h"
#include "lib/base/droplist.h"
#include "lib/base/mem.h"

#include "lib/mail/names.h"
#include "lib/mail/uidl.h"

#define DIGEST_OCTETS	15	/* 120 bits, 20 digits without padding */
#define NTH_MAX		64

enum { FILL_TAKE, FILL_GIVE };

int
uidl_derive(struct span base, unsigned nth, char out[UIDL_OCTETS + 1])
{
	unsigned char sum[SHA256_OCTETS];
	char text[256 + 2];
	size_t n = base.len;

	assert(n <= 255 && nth <= NTH_MAX);
	memcpy(text, base.ptr, n);
	if (nth > 0) {
		/* NUL is in no file name: no other name derives this */
		text[n++] = '\0';
		text[n++] = (char)nth;
	}
	if (digest_sha256(text, n, sum) < 0)
		return -1;
	base64url_text(sum, DIGEST_OCTETS, out);
	return 0;
}

bool
uidl_valid(struct span uidl)
{
	unsigned bad = 0;
	size_t i;

	for (i = 0; i < uidl.len; i++)
		bad |= (unsigned char)(uidl.ptr[i] - 0x21) > 0x7e - 0x21;
	return bad == 0 && uidl.len > 0 && uidl.len <= UIDL_MAX;
}

/* True when it was not there yet. */
static bool
take(struct uidl_fill *f, const struct msgs *m, struct span uidl, size_t row)
{
	uint64_t hash = names_hash(uidl);
	uint32_t tag = (uint32_t)(hash >> 32);
	struct names_slot *slot;
	struct span other;
	size_t at;

	for (at = hash;; at++) {
		slot = &f->table[at & f->mask];
		if (slot->row == 0)
			break;
		if (slot->hash != tag)
			continue;
		other = msgs_uidl(m, &m->rows[slot->row - 1]);
		if (other.len == uidl.len &&
		    memcmp(other.ptr, uidl.ptr, uidl.len) == 0)
			return false;
	}
	slot->row = (uint32_t)row + 1;
	slot->hash = tag;
	return true;
}

static int
give(struct uidl_fill *f, struct msgs *m, size_t i, struct err *e)
{
	struct msgs_row *r = &m->rows[i];
	char text[UIDL_OCTETS + 1];
	unsigned nth;

	for (nth = 0; nth <= NTH_MAX; nth++) {
		if (uidl_derive(msgs_base(m, r), nth, text) < 0)
			return err_set(e, ERR_TEMP, "SHA-256 failed");
		if (!take(f, m, span_of(text), i))
			continue;
		msgs_set_uidl(m, r, span_of(text));
		return 0;
	}
	return err_set(e, ERR_TEMP, "no free UIDL for one message");
}

static int
begin(struct uidl_fill *f, size_t n, struct err *e)
{
	size_t slots = 64;

	while (slots < n * 2)
		slots *= 2;
	f->table = mem_new(slots, sizeof(*f->table));
	if (f->table == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	f->mask = slots - 1;
	return 0;
}

/* A second row with the same kept id gives way to the first. */
static int
take_kept(struct uidl_fill *f, struct msgs *m, struct err *e)
{
	struct msgs_row *r = &m->rows[f->at];

	if (r->uidl_len == 0 || take(f, m, msgs_uidl(m, r), f->at))
		return 0;
	return msgs_drop_uidl(m, r, e);
}

int
uidl_fill(struct uidl_fill *f, struct msgs *m, struct slice *s,
    struct err *e)
{
	if (f->table == NULL && begin(f, m->count, e) < 0)
		return -1;
	for (; f->phase <= FILL_GIVE; f->phase++, f->at = 0) {
		for (; f->at < m->count; f->at++) {
			if (slice_over_small(s))
				return 1;
			if (f->phase == FILL_TAKE) {
				if (take_kept(f, m, e) < 0)
					return -1;
			} else if (m->rows[f->at].uidl_len == 0 &&
			    give(f, m, f->at, e) < 0) {
				return -1;
			}
		}
	}
	return 0;
}

void
uidl_fill_end(struct uidl_fill *f)
{
	free(f->table);
	memset(f, 0, sizeof(*f));
}
