/*
 * acct.h - accounts, domains, and the chain of places that know them
 *
 * A backend is a const struct of functions.  A login asks each backend of the
 * chain in turn until one knows the name; administration goes to the first
 * one that can be administered.  Names are canonical here (names.h); domain
 * aliases are followed by the backend.  Nothing is cached: several processes
 * work on the same data.
 *
 * Every call may block on the disk.  Faults: ERR_NOTFOUND no such account or
 * domain, ERR_CONFIG the administrator's request makes no sense, ERR_TEMP,
 * ERR_PERM.
 */
#ifndef ACCT_ACCT_H
#define ACCT_ACCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/acct/names.h"

#define ACCT_HASH	384		/* CRYPT_OUTPUT_SIZE */
#define ACCT_QUOTA_DEFAULT (-1)		/* the server's */
#define ACCT_APOP	544		/* a sealed secret, apop.h */
#define ACCT_OLD_MAX	50		/* former hashes of an account */

struct acct_account {
	char name[NAMES_MAX];		/* user@domain, aliases resolved */
	char hash[ACCT_HASH];		/* crypt(5) string */
	char maildrop[NAMES_MAILDROP];	/* below the mail root, never empty */
	int64_t quota;			/* octets, 0 none, or the default */
	int64_t created;		/* wall milliseconds */
	int64_t changed;		/* when the password was */
	bool locked;
	bool domain_locked;
	bool xmit;			/* may send mail by XTND XMIT */
	bool fixed;			/* no change of password by owner */
	bool owned;			/* by the user of this machine owner */
	uint32_t owner;
	uint32_t apop_len;		/* 0: no APOP */
	unsigned char apop[ACCT_APOP];
	/* for acct_admin.set and put alone: */
	const char *was;		/* ACCT_IF_HASH: the hash until now */
	uint32_t keep_old;		/* former hashes to remember */
};

struct acct_domain {
	char name[NAMES_DOMAIN];
	char alias_of[NAMES_DOMAIN];	/* "" a domain of its own */
	bool locked;
};

/* What acct_admin.set changes: the fields named in what. */
enum acct_what {
	ACCT_HASH_SET = 1,	/* hash and changed; locked only locks.  Without
				 * ACCT_APOP_SET another hash drops the APOP
				 * secret, which must not outlive it */
	ACCT_LOCK_SET = 2,	/* unlocking is refused in a locked domain */
	ACCT_QUOTA_SET = 4,
	ACCT_MAILDROP_SET = 8,	/* "" is the default again */
	ACCT_APOP_SET = 16,
	ACCT_XMIT_SET = 32,
	ACCT_FIXED_SET = 64,
	ACCT_OWNER_SET = 128,
	ACCT_IF_HASH = 256	/* only while the hash is still was, and with
				 * ACCT_APOP_SET there is a secret to renew;
				 * else ERR_BUSY */
};

struct acct_stat {
	int64_t domains, locked_domains, aliases;
	int64_t accounts, locked_accounts;	/* locked on their own */
};

/* domain "" all; behind after ("" from the beginning). */
struct acct_page {
	const char *domain;
	const char *after;
	int64_t limit;
};

/* Return false to end the listing. */
typedef bool acct_each(const struct acct_account *a, void *arg);
typedef bool acct_each_domain(const struct acct_domain *d, void *arg);
typedef bool acct_each_hash(const char *hash, void *arg);

struct acct_backend;

/* Administration.  Each call is one transaction that is on the disk when it
 * returns, but for put(), which belongs between begin() and commit(). */
struct acct_admin {
	/* created becomes changed; maildrop may be "" here: the default */
	int (*add)(struct acct_backend *, const struct acct_account *,
	    struct err *);
	int (*remove)(struct acct_backend *, const char *name,
	    struct acct_account *was_r, struct err *);
	int (*set)(struct acct_backend *, const struct acct_account *,
	    unsigned what, struct err *);
	/* the hashes of former passwords, the latest first */
	int (*former)(struct acct_backend *, const char *name,
	    acct_each_hash *, void *arg, struct err *);
	/* the account of this owner; ERR_CONFIG when there are several */
	int (*owned)(struct acct_backend *, uint32_t owner,
	    struct acct_account *r, struct err *);
	int (*list)(struct acct_backend *, const struct acct_page *,
	    acct_each *, void *arg, struct err *);

	/* add the account or change its hash; the domain is made when it is
	 * missing; locked only ever locks */
	int (*begin)(struct acct_backend *, struct err *);
	int (*put)(struct acct_backend *, const struct acct_account *,
	    bool *added_r, struct err *);
	int (*commit)(struct acct_backend *, struct err *);
	void (*rollback)(struct acct_backend *);

	/* alias_of set: an alias is made, or turned to another domain */
	int (*domain_add)(struct acct_backend *, const struct acct_domain *,
	    struct err *);
	/* force removes accounts and aliases too; counts them in *gone_r */
	int (*domain_remove)(struct acct_backend *, const char *name,
	    bool force, struct acct_stat *gone_r, struct err *);
	int (*domain_lock)(struct acct_backend *, const char *name, bool lock,
	    struct err *);
	int (*domain_unalias)(struct acct_backend *, const char *name,
	    struct err *);
	int (*domain_show)(struct acct_backend *, const char *name,
	    struct acct_domain *d_r, struct acct_stat *s_r, struct err *);
	/* page.domain set: the aliases of that domain only */
	int (*domain_list)(struct acct_backend *, const struct acct_page *,
	    acct_each_domain *, void *arg, struct err *);
	int (*stat)(struct acct_backend *, struct acct_stat *s_r,
	    struct err *);
};

struct acct_ops {
	const char *name;		/* as in auth.backends */
	struct acct_backend *(*open)(const char *folder, struct err *);
	void (*close)(struct acct_backend *);
	int (*lookup)(struct acct_backend *, const char *name,
	    struct acct_account *r, struct err *);
	const struct acct_admin *admin;	/* NULL: administered elsewhere */
};

/* Every backend's own struct begins with this. */
struct acct_backend {
	const struct acct_ops *ops;
};

extern const struct acct_ops acct_sqlite_ops;	/* or, without SQLite, */
extern const struct acct_ops acct_none_ops;	/* refuses with ERR_PERM */

struct acct;

/*
 * The chain of backends named by names.  folder is where they keep files; it
 * need not be there yet: a backend that cannot open its file says so at each
 * call and tries again at the next.  NULL with *e: unknown name, no memory.
 */
struct acct *acct_new(const char *const *names, size_t n, const char *folder,
    struct err *e);
void acct_free(struct acct **a_p);

int acct_lookup(struct acct *a, const char *name, struct acct_account *r,
    struct err *e);

/*
 * The addresses of the account name, separated by spaces: itself and its name
 * at each alias of its domain, as far as out has room.  -1 with *e.
 */
int acct_addresses(struct acct *a, const char *name, struct buf *out,
    struct err *e);

/* The backend for administration (its ops->admin is set); NULL with *e. */
struct acct_backend *acct_administered(struct acct *a, struct err *e);

#endif
