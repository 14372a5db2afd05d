"""Where each fault of the list is tried: t/fault/run --list.

A place is a campaign of this harness (with what it does there), a script of
t/system, a unit program, or another harness.
"""
import os

from harness import SRC

PLACES = [
    # fault, what it is, where
    ('F-01', 'SIGKILL in a session with DELE and QUIT', 'cycles, 901-kill-processes, 902-kill-cycles'),
    ('F-02', 'SIGKILL while the maildrop is locked', '901-kill-processes, 113-two-sessions'),
    ('F-03', 'SIGKILL before and after each call', 'kills'),
    ('F-04', 'SIGKILL of auth while it hashes', '901-kill-processes, cycles'),
    ('F-05', 'SIGSTOP of auth or drop', 'still, 407-stuck-helpers'),
    ('F-06', 'power cut, ext4', 'power, power-proof'),
    ('F-07', 'power cut, XFS', 'power-xfs'),
    ('F-08', 'disk full', 'disks, 115-full-disk'),
    ('F-09', 'disk full at a delivery', 'disks, calls, 455-xmit-caps'),
    ('F-10', 'no inodes', 'disks, 115-full-disk'),
    ('F-11', 'EDQUOT', 'calls'),
    ('F-12', 'read-only and back', 'disks, 115-full-disk'),
    ('F-13', 'EIO in RETR', 'bad-disks, calls'),
    ('F-14', 'EIO on fsync', 'bad-disks, calls'),
    ('F-15', 'short reads and writes', 'calls'),
    ('F-16', 'every call fails', 'calls'),
    ('F-17', 'every allocation fails', 'allocations, units'),
    ('F-18', 'EMFILE at accept', 'calls, 406-descriptors'),
    ('F-19', 'EMFILE at a message', 'calls, 406-descriptors'),
    ('F-20', 'other errors of accept', 'calls'),
    ('F-21', 'fork fails', 'groups, calls'),
    ('F-22', 'memory limit of a group', 'groups'),
    ('F-23', 'wall clock jumps', 'clocks'),
    ('F-24', 'monotonic clock jumps', 'clocks'),
    ('F-25', '2038, 2106, before 1970', 'clocks'),
    ('F-26', 'slow writers', 't/flood, 405-slow-peers'),
    ('F-27', 'slow readers', 't/flood, 405-slow-peers'),
    ('F-28', 'half-open peers', 'lines'),
    ('F-29', 'loss and slow lines', 'lines'),
    ('F-30', 'storms of RST', 't/flood, 404-many-connections'),
    ('F-31', 'gone at every octet', 't/flood, t/cve'),
    ('F-32', 'maildrop changed by others', 'others, 114-second-agent'),
    ('F-33', 'strange files', '112-strange-files'),
    ('F-34', 'folders missing or no folders', 'disks'),
    ('F-35', '1,000,000 files', 't/flood, t/bench'),
    ('F-36', 'index damaged', 'disks, 111-uidl-stable'),
    ('F-37', 'account database in trouble', 'calls, power, 207-password-change'),
    ('F-38', 'certificates in trouble', '302-certificate-change'),
    ('F-39', 'reloads with faults, under load', '701-reload, calls'),
    ('F-40', 'control socket abused', '609-control-hostile, 603-control-torture'),
    ('F-41', 'log targets in trouble', '802-log-trouble, 806-log-trouble-each'),
    ('F-42', 'storms of signals', 'others, t/flood'),
    ('F-43', 'ends and begins with sessions open', 'others, t/flood'),
    ('F-44', 'no random numbers', 'calls'),
    ('F-45', 'two servers on the same files', '004-second-server'),
    ('F-46', 'immutable files, append-only folders', 'disks'),
    ('F-47', 'EXDEV, EMLINK, ENAMETOOLONG', 'calls'),
    ('F-48', 'the same name twice', 'clocks'),
    ('F-49', 'deliveries beside deletions', 'others'),
    ('F-50', 'two sessions delete the same', 'others, 113-two-sessions'),
    ('F-51', 'errors of poll', 'calls'),
    ('F-52', 'a call that seccomp forbids', 't/unit/test_priv, 003-privileges'),
    ('F-53', 'lock files in trouble', 'calls, 113-two-sessions'),
    ('F-54', 'no names are looked up', 'names'),
    ('F-55', 'soak', 't/soak'),
]


def missing(campaigns):
    """What the table names and is not there."""
    out = []
    for fault, _, where in PLACES:
        for place in where.split(', '):
            path = SRC + '/' + (place if place.startswith('t/') else 't/system/' + place)
            if place not in campaigns and not any(os.path.exists(path + x) for x in ('/run', '.sh', '.c')):
                out.append('%s: %s' % (fault, place))
    return out


def show():
    for fault, what, where in PLACES:
        print('%-5s %-42s %s' % (fault, what, where))
