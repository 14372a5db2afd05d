/*
 * pop3_login.c - USER, PASS and STLS; the answers to AUTH, DROP and TLS
 */
#include <string.h>

#include "lib/base/codec.h"
#include "lib/base/num.h"

#include "lib/proto/pop3_priv.h"

void
pop3_forget(struct pop3 *p)
{
	buf_wipe(&p->secret);
	buf_wipe(&p->user);
	memset(&p->auth, 0, sizeof(p->auth));
	p->auth.user = p->auth.data = span_mem("", 0);
}

/* Always +OK: the reply must not tell which names exist. */
enum pop3_say
pop3_do_user(struct pop3 *p, const struct pop3_args *a)
{
	struct span name = span_rtrim(a->rest);

	pop3_forget(p);
	if (name.len == 0)
		return SAY_ARGS;
	if (buf_add(&p->user, name.ptr, name.len) < 0)
		return SAY_NO_MEMORY;
	return SAY_USER;
}

/* The password is all behind the one space, blanks too. */
enum pop3_say
pop3_do_pass(struct pop3 *p, const struct pop3_args *a)
{
	if (buf_len(&p->user) == 0)
		return SAY_NO_USER;
	if (a->rest.len == 0) {
		pop3_forget(p);
		return SAY_AUTH_FAILED;
	}
	if (buf_add(&p->secret, a->rest.ptr, a->rest.len) < 0) {
		pop3_forget(p);
		return SAY_NO_MEMORY;
	}
	p->auth.kind = POP3_AUTH_PASS;
	p->auth.mech = "USER";
	p->auth.user = buf_span(&p->user);
	p->auth.data = buf_span(&p->secret);
	p->auth.has_data = true;
	p->want = POP3_AUTH;
	return SAY_NOTHING;
}

enum pop3_say
pop3_do_stls(struct pop3 *p, const struct pop3_args *a)
{
	(void)a;
	if (!p->conf->starttls)
		return SAY_NO_TLS;
	if (p->tls)
		return SAY_TLS_ALREADY;
	p->want = POP3_TLS;
	return SAY_TLS;
}

/* RFC 2595 section 4: what was learned before TLS is forgotten. */
void
pop3_give_tls(struct pop3 *p, bool ok)
{
	if (p->want != POP3_TLS)
		return;
	if (line_held(&p->in).len > 0) {
		pop3_close(p, POP3_END_INJECTION);
	} else if (!ok) {
		pop3_close(p, POP3_END_TLS);
	} else {
		pop3_forget(p);
		p->tls = true;
		p->want = POP3_INPUT;
	}
}

/* "+ " stands also before nothing (features.md 4.1). */
static void
challenge(struct pop3 *p, struct span text)
{
	buf_wipe(&p->secret);
	if (buf_adds(&p->out, "+ ") < 0 ||
	    base64_encode(text, &p->out) < 0 ||
	    buf_adds(&p->out, "\r\n") < 0)
		pop3_close(p, POP3_END_MEMORY);
	pop3_trace_note(p, TRACE_SERVER, "+ (challenge)");
}

static enum pop3_say
delayed(struct pop3 *p, struct span seconds)
{
	if (num_u64(seconds, UINT64_MAX, &p->say_n[0]) < 0)
		p->say_n[0] = p->conf->login_delay;
	return SAY_DELAY;
}

static enum pop3_say
refusal(struct pop3 *p, enum pop3_auth_result r, struct span text)
{
	switch (r) {
	case POP3_AUTH_FAIL:
		return SAY_AUTH_FAILED;
	case POP3_AUTH_PERM:
		return SAY_AUTH_PERM;
	case POP3_AUTH_DELAY:
		return delayed(p, text);
	default:	/* also MORE where nothing more can follow */
		return SAY_AUTH_TEMP;
	}
}

void
pop3_give_auth(struct pop3 *p, enum pop3_auth_result r, struct span text)
{
	enum pop3_auth_kind kind = p->auth.kind;
	enum pop3_say say;

	if (p->want != POP3_AUTH)
		return;
	p->want = POP3_INPUT;
	if (r == POP3_AUTH_MORE && p->sasl != NULL &&
	    kind != POP3_AUTH_ABORT) {
		challenge(p, text);
		return;
	}
	p->sasl = NULL;
	pop3_forget(p);
	if (kind == POP3_AUTH_ABORT) {
		say = p->after_abort;
	} else if (r == POP3_AUTH_OK) {
		p->want = POP3_DROP;
		return;
	} else {
		say = refusal(p, r, text);
	}
	pop3_say(p, say);
}

void
pop3_give_drop(struct pop3 *p, const struct droplist *list)
{
	if (p->want != POP3_DROP)
		return;
	pop3_stamp_forget(p);
	p->list = list;
	p->state = POP3_TRANSACTION;
	p->want = POP3_INPUT;
	p->bad = 0;
	p->say_n[0] = list->count;
	p->say_n[1] = list->octets;
	pop3_say(p, SAY_LOGGED_IN);
}

/* The peer may try again (RFC 1939 section 4). */
void
pop3_give_drop_fault(struct pop3 *p, enum pop3_drop_fault f, long age)
{
	static const enum pop3_say says[] = {
		[POP3_DROP_IN_USE] = SAY_IN_USE,
		[POP3_DROP_TEMP] = SAY_DROP_TEMP,
		[POP3_DROP_PERM] = SAY_DROP_PERM
	};
	enum pop3_say say = says[f];

	if (p->want != POP3_DROP)
		return;
	p->want = POP3_INPUT;
	if (f == POP3_DROP_IN_USE && age >= 0) {
		p->say_n[0] = (uint64_t)age;
		say = SAY_IN_USE_SINCE;
	}
	pop3_say(p, say);
}
