/*
 * inject_regs.h - the registers of a call, where machines differ
 *
 * At its begin a call can be skipped and an argument set, at its end the
 * result.
 */
#ifndef INJECT_REGS_H
#define INJECT_REGS_H

#include <elf.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

static void
skip_call(pid_t pid)
{
	(void)ptrace(PTRACE_POKEUSER, pid,
	    offsetof(struct user_regs_struct, orig_rax), -1L);
}

static void
set_result(pid_t pid, long value)
{
	(void)ptrace(PTRACE_POKEUSER, pid,
	    offsetof(struct user_regs_struct, rax), value);
}

static void
set_argument(pid_t pid, long i, long value)
{
	static const size_t at[] = {
		offsetof(struct user_regs_struct, rdi),
		offsetof(struct user_regs_struct, rsi),
		offsetof(struct user_regs_struct, rdx),
		offsetof(struct user_regs_struct, r10),
		offsetof(struct user_regs_struct, r8),
		offsetof(struct user_regs_struct, r9)
	};

	(void)ptrace(PTRACE_POKEUSER, pid, at[i], value);
}

#elif defined(__aarch64__)

static void
skip_call(pid_t pid)
{
	int nr = -1;
	struct iovec v = { &nr, sizeof(nr) };

	(void)ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &v);
}

static void
set_argument(pid_t pid, long i, long value)
{
	struct user_regs_struct r;
	struct iovec v = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) < 0)
		return;
	r.regs[i] = (unsigned long long)value;
	(void)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
}

static void
set_result(pid_t pid, long value)
{
	set_argument(pid, 0, value);
}

#else
#error "no registers known for this kind of machine"
#endif

#endif
