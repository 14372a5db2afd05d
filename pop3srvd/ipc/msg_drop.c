/*
 * msg_drop.c - the bodies of the frames between front and drop
 *
 * Runs in: front, drop.  Trusts: nothing; a body that is not exactly one
 * record is refused.
 */
#include "lib/base/pack.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/text.h"

int
msg_drop_open_pack(const struct msg_drop_open *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_span(&p, m->ticket);
	pack_u32(&p, m->wait_ms);
	return pack_end(&p);
}

int
msg_drop_open_unpack(struct msg_drop_open *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->ticket = unpack_span(&u);
	m->wait_ms = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_fault_pack(const struct msg_fault *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, (uint8_t)m->class);
	pack_i64(&p, m->age);
	pack_u32(&p, m->number);
	text_pack_some(&p, m->text);
	return pack_end(&p);
}

int
msg_fault_unpack(struct msg_fault *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->class = (enum err_class)unpack_choice(&u, ERR_BUG);
	m->age = unpack_i64(&u);
	m->number = unpack_u32(&u);
	m->text = text_unpack_some(&u);
	return unpack_end(&u);
}

int
msg_fetch_pack(const struct msg_fetch *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->number);
	pack_u32(&p, m->ahead);
	return pack_end(&p);
}

int
msg_fetch_unpack(struct msg_fetch *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->number = unpack_u32(&u);
	m->ahead = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_message_pack(const struct msg_message *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->number);
	pack_u64(&p, m->octets);
	pack_u64(&p, m->file_octets);
	pack_u8(&p, m->pipe);
	return pack_end(&p);
}

int
msg_message_unpack(struct msg_message *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->number = unpack_u32(&u);
	m->octets = unpack_u64(&u);
	m->file_octets = unpack_u64(&u);
	m->pipe = unpack_flag(&u);
	return unpack_end(&u);
}

int
msg_ahead_pack(const struct msg_ahead *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->number);
	pack_u64(&p, m->offset);
	pack_u32(&p, m->octets);
	return pack_end(&p);
}

int
msg_ahead_unpack(struct msg_ahead *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->number = unpack_u32(&u);
	m->offset = unpack_u64(&u);
	m->octets = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_verbatim_pack(const struct msg_verbatim *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->number);
	pack_u64(&p, m->offset);
	pack_u64(&p, m->octets);
	pack_u64(&p, m->ino);
	pack_i64(&p, m->mtime);
	return pack_end(&p);
}

int
msg_verbatim_unpack(struct msg_verbatim *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->number = unpack_u32(&u);
	m->offset = unpack_u64(&u);
	m->octets = unpack_u64(&u);
	m->ino = unpack_u64(&u);
	m->mtime = unpack_i64(&u);
	return unpack_end(&u);
}

int
msg_mark_pack(const struct msg_mark *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->first);
	pack_span(&p, m->map);
	return pack_end(&p);
}

int
msg_mark_unpack(struct msg_mark *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->first = unpack_u32(&u);
	m->map = unpack_span(&u);
	if (m->first % 8 != 0)
		u.bad = true;
	return unpack_end(&u);
}

int
msg_committed_pack(const struct msg_committed *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, (uint8_t)m->class);
	pack_u32(&p, m->removed);
	pack_u32(&p, m->failed);
	text_pack_some(&p, m->text);
	return pack_end(&p);
}

int
msg_committed_unpack(struct msg_committed *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->class = (enum err_class)unpack_choice(&u, ERR_BUG);
	m->removed = unpack_u32(&u);
	m->failed = unpack_u32(&u);
	m->text = text_unpack_some(&u);
	return unpack_end(&u);
}
