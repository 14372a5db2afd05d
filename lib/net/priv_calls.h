/*
 * priv_calls.h - the system calls of the process that faces the network
 *
 * CALL(name): whatever its arguments.  CALL_IF(name, argument, mask, value):
 * when the low half of that argument and mask give value.  The busiest stand
 * first, since the kernel compares one after the other.
 *
 * No open, no socket, no connect, no exec, no fork: descriptors come from the
 * keeper and the helpers, or from accept4().
 */

/* The loop. */
#ifdef SYS_poll
CALL(poll)
#endif
#ifdef SYS_epoll_wait
CALL(epoll_wait)
#endif
#ifndef SYS_poll			/* newer machines have one form only */
CALL(ppoll)
CALL(epoll_pwait)
#endif
CALL(read)
CALL(write)
CALL(epoll_ctl)
CALL(epoll_create1)
CALL(signalfd4)
CALL(clock_gettime)

/* Peers, helpers and messages. */
CALL(recvfrom)
CALL(sendto)
CALL(recvmmsg)
CALL(recvmsg)
CALL(sendmsg)
CALL(accept4)
CALL(close)
CALL(setsockopt)
CALL(getsockopt)
CALL(getsockname)
CALL(getpeername)
CALL(shutdown)
CALL(preadv2)
CALL(pread64)
CALL(readv)
CALL(writev)
CALL(sendfile)
CALL(lseek)
CALL(fcntl)
CALL(fstat)
/* fstat() of the C library; an empty path names the descriptor. */
CALL_IF(newfstatat, 3, AT_EMPTY_PATH, AT_EMPTY_PATH)
CALL_IF(ioctl, 1, 0xffffffff, FIONREAD)

/* Memory, never executable. */
CALL_IF(mmap, 2, PROT_EXEC, 0)
CALL_IF(mprotect, 2, PROT_EXEC, 0)
CALL(munmap)
CALL(mremap)
CALL(madvise)
CALL(brk)
CALL(futex)
CALL(getrandom)

/* Signals, and the end. */
CALL(rt_sigaction)
CALL(rt_sigprocmask)
CALL(rt_sigreturn)
CALL(restart_syscall)
CALL(getpid)
CALL(gettid)
CALL_IF(tgkill, 0, 0xffffffff, (uint32_t)getpid())
CALL(exit_group)
/* Asking for a limit, not setting one: no new value is given. */
CALL_NULL(prlimit64, 2)

#ifdef SANITIZED
/* What the sanitizers do besides: signal stacks, and the search for leaks at
 * the end, which reads maps and stops threads. */
CALL(sigaltstack)
CALL(sched_yield)
CALL(getdents64)
CALL(readlinkat)
CALL(clone)
CALL(wait4)
CALL(ptrace)
CALL(prctl)
CALL(process_vm_readv)
CALL(exit)
CALL(getppid)
CALL(set_robust_list)
CALL(rseq)
CALL(sched_getaffinity)
CALL(tkill)
CALL(dup)
CALL(dup3)
CALL(pipe2)
#ifdef SYS_readlink
CALL(readlink)
#endif
#ifdef SYS_fork
CALL(fork)
#endif
CALL_IF(openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)
#ifdef SYS_open
CALL_IF(open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)
#endif
#endif
