/*
 * fuzz_aclset.c - octets that front maps as access lists
 *
 * Checked: whatever they are, what is taken for lists can be asked about any
 * address without a step beyond them.  Half of the inputs are lists that were
 * right and got some octets changed, so that the middle is reached.
 */
#include "lib/policy/netacl.h"

#include "pop3srvd/ipc/aclset.h"

#include "t/fuzz/fuzz.h"

static void
ask(const struct aclset *s, const struct netacl *acl, const uint8_t ip[16])
{
	const struct netacl_rule *r;
	struct addr a = { .port = 0 };
	char text[ADDR_TEXT];
	enum verdict v;

	memcpy(a.ip, ip, 16);
	v = netacl_test(acl, &a, &r);
	must(v == VERDICT_GRANT || v == VERDICT_DENY);
	if (r == NULL)
		return;
	(void)prefix_text(&r->p, text);
	if (r->source < s->n_sources)
		must(strlen(s->sources[r->source]) < SIZE_MAX);
}

static void
take(const void *mem, size_t n, const uint8_t *asked, size_t n_asked)
{
	static const uint8_t first[16] = { 0 };
	const struct netacl *acl;
	struct aclset s;
	size_t i, k;

	if (aclset_unpack(&s, mem, n, NULL) < 0)
		return;
	for (i = 0; i < s.n; i++)
		must(s.of[i].list < s.n_lists && s.of[i].listener != NULL);
	for (i = 0; i < s.n_lists; i++) {
		acl = netacl_open(s.lists[i].ptr, s.lists[i].len);
		if (acl == NULL)
			continue;
		ask(&s, acl, first);
		for (k = 0; k + 16 <= n_asked; k += 16)
			ask(&s, acl, asked + k);
	}
	aclset_clear(&s);
}

/* Two lists of three listeners. */
static void
right_ones(struct buf *b)
{
	struct netacl_rule r[3] = { { .verdict = VERDICT_DENY, .line = 7 },
		{ .verdict = VERDICT_GRANT, .source = 1 },
		{ .verdict = VERDICT_DENY } };
	const char *sources[] = { "settings.json", "/etc/blocklist" };
	struct aclset_of of[] = { { "a", 0 }, { "b", 0 }, { "c", 1 } };
	struct span lists[2];
	struct aclset set = { of, 3, lists, 2, sources, 2 };
	int i;

	must(prefix_parse("192.0.2.0/24", &r[0].p, NULL) == 0 &&
	    prefix_parse("192.0.2.7", &r[1].p, NULL) == 0 &&
	    prefix_parse("2001:db8::/32", &r[2].p, NULL) == 0);
	lists[0].ptr = (char *)netacl_compile(VERDICT_GRANT, r, 3,
	    &lists[0].len, NULL);
	lists[1].ptr = (char *)netacl_compile(VERDICT_DENY, NULL, 0,
	    &lists[1].len, NULL);
	must(lists[0].ptr != NULL && lists[1].ptr != NULL);
	buf_init(b, ACLSET_MAX);
	must(aclset_pack(&set, b) == 0);
	for (i = 0; i < 2; i++)
		free((void *)(uintptr_t)lists[i].ptr);
}

/* Each three octets of data change one of the right ones. */
static void
take_changed(const uint8_t *data, size_t n)
{
	size_t i, at, len;
	struct buf b;
	char *copy;

	right_ones(&b);
	len = buf_len(&b);
	copy = malloc(len);
	must(copy != NULL);
	memcpy(copy, buf_data(&b), len);
	for (i = 0; i + 3 <= n; i += 3) {
		at = (size_t)(data[i] << 8 | data[i + 1]) % len;
		copy[at] = (char)data[i + 2];
	}
	take(copy, len, data, n);
	free(copy);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *copy;

	if (n == 0)
		return 0;
	if (data[0] % 2 == 0) {
		take_changed(data + 1, n - 1);
		return 0;
	}
	/* an exact copy, aligned as a mapping is */
	copy = malloc(n);
	must(copy != NULL);
	memcpy(copy, data + 1, n - 1);
	take(copy, n - 1, data, n);
	free(copy);
	return 0;
}
