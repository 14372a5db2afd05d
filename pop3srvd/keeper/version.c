/*
 * version.c - pop3srvd -v: what this is built from
 *
 * Runs in: keeper, before anything else.  Trusts: nothing is read.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sysexits.h>

#include "pop3srvd/keeper/version.h"

int
version_print(void)
{
#ifdef HAVE_SQLITE
	const char *accounts = "sqlite";
#else
	const char *accounts = "none";
#endif
#ifdef HAVE_GSASL
	const char *sasl = "gsasl";
#else
	const char *sasl = "built-in";
#endif
#ifdef HAVE_PWQUALITY
	const char *rules = "own and pwquality";
#else
	const char *rules = "own";
#endif
#ifdef HAVE_CURL
	const char *smart_hosts = "curl";
#else
	const char *smart_hosts = "none";
#endif
#ifdef HAVE_NCURSES
	const char *top = "ncurses";
#else
	const char *top = "lines";
#endif
#ifdef SANITIZED
	const char *build = "sanitizers";
#else
	const char *build = "release";
#endif

	printf("pop3srvd %s\nbuild: %s, accounts %s, sasl %s, password rules %s, "
	    "smart hosts %s, top %s\n"
	    "configuration: %s\nlibexec: %s\n%s\njansson %s\n",
	    PACKAGE_VERSION, build, accounts, sasl, rules, smart_hosts, top,
	    PKGSYSCONFDIR "/pop3srvd.json", PKGLIBEXECDIR,
	    OpenSSL_version(OPENSSL_VERSION), jansson_version_str());
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}
