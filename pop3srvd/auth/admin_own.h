/*
 * admin_own.h - what the files of the control verbs share; nobody else
 * includes it
 */
#ifndef AUTH_ADMIN_OWN_H
#define AUTH_ADMIN_OWN_H

#include "pop3srvd/auth/admin.h"

#define ADMIN_LIST_OCTETS	61440	/* of a reply; front's has 64 KiB */

/* One verb: the result, or NULL with *e. */
typedef json_t *admin_handler(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e);

admin_handler admin_domain_list, admin_domain_add, admin_domain_remove,
    admin_domain_lock, admin_domain_unlock, admin_domain_stat,
    admin_domain_alias, admin_domain_unalias;
admin_handler admin_account_list, admin_account_show, admin_account_add,
    admin_account_remove, admin_account_lock, admin_account_unlock,
    admin_account_set;
admin_handler admin_account_passwd, admin_account_owned, admin_account_apop;
admin_handler admin_account_import, admin_account_export;

/* Canonical names from an argument that must be there. */
int admin_arg_account(const struct admin *a, const json_t *args,
    char out[NAMES_MAX], struct err *e);
int admin_arg_domain(const json_t *args, const char *key,
    char out[NAMES_DOMAIN], struct err *e);

/* acc's first password or hash, from args, into acc->hash. */
int admin_new_secret(struct admin *a, struct acct_backend *b,
    const json_t *args, struct acct_account *acc, struct err *e);

/* json_pack() result or NULL: then *e says "no memory". */
json_t *admin_result(json_t *v, struct err *e);
/* The same with what is to be said against the new password. */
json_t *admin_warned(const struct admin *a, json_t *v, struct err *e);

/*
 * A listing that ends in time: begin, add rows while it returns true, end.
 * Ask the database for limit + 1 rows: that one more says whether there is a
 * next page.
 */
struct admin_list {
	json_t *rows;
	int64_t limit;
	size_t octets;
	char last[NAMES_MAX];
	bool more;
	bool failed;
};
int admin_list_begin(struct admin_list *l, const json_t *args,
    const char **after_r, struct err *e);
bool admin_list_add(struct admin_list *l, json_t *row, const char *name);
/* {key: rows, next?}; rows is gone afterwards in any case. */
json_t *admin_list_end(struct admin_list *l, int r, const char *key,
    struct err *e);

#endif
