/*
 * fuzz_netlist.c - files of ranges, written by anybody
 *
 * Checked: every line is a range, a fault or nothing; a range survives being
 * written and read; and the compiled list says of the edges of each range
 * what going through all of them says.
 */
#include "lib/policy/netacl.h"
#include "lib/policy/netlist.h"

#include "t/fuzz/fuzz.h"

#define RULES_MAX	64		/* compared one by one */

static void
count(uint32_t line, const char *why, void *arg)
{
	must(line > 0 && why[0] != '\0' && strlen(why) < 512);
	++*(size_t *)arg;
}

static void
check_text(const struct prefix *p)
{
	struct prefix again;
	char text[ADDR_TEXT];

	must(prefix_parse(prefix_text(p, text), &again, NULL) == 0);
	must(memcmp(p->ip, again.ip, 16) == 0 && p->len == again.len);
}

/* Lines with an even number grant. */
static size_t
make_rules(const struct netlist *l, struct netacl_rule *rules)
{
	size_t i;

	for (i = 0; i < l->n && i < RULES_MAX; i++)
		rules[i] = (struct netacl_rule){ .p = l->at[i].p,
		    .verdict = l->at[i].line % 2, .line = l->at[i].line };
	return i;
}

static enum verdict
slow(const struct netacl_rule *rules, size_t n, const struct addr *a)
{
	enum verdict v = VERDICT_GRANT;
	int len = -1;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!prefix_covers(&rules[i].p, a) ||
		    (int)rules[i].p.len < len)
			continue;
		if ((int)rules[i].p.len > len ||
		    rules[i].verdict == VERDICT_DENY)
			v = (enum verdict)rules[i].verdict;
		len = (int)rules[i].p.len;
	}
	return v;
}

/* The address, and those beside it. */
static void
check_near(const struct netacl *acl, const struct netacl_rule *rules,
    size_t n, const uint8_t ip[16])
{
	struct addr a = { .port = 0 };
	int step, i;

	for (step = -1; step <= 1; step++) {
		memcpy(a.ip, ip, 16);
		for (i = 15; step != 0 && i >= 0; i--) {
			a.ip[i] = (uint8_t)(a.ip[i] + step);
			if (a.ip[i] != (step > 0 ? 0 : 255))
				break;
		}
		must(netacl_test(acl, &a, NULL) == slow(rules, n, &a));
	}
}

static void
check_list(const struct netlist *l)
{
	struct netacl_rule rules[RULES_MAX];
	size_t i, k, size, n = make_rules(l, rules);
	struct netacl *acl;
	uint8_t ip[16];

	acl = netacl_compile(VERDICT_GRANT, rules, n, &size, NULL);
	must(acl != NULL && netacl_open(acl, size) == acl);
	for (i = 0; i < n; i++) {
		memcpy(ip, rules[i].p.ip, 16);
		check_near(acl, rules, n, ip);
		for (k = rules[i].p.len; k < 128; k++)
			ip[k / 8] |= (uint8_t)(0x80 >> k % 8);
		check_near(acl, rules, n, ip);
	}
	free(acl);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct netlist l = { NULL, 0, 0 };
	char *copy = malloc(n > 0 ? n : 1);
	size_t i, faults = 0, lines = 1;

	must(copy != NULL);
	if (n > 0)
		memcpy(copy, data, n);
	for (i = 0; i < n; i++)
		lines += copy[i] == '\n';
	must(netlist_read(&l, span_mem(copy, n), count, &faults, NULL) == 0);
	must(l.n + faults <= lines);
	for (i = 0; i < l.n; i++) {
		must(l.at[i].line > 0 && l.at[i].line <= lines);
		check_text(&l.at[i].p);
	}
	check_list(&l);
	netlist_clear(&l);
	free(copy);
	return 0;
}
