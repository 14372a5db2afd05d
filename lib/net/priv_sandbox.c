/*
 * priv_sandbox.c - the filter of system calls
 *
 * Plain BPF, since the list is short and a library would be one more thing to
 * trust.  Only the machines named here have one; elsewhere the caller is told.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/net/priv.h"

#if defined(__x86_64__) && defined(__LP64__)
#define OUR_ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define OUR_ARCH	AUDIT_ARCH_AARCH64
#endif

#ifndef OUR_ARCH

int
priv_sandbox_front(bool kill, struct err *e)
{
	(void)kill;
	return err_set(e, ERR_PERM, "no filter of system calls for this kind "
	    "of machine");
}

#else

/* kind of rule: the low half of an argument, or both halves zero */
enum { ANY, MASKED, NULL_POINTER };

struct rule {
	uint32_t nr;
	int kind;
	int arg;
	uint32_t mask;
	uint32_t value;
};

#define PROGRAM_MAX	320

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short n;
};

#define LOW(arg)	(offsetof(struct seccomp_data, args) + 8u * (arg))
#define HIGH(arg)	(LOW(arg) + 4u)

static void
put_code(struct program *p, struct sock_filter code)
{
	if (p->n < PROGRAM_MAX)
		p->code[p->n] = code;
	p->n++;			/* beyond the maximum: seen at the end */
}

static void
put(struct program *p, uint16_t op, size_t k)
{
	put_code(p, (struct sock_filter)BPF_STMT(op, (uint32_t)k));
}

static void
jump_unless(struct program *p, uint32_t value, uint8_t over)
{
	put_code(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    value, 0, over));
}

#define LOAD	(BPF_LD | BPF_W | BPF_ABS)
#define RETURN	(BPF_RET | BPF_K)

static void
put_rule(struct program *p, const struct rule *r, uint32_t deny)
{
	unsigned arg = (unsigned)r->arg;

	switch (r->kind) {
	case ANY:
		jump_unless(p, r->nr, 1);
		put(p, RETURN, SECCOMP_RET_ALLOW);
		break;
	case MASKED:
		jump_unless(p, r->nr, 5);
		put(p, LOAD, LOW(arg));
		put(p, BPF_ALU | BPF_AND | BPF_K, r->mask);
		jump_unless(p, r->value, 1);
		put(p, RETURN, SECCOMP_RET_ALLOW);
		put(p, RETURN, deny);
		break;
	case NULL_POINTER:
		jump_unless(p, r->nr, 6);
		put(p, LOAD, LOW(arg));
		jump_unless(p, 0, 3);
		put(p, LOAD, HIGH(arg));
		jump_unless(p, 0, 1);
		put(p, RETURN, SECCOMP_RET_ALLOW);
		put(p, RETURN, deny);
		break;
	}
}

#define CALL(name)			{ SYS_##name, ANY, 0, 0, 0 },
#define CALL_IF(name, arg, mask, value)	\
	{ SYS_##name, MASKED, arg, mask, value },
#define CALL_NULL(name, arg)		{ SYS_##name, NULL_POINTER, arg, 0, 0 },

static void
build(struct program *p, uint32_t deny)
{
	const struct rule rules[] = {
#include "lib/net/priv_calls.h"
	};
	size_t i;

	put(p, LOAD, offsetof(struct seccomp_data, arch));
	jump_unless(p, OUR_ARCH, 1);
	put(p, BPF_JMP | BPF_JA, 1);
	put(p, RETURN, SECCOMP_RET_KILL_PROCESS);
	put(p, LOAD, offsetof(struct seccomp_data, nr));
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		put_rule(p, &rules[i], deny);
	put(p, RETURN, deny);
}

int
priv_sandbox_front(bool kill, struct err *e)
{
	static struct program p;
	struct sock_fprog prog = { .filter = p.code };

	p.n = 0;
	build(&p, kill ? SECCOMP_RET_KILL_PROCESS :
	    SECCOMP_RET_ERRNO | EPERM);
	if (p.n > PROGRAM_MAX)
		return err_set(e, ERR_BUG, "filter of %u steps", p.n);
	prog.len = p.n;
	/* Without root the kernel wants this first. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
		return err_sys(e, ERR_PERM, "filter of system calls");
	return 0;
}

#endif
