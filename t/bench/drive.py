"""What is done to a server: load, held connections, one deleting client.

A figure is a dict: value (in the row's unit), and where they are known p50_ms,
p95_ms, p99_ms, cpu_us (of the server, a dialogue), forks (a dialogue), foreign
and steal (shares of the machine that others used meanwhile), failed, note.
"""
import contextlib
import json
import os
import signal
import socket
import subprocess
import time

from harness import BUILD
from meter import Measure
from servers import PORT, TLS_PORT, Failed, NotMeasured, spawn

LOAD = BUILD + '/t/bench/load'
MOST_HELD = 8000	# connections of one load process

rest = 0.3		# seconds that are given to what is still going on
may_drop = True		# the kernel's caches


def command(srv, seconds, args, tls, ec):
    c = [LOAD, '-a', srv.addr_ec if ec else srv.addr, '-p', str(TLS_PORT if tls else PORT), '-s', str(seconds)]
    return c + (['-t'] if tls else []) + [str(a) for a in args]


def parse(out, err):
    if not out:
        raise Failed('the load generator failed: ' + (err or '?').strip()[-200:])
    r = json.loads(out.splitlines()[0])
    if r['done'] == 0:
        raise Failed('no dialogue succeeded: %s' % (r['why'] or 'the connection was closed'))
    return r


def load(srv, *args, seconds=3, tls=False, ec=False):
    """One run of the load generator."""
    with Measure(srv.group) as m:
        p = spawn(command(srv, seconds, args, tls, ec), stdin=subprocess.DEVNULL,
                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = p.communicate()
        time.sleep(0.05)		# the server closes what was left
    r = parse(out, err)
    r.update(m.figures())
    r['cpu_us'] = m.cpu_s / r['done'] * 1e6
    r['forks'] = m.forks / r['done']
    if r['failed']:
        r['note'] = '%d of %d failed (%s)' % (r['failed'], r['failed'] + r['done'], r['why'] or 'closed')
    return r


def log_in(srv, user):
    """An untimed login: hashes, indexes and caches are as after any."""
    return load(srv, '-m', 'login', '-o', 1, '-u', user, seconds=0)


def warm_up(srv, **kw):
    load(srv, '-m', 'session', '-c', 4, '-n', 4, seconds=rest, **kw)


def warm_all(srv, users):
    """So many accounts have logged in; the messages are the same for all."""
    if srv.warm_users < users:
        load(srv, '-m', 'session', '-c', 4, '-n', 4, '-k', -1, '-o', 4, seconds=600)
        load(srv, '-m', 'session', '-c', 4, '-n', users, '-o', users, seconds=600)
        srv.warm_users = users


def settled(b, srv, user):
    """Nothing changes in the maildrop any more, and the server knows it."""
    log_in(srv, user)
    time.sleep(b.scale.settle)
    log_in(srv, user)


@contextlib.contextmanager
def held(srv, count, *args, tls=False, first=0):
    """So many connections that say nothing."""
    procs, left = [], count
    try:
        while left > 0:
            n = min(left, MOST_HELD)
            p = spawn(command(srv, 120, ['-m', 'idle', '-c', n, '-f', first + count - left, *args], tls, False),
                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            procs.append(p)
            r = parse(p.stdout.readline(), '')
            if r['failed']:
                raise Failed('only %d of %d could be held: %s' % (r['done'], n, r['why'] or 'closed'))
            p.stdout.readline()
            left -= n
        time.sleep(rest)
        yield
    finally:
        for p in procs:
            p.communicate('')
        time.sleep(rest)


@contextlib.contextmanager
def noops(srv, user='user0', pause=1, **figures):
    """A session that says NOOP meanwhile; its times are put into the dict."""
    into = figures.setdefault('into', {})
    p = spawn(command(srv, 3600, ['-m', 'noop', '-u', user, '-i', pause], False, False),
              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(rest)
        yield into
    finally:
        p.send_signal(signal.SIGTERM)
        out, err = p.communicate()
    into.update(parse(out, err))


def noop_times(srv, seconds, user='user0', pause=1):
    r = load(srv, '-m', 'noop', '-u', user, '-i', pause, seconds=seconds)
    r['value'] = r['p99_ms']
    return r


class Dialogue:
    """A blocking client for what is one session only."""

    def __init__(self, srv, user):
        self.s = socket.create_connection((srv.addr, PORT), 60)
        self.s.settimeout(600)
        self.rest = b''
        self.lines(1)
        for line in (b'USER %s\r\n' % user.encode(), b'PASS secret\r\n'):
            self.ask(line, 1)

    def ask(self, octets, answers):
        self.s.sendall(octets)
        self.lines(answers)

    def lines(self, n):
        """So many answers of one line, all of them +OK."""
        got = self.rest
        while got.count(b'\n') < n:
            more = self.s.recv(65536)
            if not more:
                raise Failed('the connection was closed: %r' % got[-80:])
            got += more
        for line in got.split(b'\n')[:n]:
            if not line.startswith(b'+OK'):
                raise Failed('refused: ' + line.decode('latin-1').strip())
        self.rest = b''

    def close(self):
        self.s.close()


def delete_all(srv, user, count):
    """DELE of every message in batches of 500, then QUIT; milliseconds."""
    with Measure(srv.group) as m:
        d = Dialogue(srv, user)
        at = time.monotonic()
        for i in range(1, count + 1, 500):
            n = range(i, min(i + 500, count + 1))
            d.ask(b''.join(b'DELE %d\r\n' % k for k in n), len(n))
        d.ask(b'QUIT\r\n', 1)
        took = time.monotonic() - at
        d.close()
    left = sum(len(os.listdir('%s/%s' % (srv.drop(user), f))) for f in ('new', 'cur'))
    if left:
        raise Failed('%d messages are still there after +OK' % left)
    return {'value': took * 1e3, 'cpu_us': m.cpu_s * 1e6, **m.figures()}


def unlink_all(path):
    """The floor under it: every name removed, both folders synced; ms."""
    names = sorted(os.listdir(path + '/cur'))
    at = time.monotonic()
    for sub in ('cur', 'new'):
        fd = os.open(path + '/' + sub, os.O_RDONLY)
        if sub == 'cur':
            for n in names:
                os.unlink(n, dir_fd=fd)
        os.fsync(fd)
        os.close(fd)
    return {'value': (time.monotonic() - at) * 1e3, 'note': 'unlink() and two fsync() from Python'}


def drop_caches():
    if not may_drop:
        return
    os.sync()
    try:
        with open('/proc/sys/vm/drop_caches', 'w') as f:
            f.write('3')
    except OSError as e:
        raise NotMeasured("the kernel's caches cannot be dropped here: " + e.strerror)


def read_all(path):
    """The files are in memory afterwards."""
    fd = os.open(path, os.O_RDONLY)
    for n in os.listdir(fd):
        f = os.open(n, os.O_RDONLY, dir_fd=fd)
        os.read(f, 1 << 20)
        os.close(f)
    os.close(fd)


@contextlib.contextmanager
def slow_disk(srv, path, iops):
    """The server reads so many blocks a second and no more; yields a remark."""
    top = '/sys/fs/cgroup/blkio'
    own = '%s/p3bench.%d.slow' % (top, os.getpid())
    dev = os.stat(path).st_dev
    try:
        os.makedirs(own, exist_ok=True)
        with open(own + '/blkio.throttle.read_iops_device', 'w') as f:
            f.write('%d:%d %d' % (os.major(dev), os.minor(dev), iops))
        move(srv.group.pids(), own)
    except OSError as e:
        yield 'on this disk as it is: it cannot be slowed down (%s)' % e.strerror
        return
    try:
        yield 'reads held to %d a second' % iops
    finally:
        with open(own + '/cgroup.procs') as f:
            move([int(p) for p in f.read().split()], top)
        with contextlib.suppress(OSError):
            os.rmdir(own)


def move(pids, group):
    for p in pids:
        with contextlib.suppress(ProcessLookupError):
            with open(group + '/cgroup.procs', 'w') as f:
                f.write(str(p))
