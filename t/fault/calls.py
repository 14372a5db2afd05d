"""What each system call of ours can plausibly answer when it goes wrong.

CALLS: the errors of a call that is not made then.  LATE: errors of calls that
are made all the same (close() lets go of the descriptor, NFS renames and tells
of an error).  SHORT: the argument that holds how much, for calls that may do a
part.  A call with an empty row cannot fail with these arguments, or the C
library makes it and takes no notice.
"""
import errno

FILE = 'EACCES EPERM EIO ESTALE ENOENT ENOMEM'
MAKE = FILE + ' ENOSPC EDQUOT EROFS'
OPEN = MAKE + ' EMFILE ENFILE EINTR ELOOP ENXIO'
SEND = 'EAGAIN EINTR ENOBUFS ENOMEM ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH'
RECEIVE = 'EAGAIN EINTR ENOMEM ECONNRESET ETIMEDOUT'
WRITE = 'EINTR EIO ENOSPC EDQUOT ENOMEM ESTALE'
READ = 'EINTR EIO ENOMEM ESTALE'
MANY = 'EMFILE ENFILE ENOMEM'
MEMORY = 'ENOMEM EAGAIN'
RIGHTS = 'EPERM EAGAIN EINVAL'

CALLS = {
    # the network
    'accept4': MANY + ' EAGAIN EINTR ECONNABORTED ENOBUFS EPERM EPROTO ENETDOWN EHOSTUNREACH',
    'socket': MANY + ' EACCES ENOBUFS EAFNOSUPPORT', 'socketpair': MANY + ' ENOBUFS',
    'connect': 'ECONNREFUSED EAGAIN EINTR ENETUNREACH EADDRNOTAVAIL EPERM ENOENT',
    'bind': 'EADDRINUSE EACCES EADDRNOTAVAIL ENOMEM', 'listen': 'EADDRINUSE ENOMEM',
    'sendto': SEND, 'recvfrom': RECEIVE,
    # channels between our processes: that one end is lost is when its process
    # has ended, which is another campaign
    'sendmsg': 'EAGAIN EINTR ENOBUFS ENOMEM ETOOMANYREFS', 'recvmsg': 'EAGAIN EINTR ENOMEM',
    'sendmmsg': 'EAGAIN EINTR ENOBUFS ENOMEM ETOOMANYREFS', 'recvmmsg': 'EAGAIN EINTR ENOMEM',
    'shutdown': 'ENOTCONN ENOBUFS', 'setsockopt': 'ENOMEM ENOBUFS EINVAL ENOPROTOOPT',
    'getsockopt': 'ENOBUFS ENOPROTOOPT', 'getsockname': 'ENOBUFS', 'getpeername': 'ENOTCONN ENOBUFS',
    # files
    'open': OPEN, 'openat': OPEN, 'openat2': OPEN, 'unlink': FILE + ' EROFS EBUSY',
    'unlinkat': FILE + ' EROFS EBUSY', 'rename': MAKE + ' EXDEV', 'renameat': MAKE + ' EXDEV',
    'renameat2': MAKE + ' EXDEV EINVAL EEXIST', 'link': MAKE + ' EMLINK', 'linkat': MAKE + ' EMLINK EXDEV',
    'mkdir': MAKE, 'mkdirat': MAKE, 'rmdir': FILE, 'symlinkat': MAKE, 'chdir': FILE, 'fchdir': FILE,
    'chmod': FILE + ' EROFS', 'fchmod': 'EPERM EIO EROFS', 'fchmodat': FILE + ' EROFS',
    'chown': FILE, 'fchown': 'EPERM EIO EROFS EDQUOT', 'fchownat': FILE + ' EROFS EDQUOT',
    'utimensat': 'EACCES EPERM EROFS', 'truncate': FILE + ' EINTR', 'ftruncate': 'EINTR EIO EPERM',
    'fallocate': 'EINTR EIO ENOSPC EDQUOT EOPNOTSUPP', 'access': FILE, 'faccessat': FILE, 'faccessat2': FILE + ' ENOSYS',
    'stat': FILE, 'lstat': FILE, 'newfstatat': FILE, 'statx': FILE, 'fstat': 'EIO ESTALE ENOMEM',
    'statfs': FILE, 'fstatfs': 'EIO EINTR ENOMEM', 'readlink': FILE, 'readlinkat': FILE, 'getcwd': 'ENOENT ENOMEM',
    # (ENOENT would be a folder that was removed, which is empty)
    'getdents64': 'EIO ESTALE ENOMEM', 'flock': 'EINTR ENOLCK EAGAIN EIO', 'getxattr': 'ENODATA EOPNOTSUPP',
    # octets
    'read': READ + ' EAGAIN ECONNRESET', 'pread64': READ, 'readv': READ + ' EAGAIN ECONNRESET', 'preadv': READ,
    'preadv2': READ + ' EAGAIN EOPNOTSUPP', 'readahead': 'EIO EINVAL', 'fadvise64': 'EINVAL',
    'write': WRITE + ' EAGAIN EPIPE', 'pwrite64': WRITE, 'writev': WRITE + ' EAGAIN EPIPE ECONNRESET', 'pwritev': WRITE,
    'pwritev2': WRITE,
    'sendfile': 'EAGAIN EINTR EIO ENOMEM EPIPE ECONNRESET', 'splice': 'EAGAIN EINTR EIO ENOMEM',
    'copy_file_range': WRITE + ' EXDEV', 'lseek': 'EIO', 'ioctl': 'ENOTTY EIO', 'fcntl': 'EINTR EAGAIN ENOLCK EMFILE',
    'fsync': 'EIO ENOSPC EDQUOT EINTR EROFS', 'fdatasync': 'EIO ENOSPC EDQUOT EINTR EROFS', 'sync_file_range': 'EIO',
    # the loop
    'poll': 'EINTR ENOMEM', 'ppoll': 'EINTR ENOMEM', 'select': 'EINTR ENOMEM', 'pselect6': 'EINTR ENOMEM',
    'epoll_wait': 'EINTR', 'epoll_pwait': 'EINTR', 'epoll_ctl': 'ENOMEM ENOSPC', 'epoll_create1': MANY,
    'signalfd4': MANY, 'eventfd2': MANY, 'timerfd_create': MANY, 'timerfd_settime': 'EINVAL',
    'inotify_init1': MANY, 'inotify_add_watch': 'ENOSPC ENOMEM ENOENT EACCES', 'inotify_rm_watch': 'EINVAL',
    'pause': 'EINTR', 'nanosleep': 'EINTR', 'clock_nanosleep': 'EINTR', 'rt_sigsuspend': 'EINTR',
    'rt_sigtimedwait': 'EINTR EAGAIN',
    # memory
    'mmap': 'ENOMEM EAGAIN ENFILE', 'mremap': MEMORY, 'mprotect': 'ENOMEM EACCES', 'munmap': 'ENOMEM',
    'madvise': 'EAGAIN ENOMEM EINVAL', 'memfd_create': MANY, 'getrandom': 'EINTR EAGAIN ENOSYS', 'brk': '',
    # descriptors and processes
    'dup': MANY, 'dup2': 'EINTR EBUSY', 'dup3': 'EINTR EBUSY', 'pipe': MANY, 'pipe2': MANY, 'close': '',
    'close_range': 'ENOSYS', 'clone': MEMORY, 'clone3': MEMORY + ' ENOSYS', 'fork': MEMORY, 'vfork': MEMORY,
    'execve': 'ENOENT EACCES ENOMEM EIO ETXTBSY EMFILE', 'wait4': 'EINTR ECHILD', 'waitid': 'EINTR ECHILD',
    'kill': 'EPERM ESRCH', 'tgkill': '', 'tkill': '', 'prctl': 'EPERM EINVAL', 'seccomp': 'EINVAL EACCES',
    'prlimit64': 'EPERM', 'setrlimit': 'EPERM', 'setuid': RIGHTS, 'setgid': RIGHTS, 'setgroups': 'EPERM ENOMEM',
    'setresuid': RIGHTS, 'setresgid': RIGHTS, 'setreuid': RIGHTS, 'setregid': RIGHTS, 'capset': 'EPERM',
    'capget': 'EINVAL', 'chroot': 'EPERM ENOENT', 'setsid': 'EPERM', 'setpgid': 'EPERM EACCES', 'setpriority': 'EPERM',
    'landlock_create_ruleset': 'ENOSYS', 'getgroups': '', 'sysinfo': '',
    # never
    'exit': '', 'exit_group': '', 'rt_sigreturn': '', 'rt_sigaction': '', 'rt_sigprocmask': '', 'restart_syscall': '',
    'futex': '', 'sched_yield': '', 'set_robust_list': '', 'set_tid_address': '', 'rseq': '', 'arch_prctl': '',
    'sigaltstack': '', 'clock_gettime': '', 'gettimeofday': '', 'time': '', 'getpid': '', 'gettid': '', 'getppid': '',
    'getpgrp': '', 'getuid': '', 'geteuid': '', 'getgid': '', 'getegid': '', 'getresuid': '', 'getresgid': '',
    'umask': '', 'uname': '', 'getrusage': '', 'alarm': '', 'sched_getaffinity': '', 'setitimer': '',
}
LATE = {'close': 'EIO EINTR', 'unlinkat': 'EIO', 'renameat': 'EIO', 'renameat2': 'EIO', 'linkat': 'EIO', 'connect': 'EINTR'}
RESULTS = {'brk': [0]}
SHORT = {'read': 2, 'write': 2, 'pread64': 2, 'pwrite64': 2, 'recvfrom': 2, 'sendto': 2, 'readv': 2, 'writev': 2,
         'preadv2': 2, 'sendfile': 3, 'copy_file_range': 4, 'splice': 4}
# A file that answers otherwise is left out of that session's list, as one that
# nobody may read is.
OF_THE_MOMENT = ('EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'short')
LOOKS = ('open', 'openat', 'openat2', 'fstat', 'newfstatat', 'statx', 'read', 'pread64', 'close')


def may_hide_a_file(role, call, text):
    return role == 'drop' and call in LOOKS and text not in OF_THE_MOMENT


# Before main() the C library's loader does not expect this.
LOADER = ('mmap', 1)
# The sanitizers' own allocator ends the process when these fail.
OF_SANITIZERS = ('mmap', 'munmap', 'mprotect', 'mremap', 'madvise', 'brk')


def number(name):
    return getattr(errno, name)


def ways(role, call):
    """How it can go wrong: [(text, order of the tracer)].  Only front and smtp have streams from elsewhere."""
    never = ()
    if call in ('read', 'write') and role not in ('front', "relay'"):
        never = ('ECONNRESET', 'EPIPE')
    if call == 'unlinkat' and role == 'relay':
        never = ('ENOENT',)	# nobody else removes its files
    out = [(e, 'error %d' % number(e)) for e in CALLS[call].split() if e not in never]
    out += [(e + ' late', 'late %d' % number(e)) for e in LATE.get(call, '').split()]
    out += [('result %d' % r, 'result %d' % r) for r in RESULTS.get(call, [])]
    if call in SHORT:
        out.append(('short', 'short %d 1' % SHORT[call]))
    return out
