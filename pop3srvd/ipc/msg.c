/*
 * msg.c - the bodies of the frames, written and read field by field
 *
 * Each X_pack stands above its X_unpack and lists the fields in the same
 * order.  Drop's bodies are in msg_drop.c, those of sending mail, changing
 * passwords and auditing in msg_desk.c.
 *
 * Runs in: every process.  Trusts: nothing; a body that is not exactly one
 * record is refused.
 */
#include <string.h>

#include "lib/base/pack.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/text.h"

static const char *const roles[] = {
	[ROLE_KEEPER] = "keeper",
	[ROLE_FRONT] = "front",
	[ROLE_AUTH] = "auth",
	[ROLE_DROP] = "drop",
	[ROLE_RELAY] = "relay",
	[ROLE_LOG] = "log",
};

const char *
role_name(enum role r)
{
	return (unsigned)r > ROLE_LOG ? "unknown" : roles[r];
}

int
msg_conf_pack(const struct msg_conf *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, m->first);
	pack_u8(&p, m->detached);
	return pack_end(&p);
}

int
msg_conf_unpack(struct msg_conf *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->first = unpack_flag(&u);
	m->detached = unpack_flag(&u);
	return unpack_end(&u);
}

int
msg_channel_pack(const struct msg_channel *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, (uint8_t)m->role);
	pack_u32(&p, m->index);
	pack_u8(&p, m->replaces);
	return pack_end(&p);
}

int
msg_channel_unpack(struct msg_channel *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->role = (enum role)unpack_choice(&u, ROLE_LOG);
	m->index = unpack_u32(&u);
	m->replaces = unpack_flag(&u);
	return unpack_end(&u);
}

int
msg_control_pack(const struct msg_control *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u32(&p, m->uid);
	return pack_end(&p);
}

int
msg_control_unpack(struct msg_control *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->uid = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_ctl_pack(const struct msg_ctl *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	text_pack_some(&p, m->verb);
	pack_span(&p, m->args);
	pack_u32(&p, m->uid);
	pack_u32(&p, m->pid);
	pack_u32(&p, m->role);
	return pack_end(&p);
}

int
msg_ctl_unpack(struct msg_ctl *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->verb = text_unpack_some(&u);
	m->args = unpack_span(&u);
	m->uid = unpack_u32(&u);
	m->pid = unpack_u32(&u);
	m->role = unpack_u32(&u);
	return unpack_end(&u);
}

int
msg_ctl_reply_pack(const struct msg_ctl_reply *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, m->ok);
	pack_span(&p, m->json);
	return pack_end(&p);
}

int
msg_ctl_reply_unpack(struct msg_ctl_reply *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->ok = unpack_flag(&u);
	m->json = unpack_span(&u);
	return unpack_end(&u);
}

int
msg_auth_pack(const struct msg_auth *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	text_pack_some(&p, m->mech);
	pack_span(&p, m->user);
	pack_span(&p, m->data);
	pack_u8(&p, m->has_data);
	text_pack_some(&p, m->listener);
	text_pack_some(&p, m->default_domain);
	pack_addr(&p, &m->peer);
	pack_u8(&p, m->tls);
	text_pack_some(&p, m->binding_type);
	pack_span(&p, m->binding);
	return pack_end(&p);
}

int
msg_auth_unpack(struct msg_auth *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->mech = text_unpack_some(&u);
	m->user = unpack_span(&u);
	m->data = unpack_span(&u);
	m->has_data = unpack_flag(&u);
	m->listener = text_unpack_some(&u);
	m->default_domain = text_unpack_some(&u);
	unpack_addr(&u, &m->peer);
	m->tls = unpack_flag(&u);
	m->binding_type = text_unpack_some(&u);
	m->binding = unpack_span(&u);
	return unpack_end(&u);
}

int
msg_auth_result_pack(const struct msg_auth_result *m, struct buf *b)
{
	struct pack p;

	pack_begin(&p, b);
	pack_u8(&p, (uint8_t)m->outcome);
	text_pack_some(&p, m->user);
	text_pack_some(&p, m->reason);
	pack_span(&p, m->data);
	pack_span(&p, m->sender);
	pack_u32(&p, m->seconds);
	return pack_end(&p);
}

int
msg_auth_result_unpack(struct msg_auth_result *m, struct span body)
{
	struct unpack u;

	unpack_begin(&u, body.ptr, body.len);
	m->outcome = (enum msg_auth_outcome)unpack_choice(&u, MSG_AUTH_DELAY);
	m->user = text_unpack_some(&u);
	m->reason = text_unpack_some(&u);
	m->data = unpack_span(&u);
	m->sender = unpack_span(&u);
	m->seconds = unpack_u32(&u);
	return unpack_end(&u);
}
