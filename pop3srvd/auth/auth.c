/*
 * auth.c - the services of the auth process, made and replaced
 *
 * Runs in: auth.  Trusts: the configuration that keeper checked.
 */
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/acct/acct.h"

#include "pop3srvd/auth/auth.h"

#define FOLDER		"auth"
#define PATH_OCTETS	4096

static void
clear_verify(struct verify *v)
{
	acct_free(&v->acct);
	pwhash_free(&v->pw);
	cache_free(&v->cache);
}

int
auth_folder(const struct conf *conf, char *out, size_t n, struct err *e)
{
	if (path_join(out, n, conf->state_dir, FOLDER) < 0)
		return err_set(e, ERR_CONFIG, "state_dir: the path is too "
		    "long");
	return 0;
}

int
auth_set_up(struct auth *a, const struct conf *conf, struct err *e)
{
	char folder[PATH_OCTETS];
	struct verify v = { .apop = a->verify.apop };
	struct pwhash *old_pw = a->verify.pw;

	/* a new one costs a hash, and logins wait meanwhile */
	if (old_pw != NULL && !pwhash_is(old_pw, conf->auth.hash))
		old_pw = NULL;
	if (auth_folder(conf, folder, sizeof(folder), e) < 0)
		return -1;
	if (a->sasl == NULL && (a->sasl = sasl_new(e)) == NULL)
		return -1;
	v.acct = acct_new((const char *const *)conf->auth.backends.at,
	    conf->auth.backends.n, folder, e);
	if (v.acct != NULL)
		v.pw = old_pw != NULL ? old_pw :
		    pwhash_new(conf->auth.hash, e);
	if (v.pw != NULL)
		v.cache = cache_new(conf->auth.cache_ttl, e);
	if (v.cache == NULL) {
		if (old_pw != NULL)
			v.pw = NULL;
		clear_verify(&v);
		return -1;
	}
	if (old_pw != NULL)
		a->verify.pw = NULL;
	clear_verify(&a->verify);
	a->verify = v;
	a->conf = conf;
	return 0;
}

void
auth_clear(struct auth *a)
{
	clear_verify(&a->verify);
	sasl_free(&a->sasl);
	mem_wipe(a->key, sizeof(a->key));
	mem_wipe(a->sender_key, sizeof(a->sender_key));
	mem_wipe(&a->verify.apop, sizeof(a->verify.apop));
	a->has_key = a->has_sender_key = false;
}
