/*
 * keys.c - the secrets that keeper gives to its children
 *
 * Runs in: keeper, as root if started so.  Trusts: its own configuration; a key
 * file only when nobody else may read it.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "pop3srvd/ipc/passwords.h"

#include "pop3srvd/keeper/keys.h"

#define APOP_FILE	"apop.key"

int
keys_make(struct keys *k, struct err *e)
{
	if (digest_random(k->ticket, sizeof(k->ticket)) < 0 ||
	    digest_random(k->sender, sizeof(k->sender)) < 0)
		return err_set(e, ERR_TEMP, "no random numbers: refusing to "
		    "serve with weak ones");
	return 0;
}

void
keys_clear(struct keys *k)
{
	if (k->passwords >= 0)
		(void)close(k->passwords);
	mem_wipe(k, sizeof(*k));
	k->passwords = -1;
}

static bool
apop_wanted(const struct conf *c)
{
	bool wanted = c->server.options.apop;
	size_t i;

	for (i = 0; i < c->n_listeners; i++)
		wanted = wanted || c->listeners[i].server.options.apop;
	return wanted;
}

static void
apop_off(struct conf *c)
{
	size_t i;

	c->server.options.apop = false;
	for (i = 0; i < c->n_listeners; i++)
		c->listeners[i].server.options.apop = false;
}

static int
take(struct keys_apop *a, const char *path, struct err *e)
{
	char *mem;
	size_t n;

	if (path_read_secret(path, TICKET_KEY, &mem, &n, e) < 0)
		return -1;
	if (n == TICKET_KEY)
		memcpy(a->key, mem, n);
	a->there = n == TICKET_KEY;
	mem_wipe(mem, n);
	free(mem);
	if (a->there)
		return 0;
	return err_set(e, ERR_CONFIG, "%.200s: the APOP key has %zu octets "
	    "instead of %d; a new one is made by: head -c %d /dev/urandom",
	    path, n, TICKET_KEY, TICKET_KEY);
}

/* On the disk before anything is encrypted by it. */
static int
make_file(struct keys_apop *a, const char *folder, struct err *e)
{
	int fd, r;

	if (digest_random(a->key, sizeof(a->key)) < 0)
		return err_set(e, ERR_TEMP, "no random octets for the APOP "
		    "key");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return path_fail("cannot open", folder, e);
	r = path_replace(fd, APOP_FILE, span_mem(a->key, sizeof(a->key)),
	    0600, true, e);
	(void)close(fd);
	a->there = r == 0;
	return r;
}

static int
own_file(struct keys_apop *a, const struct conf *c, bool make, struct err *e)
{
	char path[PATH_MAX];

	if (path_join(path, sizeof(path), c->state_dir, APOP_FILE) < 0)
		return err_set(e, ERR_CONFIG, "state_dir: the path is too "
		    "long");
	if (take(a, path, e) == 0)
		return 0;
	if (e->class != ERR_NOTFOUND)
		return -1;
	if (make && apop_wanted(c))
		return make_file(a, c->state_dir, e);
	err_clear(e);
	return -1;
}

static bool
has_accounts(const struct conf *c)
{
	size_t i;

	for (i = 0; i < c->auth.backends.n; i++)
		if (strcmp(c->auth.backends.at[i], "accounts") == 0)
			return true;
	return false;
}

/* What this build, this machine and these settings allow. */
static int
possible(const struct conf *c, struct err *e)
{
#ifndef HAVE_SQLITE
	return err_set(e, ERR_PERM, "APOP needs the account database, and "
	    "this is built without");
#endif
	if (!has_accounts(c))
		return err_set(e, ERR_PERM, "APOP needs \"accounts\" in "
		    "auth.backends");
	if (!digest_has_md5())
		return err_set(e, ERR_PERM, "APOP needs MD5, which OpenSSL "
		    "does not offer here (FIPS mode)");
	return 0;
}

void
keys_apop_read(struct keys_apop *a, struct conf *c, bool make)
{
	const char *named = c->auth.apop_key_file;
	int r = 0;

	memset(a, 0, sizeof(*a));
	if (apop_wanted(c))
		r = possible(c, &a->fault);
	if (r == 0)
		r = named[0] != '\0' ? take(a, named, &a->fault) :
		    own_file(a, c, make, &a->fault);
	if (r == 0)
		err_clear(&a->fault);
	else if (make)
		apop_off(c);
}

int
keys_passwords(const struct conf *c, struct err *e)
{
	const struct conf_relay *relay = &c->relay;
	struct passwords *p = passwords_new();
	size_t i;
	int r;

	if (p == NULL)
		return err_set(e, ERR_TEMP, "passwords: out of memory");
	r = passwords_add(p, relay->to.password_file, e);
	for (i = 0; r == 0 && i < relay->n_routes; i++)
		r = passwords_add(p, relay->routes[i].to.password_file, e);
	if (r == 0)
		r = passwords_write(p, e);
	passwords_free(&p);
	return r;
}

static void
send_key(struct channel *ch, enum msg_secret what, const unsigned char *key)
{
	(void)channel_send(ch, MSG_SECRET, what, span_mem(key, TICKET_KEY),
	    -1);
}

void
keys_send_passwords(const struct keys *k, struct channel *relay)
{
	(void)channel_send(relay, MSG_SECRET, SECRET_SMTP, span_mem(NULL, 0),
	    k->passwords);
}

void
keys_send(const struct keys *k, enum role role, struct channel *ch)
{
	if (role == ROLE_AUTH || role == ROLE_DROP)
		send_key(ch, SECRET_TICKET, k->ticket);
	if (role == ROLE_AUTH || role == ROLE_RELAY)
		send_key(ch, SECRET_SENDER, k->sender);
	if (role == ROLE_RELAY)
		keys_send_passwords(k, ch);
	if (role != ROLE_AUTH)
		return;
	if (k->apop.there)
		send_key(ch, SECRET_APOP, k->apop.key);
	else			/* no longer there */
		(void)channel_send(ch, MSG_SECRET, SECRET_APOP,
		    span_mem(NULL, 0), -1);
}
