/*
 * cmd.h - one command while it runs
 */
#ifndef CMD_H
#define CMD_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/ctl/ctl.h"

#include "pop3ctl/client.h"

struct cmd {
	const struct ctl_verb *verb;
	const char *socket;
	struct client *client;	/* opened by the first question */
	int argc;		/* what follows the command's words */
	char **argv;
	bool json;
	bool runtime;
	bool dry_run;
	bool origin;
	bool force;
	const char *password_file;
	const char *quota;
	const char *maildrop;
	const char *config;
	const char *duration;	/* of --for */
	bool replace;
	const char *listener;	/* one virtual server, or NULL */
	const char *xmit;	/* "on", "off" */
	const char *password_change;
	const char *owner;	/* a user of this machine, or "none" */
	bool off;
	const char *interval;	/* of top, a duration */
	const char *count;
	const char *file;	/* an audit file that was put away */
	const char *head;
	const char *since;
	const char *limit;
	const char *user;
	const char *verb_name;	/* of --verb */
	const char *level;
	const char *event;
	const char *peer;
	const char *session;
	const char *target;
	const char *account;
	const char *address;
};

/* Each returns the exit code. */
typedef int cmd_fn(struct cmd *c);

/* "pop3ctl: what: why" on standard error; returns code. */
int cmd_fail(const struct cmd *c, enum ctl_code code, const char *why);
/* The same with the command's usage: CTL_USAGE. */
int cmd_usage(const struct cmd *c, const char *why);

/*
 * Ask the server; args is stolen.  The result is for the caller to release.
 * NULL: the fault was printed, *code_r is the exit code.  With --json the
 * reply was printed too: views then print nothing.
 */
json_t *cmd_ask(struct cmd *c, const char *verb, json_t *args,
    int *code_r);
/*
 * Ask for a list page by page, beginning with args (stolen); each row of each
 * page is given to row() unless --json prints the pages.  Returns the exit code.
 */
int cmd_pages(struct cmd *c, json_t *args, const char *list,
    void (*row)(void *arg, const json_t *v), void *arg);
/*
 * Ask with the command's own verb for a stream of replies; more() is given each
 * while there are more to come.  Returns when the server ends it.
 */
int cmd_stream(struct cmd *c, json_t *args,
    void (*more)(const struct cmd *c, const json_t *reply));
/* Ask with the command's own verb; nothing is printed but faults. */
int cmd_do(struct cmd *c, json_t *args);

/* The options of "account" commands into args; 0 or -1. */
int cmd_account_options(const struct cmd *c, json_t *args);
/* args (stolen) with the option --listener; NULL when it is no UTF-8. */
json_t *cmd_with_listener(const struct cmd *c, json_t *args);
/* The result's note and warning, on standard error. */
void cmd_print_notes(const struct cmd *c, const json_t *result);

/* Members of a result that may be absent or of a wrong type. */
const char *cmd_str(const json_t *obj, const char *key);	/* "" */
int64_t cmd_int(const json_t *obj, const char *key);		/* 0 */

/* A list of {key, from, to, needs}. */
void cmd_print_changes(const json_t *changes);

/* The row that words of argv name, *used_r of them; NULL after a message that
 * tells what was possible. */
const struct ctl_verb *cmd_match(int argc, char **argv, int *used_r);
/* The nth word of a row from 0, empty behind the last. */
struct span cmd_word(const struct ctl_verb *v, int n);
/* The row whose word n is meant by typed, among those that agree with like in
 * the n words before; NULL: none, or *twice_r. */
const struct ctl_verb *cmd_meant(const struct ctl_verb *like, int n,
    const char *typed, bool *twice_r);
/* A row for each word that may stand as word n after the first n of like and
 * begins with start. */
void cmd_choices(const struct ctl_verb *like, int n, const char *start,
    void (*each)(void *arg, const struct ctl_verb *v), void *arg);
/* Usage, help and example of a row; of all rows that begin with word. */
void cmd_help(const struct ctl_verb *v);
void cmd_help_all(const char *word);
/* word is the first of several commands ("session"). */
bool cmd_is_noun(const char *word);

int cmd_run(struct cmd *c);

cmd_fn cmd_status, cmd_version;
cmd_fn cmd_stats, cmd_top;
cmd_fn cmd_start, cmd_stop, cmd_restart, cmd_reload;
cmd_fn cmd_audit_show, cmd_audit_verify;
cmd_fn cmd_log_follow, cmd_log_level, cmd_log_debug;
cmd_fn cmd_session_list, cmd_session_show, cmd_session_kill;
cmd_fn cmd_autodeny_list, cmd_autodeny_add, cmd_autodeny_remove,
    cmd_autodeny_clear;
cmd_fn cmd_config_show, cmd_config_get, cmd_config_set, cmd_config_reset,
    cmd_config_diff;
cmd_fn cmd_option_list, cmd_option_get, cmd_option_set, cmd_option_reset;
cmd_fn cmd_completion;
cmd_fn cmd_policy_show, cmd_policy_set, cmd_ranges_list, cmd_ranges_edit,
    cmd_ranges_import, cmd_access_test;
cmd_fn cmd_welcome_show, cmd_welcome_set, cmd_welcome_reset;
cmd_fn cmd_domain_list, cmd_domain_name, cmd_domain_remove, cmd_domain_stat,
    cmd_domain_alias, cmd_domain_unalias;
cmd_fn cmd_account_list, cmd_account_show, cmd_account_name, cmd_account_add,
    cmd_account_set, cmd_account_passwd, cmd_account_apop, cmd_account_owned,
    cmd_account_import, cmd_account_export;
cmd_fn cmd_queue_list, cmd_queue_show, cmd_queue_retry, cmd_queue_some;

#endif
