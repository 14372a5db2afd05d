/*
 * ctl_roles.c - who may do what on the control socket
 *
 * Runs in: front.
 * Trusts: the kernel for uid and groups of a peer.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/num.h"

#include "pop3srvd/front/ctl_roles.h"

#define GROUPS_MAX	256

struct name {			/* as in the configuration, "@" and all */
	char *text;
	bool known;
	uint32_t id;
};

struct rule {
	enum ctl_role role;
	bool group;
	uint32_t id;
};

struct ctl_roles {
	struct name *names;
	size_t n_names, cap_names;
	struct rule *rules;
	size_t n_rules, cap_rules;
	bool owned;
	uid_t owner;
};

struct ctl_roles *
ctl_roles_new(void)
{
	return mem_new(1, sizeof(struct ctl_roles));
}

void
ctl_roles_free(struct ctl_roles **r_p)
{
	struct ctl_roles *r = *r_p;
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n_names; i++)
		free(r->names[i].text);
	free(r->names);
	free(r->rules);
	free(r);
	*r_p = NULL;
}

static bool
look_up(const char *text, uint32_t *id_r)
{
	bool group = text[0] == '@';
	struct passwd *pw;
	struct group *gr;
	uint64_t n;

	if (num_u64(span_of(text + group), UINT32_MAX - 1, &n) == 0) {
		*id_r = (uint32_t)n;
		return true;
	}
	if (group) {
		gr = getgrnam(text + 1);
		*id_r = gr == NULL ? 0 : gr->gr_gid;
		return gr != NULL;
	}
	pw = getpwnam(text);
	*id_r = pw == NULL ? 0 : pw->pw_uid;
	return pw != NULL;
}

static void
learn(struct ctl_roles *r, const struct conf_strings *list)
{
	struct name *grown, *nm;
	size_t i;

	for (i = 0; i < list->n; i++) {
		grown = mem_grow(r->names, &r->cap_names, r->n_names + 1,
		    sizeof(*grown));
		if (grown == NULL)
			return;
		r->names = grown;
		nm = &r->names[r->n_names];
		nm->text = mem_strdup(list->at[i]);
		if (nm->text == NULL)
			return;
		nm->known = look_up(nm->text, &nm->id);
		r->n_names++;
	}
}

void
ctl_roles_learn(struct ctl_roles *r, const struct conf_control *c)
{
	learn(r, &c->admin);
	learn(r, &c->oper);
	learn(r, &c->viewer);
}

/* Numbers need no learning. */
static bool
learned(const struct ctl_roles *r, const char *text, uint32_t *id_r)
{
	uint64_t n;
	size_t i;

	if (num_u64(span_of(text + (text[0] == '@')), UINT32_MAX - 1,
	    &n) == 0) {
		*id_r = (uint32_t)n;
		return true;
	}
	for (i = 0; i < r->n_names; i++)
		if (strcmp(r->names[i].text, text) == 0) {
			*id_r = r->names[i].id;
			return r->names[i].known;
		}
	return false;
}

static void
use(struct ctl_roles *r, const struct conf_strings *list, enum ctl_role role,
    struct log_out *log)
{
	struct rule *grown, rule = { .role = role };
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!learned(r, list->at[i], &rule.id)) {
			log_event(log, LOG_LEVEL_WARNING, NULL,
			    "control name unknown", (struct log_field[]){
			    LOG_STR("name", list->at[i]),
			    LOG_STR("role", ctl_role_name(role)),
			    LOG_STR("hint", "restart after it was made"),
			    { NULL, { NULL, 0 }, 0 } });
			continue;
		}
		grown = mem_grow(r->rules, &r->cap_rules, r->n_rules + 1,
		    sizeof(rule));
		if (grown == NULL)
			return;
		r->rules = grown;
		rule.group = list->at[i][0] == '@';
		r->rules[r->n_rules++] = rule;
	}
}

void
ctl_roles_use(struct ctl_roles *r, const struct conf_control *c,
    struct log_out *log)
{
	r->n_rules = 0;
	use(r, &c->admin, CTL_ADMIN, log);
	use(r, &c->oper, CTL_OPERATOR, log);
	use(r, &c->viewer, CTL_VIEWER, log);
}

void
ctl_roles_owner(struct ctl_roles *r, uid_t uid)
{
	r->owner = uid;
	r->owned = true;
}

static bool
member(const gid_t *groups, int n, gid_t primary, uint32_t id)
{
	int i;

	if (primary == id)
		return true;
	for (i = 0; i < n; i++)
		if (groups[i] == id)
			return true;
	return false;
}

enum ctl_role
ctl_roles_of(const struct ctl_roles *r, int fd, const struct peer_cred *who)
{
	gid_t groups[GROUPS_MAX];
	int n = peer_groups(fd, groups, GROUPS_MAX);
	enum ctl_role best = CTL_NOBODY;
	const struct rule *rule;
	size_t i;

	if (who->uid == 0 || (r->owned && who->uid == r->owner))
		return CTL_ADMIN;
	for (i = 0; i < r->n_rules; i++) {
		rule = &r->rules[i];
		if (rule->role <= best)
			continue;
		if (rule->group ? member(groups, n, who->gid, rule->id) :
		    who->uid == rule->id)
			best = rule->role;
	}
	return best;
}
