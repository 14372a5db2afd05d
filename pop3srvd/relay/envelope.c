/*
 * envelope.c - what relay must remember of a message, as a record
 *
 * Runs in: relay.  Trusts: nothing of a record's octets.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"
#include "lib/base/pack.h"

#include "pop3srvd/relay/envelope.h"

#define VERSION	1

struct envelope *
envelope_new(const char *id)
{
	struct envelope *v = mem_new(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	memcpy(v->id, id, ENVELOPE_ID);
	if (envelope_say(&v->sender, "") < 0 ||
	    envelope_say(&v->account, "") < 0 ||
	    envelope_say(&v->session, "") < 0 ||
	    envelope_say(&v->peer, "") < 0)
		envelope_free(&v);
	return v;
}

void
envelope_free(struct envelope **v_p)
{
	struct envelope *v = *v_p;
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->n_rcpts; i++) {
		free(v->rcpts[i].address);
		free(v->rcpts[i].words);
	}
	free(v->rcpts);
	free(v->sender);
	free(v->account);
	free(v->session);
	free(v->peer);
	free(v);
	*v_p = NULL;
}

int
envelope_say(char **field, const char *text)
{
	char *copy = mem_strndup(text, strnlen(text, ENVELOPE_WORDS)), *p;

	if (copy == NULL)
		return -1;
	for (p = copy; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	free(*field);
	*field = copy;
	return 0;
}

/* In steps of sixteen: most have one. */
static int
make_room(struct envelope *v)
{
	struct rcpt *more;

	if (v->n_rcpts >= ENVELOPE_RCPTS)
		return -1;
	if (v->n_rcpts % 16 != 0)
		return 0;
	more = realloc(v->rcpts, (v->n_rcpts + 16) * sizeof(*more));
	if (more == NULL)
		return -1;
	v->rcpts = more;
	return 0;
}

int
envelope_add(struct envelope *v, const char *address)
{
	struct rcpt *r;

	if (make_room(v) < 0)
		return -1;
	r = &v->rcpts[v->n_rcpts];
	memset(r, 0, sizeof(*r));
	r->address = mem_strdup(address);
	if (r->address == NULL)
		return -1;
	v->n_rcpts++;
	return 0;
}

size_t
envelope_count(const struct envelope *v, enum rcpt_state state)
{
	size_t i, n = 0;

	for (i = 0; i < v->n_rcpts; i++)
		n += v->rcpts[i].state == state;
	return n;
}

bool
envelope_id_ok(const char *id)
{
	size_t i;

	for (i = 0; i < ENVELOPE_ID; i++)
		if (!((id[i] >= 'a' && id[i] <= 'z') ||
		    (id[i] >= '0' && id[i] <= '9')))
			return false;
	return id[ENVELOPE_ID] == '\0';
}

static void
pack_rcpt(struct pack *p, const struct rcpt *r)
{
	pack_str(p, r->address);
	pack_u8(p, (uint8_t)r->state);
	pack_str(p, r->words);
}

int
envelope_pack(const struct envelope *v, struct buf *b)
{
	unsigned char digest[SHA256_OCTETS];
	struct pack p;
	size_t i, from = buf_len(b);

	pack_begin(&p, b);
	pack_u8(&p, VERSION);
	pack_str(&p, v->id);
	pack_str(&p, v->sender);
	pack_str(&p, v->account);
	pack_str(&p, v->session);
	pack_str(&p, v->peer);
	pack_i64(&p, v->created);
	pack_i64(&p, v->saved);
	pack_i64(&p, v->age);
	pack_i64(&p, v->wait);
	pack_u64(&p, v->octets);
	pack_u32(&p, v->attempts);
	pack_u8(&p, v->noticed);
	pack_u32(&p, (uint32_t)v->n_rcpts);
	for (i = 0; i < v->n_rcpts; i++)
		pack_rcpt(&p, &v->rcpts[i]);
	if (pack_end(&p) < 0 || digest_sha256(buf_data(b) + from,
	    buf_len(b) - from, digest) < 0)
		return -1;
	return buf_add(b, digest, sizeof(digest));
}

static bool
read_rcpt(struct unpack *u, struct envelope *v)
{
	char *address = unpack_str(u);
	uint8_t state = unpack_u8(u);
	char *words = unpack_str(u);
	bool ok = address != NULL && state <= RCPT_DONE && !u->bad &&
	    envelope_add(v, address) == 0;

	if (ok) {
		v->rcpts[v->n_rcpts - 1].state = (enum rcpt_state)state;
		v->rcpts[v->n_rcpts - 1].words = words;
	} else {
		free(words);
	}
	free(address);
	return ok;
}

static bool
take_text(struct unpack *u, char **field)
{
	char *text = unpack_str(u);

	if (text == NULL)
		return false;
	free(*field);
	*field = text;
	return true;
}

static bool
same_id(struct unpack *u, const char *id)
{
	char *text = unpack_str(u);
	bool same = text != NULL && strcmp(text, id) == 0;

	free(text);
	return same;
}

static bool
read_record(struct envelope *v, const void *p, size_t n)
{
	struct unpack u;
	uint32_t i, count;

	unpack_begin(&u, p, n);
	if (unpack_u8(&u) != VERSION || !same_id(&u, v->id) ||
	    !take_text(&u, &v->sender) || !take_text(&u, &v->account) ||
	    !take_text(&u, &v->session) || !take_text(&u, &v->peer))
		return false;
	v->created = unpack_i64(&u);
	v->saved = unpack_i64(&u);
	v->age = unpack_i64(&u);
	v->wait = unpack_i64(&u);
	v->octets = unpack_u64(&u);
	v->attempts = unpack_u32(&u);
	v->noticed = unpack_u8(&u) != 0;
	count = unpack_u32(&u);
	if (count > ENVELOPE_RCPTS || v->age < 0 || v->wait < 0)
		return false;
	for (i = 0; i < count; i++)
		if (!read_rcpt(&u, v))
			return false;
	return unpack_end(&u) == 0;
}

struct envelope *
envelope_unpack(const char *id, const void *p, size_t n, struct err *e)
{
	unsigned char digest[SHA256_OCTETS];
	struct envelope *v = NULL;

	if (n < SHA256_OCTETS || n > ENVELOPE_MAX ||
	    digest_sha256(p, n - SHA256_OCTETS, digest) < 0 ||
	    !digest_same(digest, (const char *)p + n - SHA256_OCTETS,
	    SHA256_OCTETS)) {
		err_set(e, ERR_PROTO, "%s: not a whole record", id);
		return NULL;
	}
	v = envelope_new(id);
	if (v == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	if (!read_record(v, p, n - SHA256_OCTETS)) {
		envelope_free(&v);
		err_set(e, ERR_PROTO, "%s: not a record of this version", id);
	}
	return v;
}
