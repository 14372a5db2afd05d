/*
 * msg_desk.c - the bodies for sending mail, changing passwords, auditing
 *
 * Runs in: front, auth, relay, log, keeper.  Trusts: nothing; a body that is
 * not exactly one record is refused.
 */
#include "lib/base/pack.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/text.h"

int
msg_change_pack(const struct msg_change *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_span(&p, m->user);
	pack_span(&p, m->old);
	pack_span(&p, m->new);
	text_pack_some(&p, m->listener);
	text_pack_some(&p, m->default_domain);
	pack_addr(&p, &m->peer);
	pack_u8(&p, m->tls);
	return pack_end(&p);
}

int
msg_change_unpack(struct msg_change *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->user = unpack_span(&u);
	m->old = unpack_span(&u);
	m->new = unpack_span(&u);
	m->listener = text_unpack_some(&u);
	m->default_domain = text_unpack_some(&u);
	unpack_addr(&u, &m->peer);
	m->tls = unpack_flag(&u);
	return unpack_end(&u);
}

int
msg_xmit_open_pack(const struct msg_xmit_open *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_span(&p, m->sender);
	text_pack_some(&p, m->session);
	text_pack_some(&p, m->listener);
	text_pack_some(&p, m->hostname);
	pack_addr(&p, &m->peer);
	pack_u8(&p, m->tls);
	return pack_end(&p);
}

int
msg_xmit_open_unpack(struct msg_xmit_open *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->sender = unpack_span(&u);
	m->session = text_unpack_some(&u);
	m->listener = text_unpack_some(&u);
	m->hostname = text_unpack_some(&u);
	unpack_addr(&u, &m->peer);
	m->tls = unpack_flag(&u);
	return unpack_end(&u);
}

int
msg_xmit_answer_pack(const struct msg_xmit_answer *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, (uint8_t)m->outcome);
	text_pack_some(&p, m->text);
	return pack_end(&p);
}

int
msg_xmit_answer_unpack(struct msg_xmit_answer *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->outcome = (enum msg_xmit_outcome)unpack_choice(&u, MSG_XMIT_PERM);
	m->text = text_unpack_some(&u);
	return unpack_end(&u);
}

int
msg_queue_pack(const struct msg_queue *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->messages);
	pack_u32(&p, m->badmail);
	return pack_end(&p);
}

int
msg_queue_unpack(struct msg_queue *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->messages = unpack_u32(&u);
	m->badmail = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_audit_pack(const struct msg_audit *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_i64(&p, m->wall);
	pack_u32(&p, m->uid);
	pack_u32(&p, m->pid);
	text_pack_some(&p, m->role);
	text_pack_some(&p, m->verb);
	text_pack_some(&p, m->result);
	pack_span(&p, m->args);
	pack_u32(&p, m->missed);
	return pack_end(&p);
}

int
msg_audit_unpack(struct msg_audit *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->wall = unpack_i64(&u);
	m->uid = unpack_u32(&u);
	m->pid = unpack_u32(&u);
	m->role = text_unpack_some(&u);
	m->verb = text_unpack_some(&u);
	m->result = text_unpack_some(&u);
	m->args = unpack_span(&u);
	m->missed = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_line_pack(const struct msg_line *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u64(&p, m->lost);
	pack_span(&p, m->json);
	return pack_end(&p);
}

int
msg_line_unpack(struct msg_line *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->lost = unpack_u64(&u);
	m->json = unpack_span(&u);
	return unpack_end(&u);
}
