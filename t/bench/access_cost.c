/*
 * access_cost.c - what access lists cost: making, taking over, asking
 *
 *	access_cost [RANGES ...]	(10, 1000 and 100000)
 *
 * For lists of mixed prefixes, half of them IPv6 in the second row of each
 * size, prints the time of reading a file of them, of compiling, the octets of
 * the image, the time that front is busy taking it over (map, check, put in
 * force, unmap the old one), and of a look-up: of addresses that some range
 * covers, and of any.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "lib/policy/netacl.h"
#include "lib/policy/netlist.h"
#include "pop3srvd/ipc/aclset.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/access.h"

#define ASKED		(1u << 18)	/* addresses of a round */
#define ROUNDS		8
#define TAKEN		20		/* times an image is taken over */

static uint64_t state = 88172645463325252u;

/* xorshift (Marsaglia 2003): the same numbers in each run. */
static uint32_t
any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

/* Of the processor: what others do on the machine does not count. */
static double
now_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) < 0)
		exit(1);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
die(const char *what)
{
	fprintf(stderr, "access_cost: %s failed\n", what);
	exit(1);
}

static void
random_address(struct addr *a, bool v6)
{
	int i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < 16; i++)
		a->ip[i] = (uint8_t)any();
	if (v6) {
		a->ip[0] = 0x20;
		a->ip[1] &= 3;
		return;
	}
	memset(a->ip, 0, 10);
	memset(a->ip + 10, 0xff, 2);
}

/* As routing tables have them: most are /24 or near, and /32 to /48. */
static void
random_range(struct prefix *p, bool v6)
{
	struct addr a;
	unsigned i;

	random_address(&a, v6);
	p->len = (uint8_t)(v6 ? 32 + any() % 33 : 96 + 14 + any() % 19);
	memcpy(p->ip, a.ip, 16);
	for (i = p->len; i < 128; i++)
		p->ip[i / 8] &= (uint8_t)~(0x80u >> i % 8);
}

static void
no_fault(uint32_t line, const char *why, void *arg)
{
	(void)arg;
	fprintf(stderr, "access_cost: line %u: %s\n", line, why);
	exit(1);
}

/* The time of reading them as text. */
static double
read_time(const struct netacl_rule *rules, size_t n)
{
	struct netlist l = { NULL, 0, 0 };
	char text[ADDR_TEXT];
	struct buf b;
	double from;
	size_t i;

	buf_init(&b, (size_t)1 << 30);
	for (i = 0; i < n; i++)
		if (buf_printf(&b, "%s\n", prefix_text(&rules[i].p, text)) < 0)
			die("text");
	from = now_us();
	if (netlist_read(&l, buf_span(&b), no_fault, NULL, NULL) < 0 ||
	    l.n != n)
		die("reading");
	from = now_us() - from;
	netlist_clear(&l);
	buf_free(&b);
	return from;
}

static int
image(const struct netacl *acl, size_t size)
{
	struct span list = span_mem(acl, size);
	struct aclset_of of = { "pop3", 0 };
	const char *source = "settings.json";
	struct aclset set = { &of, 1, &list, 1, &source, 1 };
	struct buf b;
	int fd;

	buf_init(&b, ACLSET_MAX);
	if (aclset_pack(&set, &b) < 0)
		die("packing");
	fd = memfd_write("bench", buf_span(&b), NULL);
	if (fd < 0)
		die("memory file");
	buf_free(&b);
	return fd;
}

/* The longest of several, with pages of the old one in use, since taking those
 * back takes the most. */
static double
take_time(int fd, const struct addr *asked, struct access **a_p)
{
	double worst = 0, from;
	struct access *old;
	int i, k;

	for (i = 0; i < TAKEN; i++) {
		for (k = 0; *a_p != NULL && k < 4096; k++)
			(void)netacl_test(access_list(*a_p, "pop3"),
			    &asked[k], NULL);
		old = *a_p;
		from = now_us();
		*a_p = access_open(dup(fd), NULL);
		access_free(&old);
		from = now_us() - from;
		if (*a_p == NULL)
			die("taking over");
		worst = from > worst ? from : worst;
	}
	return worst;
}

/* Nanoseconds of one; the best of some rounds. */
static double
ask_time(const struct access *a, const struct addr *asked, size_t *denied_r)
{
	const struct netacl *acl = access_list(a, "pop3");
	double best = 0, from;
	size_t i, denied = 0;
	int r;

	for (r = 0; r < ROUNDS; r++) {
		from = now_us();
		for (denied = 0, i = 0; i < ASKED; i++)
			denied += netacl_test(acl, &asked[i], NULL) ==
			    VERDICT_DENY;
		from = now_us() - from;
		best = r == 0 || from < best ? from : best;
	}
	*denied_r = denied;
	return best * 1000 / ASKED;
}

/* Half of the addresses lie in some range. */
static void
choose(struct addr *asked, const struct netacl_rule *rules, size_t n,
    bool mixed)
{
	size_t i, k;
	unsigned bit;

	for (i = 0; i < ASKED; i++) {
		random_address(&asked[i], mixed && any() % 2 == 0);
		if (i % 2 == 0)
			continue;
		k = any() % n;
		for (bit = 0; bit < rules[k].p.len; bit++) {
			asked[i].ip[bit / 8] &= (uint8_t)~(0x80u >> bit % 8);
			asked[i].ip[bit / 8] |= (uint8_t)(rules[k].p.ip[bit / 8]
			    & 0x80u >> bit % 8);
		}
	}
}

static void
row(size_t n, bool mixed)
{
	struct netacl_rule *rules = calloc(n, sizeof(*rules));
	struct addr *asked = calloc(ASKED, sizeof(*asked));
	struct access *a = NULL;
	struct netacl *acl;
	double read, compile, take, ask;
	size_t i, size = 0, denied;
	int fd;

	if (rules == NULL || asked == NULL)
		die("memory");
	for (i = 0; i < n; i++) {
		random_range(&rules[i].p, mixed && i % 2 == 0);
		rules[i].verdict = i % 8 == 0 ? VERDICT_GRANT : VERDICT_DENY;
	}
	choose(asked, rules, n, mixed);
	read = read_time(rules, n);
	compile = now_us();
	acl = netacl_compile(VERDICT_GRANT, rules, n, &size, NULL);
	compile = now_us() - compile;
	if (acl == NULL)
		die("compiling");
	fd = image(acl, size);
	take = take_time(fd, asked, &a);
	ask = ask_time(a, asked, &denied);
	printf("%8zu %-6s %9.2f %10.2f %10.1f %10.1f %9.1f %7.1f%%\n", n,
	    mixed ? "v4+v6" : "v4", read / 1000, compile / 1000,
	    (double)size / 1024, take, ask, 100.0 * (double)denied / ASKED);
	access_free(&a);
	(void)close(fd);
	free(acl);
	free(asked);
	free(rules);
}

int
main(int argc, char **argv)
{
	static const size_t usual[] = { 10, 1000, 100000 };
	uint64_t n;
	int i;

	printf("%8s %-6s %9s %10s %10s %10s %9s %8s\n", "ranges", "kind",
	    "read ms", "compile ms", "image KiB", "front us", "look-up ns",
	    "denied");
	for (i = 0; argc < 2 && i < 3; i++) {
		row(usual[i], false);
		row(usual[i], true);
	}
	for (i = 1; i < argc; i++) {
		if (num_u64(span_of(argv[i]), NETACL_RULES_MAX, &n) < 0 ||
		    n == 0) {
			fprintf(stderr, "usage: access_cost [RANGES ...]\n");
			return 64;
		}
		row((size_t)n, false);
		row((size_t)n, true);
	}
	return 0;
}
