/*
 * cert_set.c - the pairs that the configuration names, read and checked
 *
 * Runs in: keeper, which alone can read keys.  Trusts: nothing in the files;
 * a pair is served only when chain and key are found to belong together.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "pop3srvd/keeper/cert_set.h"

#define PEM_MAX		(1u << 20)

bool
cert_changed(const struct cert *c)
{
	struct filestate now;

	filestate_look(c->chain_path, &now);
	if (!filestate_same(&now, &c->seen[0]))
		return true;
	filestate_look(c->key_path, &now);
	return !filestate_same(&now, &c->seen[1]);
}

static void
free_key(char **key, size_t len)
{
	if (*key != NULL)
		mem_wipe(*key, len);
	free(*key);
	*key = NULL;
}

static int
check(const struct cert *c, int64_t *not_after_r, struct err *e)
{
	const struct tls_pair pair = {
		.name = c->name,
		.chain = span_mem(c->chain, c->chain_len),
		.key = span_mem(c->key, c->key_len),
	};

	return tls_pair_check(&pair, not_after_r, e);
}

/* State first: a change while reading is then seen the next time. */
int
cert_read(struct cert *c, struct err *e)
{
	struct cert new = *c;

	filestate_look(c->chain_path, &c->seen[0]);
	filestate_look(c->key_path, &c->seen[1]);
	new.chain = new.key = NULL;
	if (path_read(c->chain_path, PEM_MAX, &new.chain, &new.chain_len,
	    e) < 0)
		return -1;
	if (path_read_secret(c->key_path, PEM_MAX, &new.key, &new.key_len,
	    e) < 0 || check(&new, &new.not_after, e) < 0) {
		free(new.chain);
		free_key(&new.key, new.key_len);
		return -1;
	}
	free(c->chain);
	free_key(&c->key, c->key_len);
	c->chain = new.chain;
	c->chain_len = new.chain_len;
	c->key = new.key;
	c->key_len = new.key_len;
	c->not_after = new.not_after;
	return 0;
}

static void
cert_clear(struct cert *c)
{
	free(c->listener);
	free(c->name);
	free(c->chain_path);
	free(c->key_path);
	free(c->chain);
	free_key(&c->key, c->key_len);
}

void
cert_set_free(struct cert_set **s_p)
{
	struct cert_set *s = *s_p;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++)
		cert_clear(&s->at[i]);
	free(s->at);
	free(s);
	*s_p = NULL;
}

/* One pair of a listener; the row is the set's even when it is wrong. */
static int
add(struct cert_set *s, const struct conf_listener *ln,
    const struct conf_name *from, struct err *e)
{
	struct cert *c = &s->at[s->n];
	struct err why;

	if (from->certificate[0] == '\0')
		return 0;
	s->n++;
	c->listener = mem_strdup(ln->name);
	c->name = mem_strdup(from->name);
	c->chain_path = mem_strdup(from->certificate);
	c->key_path = mem_strdup(from->key_file);
	c->min_version = ln->server.tls.min_version;
	if (c->listener == NULL || c->chain_path == NULL ||
	    c->key_path == NULL || (from->name != NULL && c->name == NULL))
		return err_set(e, ERR_TEMP, "out of memory");
	if (cert_read(c, &why) == 0)
		return 0;
	return err_set(e, why.class, "listener %.60s, certificate %.120s: "
	    "%.180s", ln->name, from->certificate, why.text);
}

static int
add_listener(struct cert_set *s, const struct conf_listener *ln,
    struct err *e)
{
	const struct conf_tls *t = &ln->server.tls;
	const struct conf_name first = { NULL, t->certificate, t->key_file };
	const struct conf_name second = { NULL, t->certificate2,
		t->key_file2 };
	size_t i;

	if (ln->tls_mode == CONF_TLS_NONE)
		return 0;
	if (add(s, ln, &first, e) < 0 || add(s, ln, &second, e) < 0)
		return -1;
	for (i = 0; i < t->n_names; i++)
		if (add(s, ln, &t->names[i], e) < 0)
			return -1;
	return 0;
}

static size_t
most_pairs(const struct conf *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->n_listeners; i++)
		n += 2 + c->listeners[i].server.tls.n_names;
	return n;
}

struct cert_set *
cert_set_load(const struct conf *c, struct err *e)
{
	struct cert_set *s = mem_new(1, sizeof(*s));
	size_t i;

	if (s == NULL || (s->at = mem_new(most_pairs(c) + 1,
	    sizeof(*s->at))) == NULL) {
		free(s);
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	for (i = 0; i < c->n_listeners; i++)
		if (add_listener(s, &c->listeners[i], e) < 0) {
			cert_set_free(&s);
			return NULL;
		}
	return s;
}

static int
pack_into(const struct cert_set *s, struct certs_of *of,
    struct tls_pair *pairs, struct buf *b)
{
	struct certs all = { of, 0 };
	const struct cert *c;
	size_t i;

	for (i = 0; i < s->n; i++) {
		c = &s->at[i];
		if (i == 0 || strcmp(c->listener, s->at[i - 1].listener) != 0)
			of[all.n++] = (struct certs_of){ c->listener,
				&pairs[i], 0, c->min_version };
		pairs[i].name = c->name;
		pairs[i].chain = span_mem(c->chain, c->chain_len);
		pairs[i].key = span_mem(c->key, c->key_len);
		of[all.n - 1].n++;
	}
	return certs_pack(&all, b);
}

int
cert_set_pack(const struct cert_set *s, struct buf *b)
{
	struct certs_of *of = mem_new(s->n + 1, sizeof(*of));
	struct tls_pair *pairs = mem_new(s->n + 1, sizeof(*pairs));
	int r = -1;

	if (of != NULL && pairs != NULL)
		r = pack_into(s, of, pairs, b);
	free(of);
	free(pairs);
	return r;
}
