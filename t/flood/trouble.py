"""G-16, F-18, F-42: no descriptors, and signals from all sides."""
import glob
import os
import re
import signal
import subprocess
import threading
import time

from figures import cpu
from server import FRONT, Server
from tools import accounts, attack, pid_of, sessions, still_alive, until, visit

SHARE = 20			# percent of a processor, for front without descriptors
HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGCHLD, signal.SIGALRM,
            signal.SIGWINCH, signal.SIGURG, signal.SIGIO, signal.SIGCONT)


def soft_limit(pid):
    return int(re.search(r'(?m)^Max open files\s+(\d+)', open('/proc/%d/limits' % pid).read()).group(1))


def highest(pid):
    return max(int(n) for n in os.listdir('/proc/%d/fd' % pid))


def allow(pid, n):
    """Set the limit of descriptors as the user whom the process runs as."""
    words = ['prlimit', '--pid=%d' % pid, '--nofile=%d:' % n]
    if os.getuid() == 0:
        words = ['setpriv', '--reuid=%d' % FRONT, '--regid=%d' % FRONT, '--clear-groups', *words]
    subprocess.run(words, check=True)


def log_lines(s):
    """Other than about sessions that ended."""
    return [x for x in s.log().splitlines() if 'session end' not in x and ' control ' not in x]


def descriptors(run, seconds):
    """front may have no more descriptors than it has, and 500 want in."""
    with Server('flood', {'limits': {'per_address': 20000, 'login_timeout': '5m'},
                          'autodeny': {'failures': 0, 'unknown_users': 0}}) as s:
        s.start()
        accounts(s, 'anna@example.org', 'bert@example.org')
        s.deliver('anna@example.org', b'Subject: small\n\nsome text\n')
        front = pid_of(s, 'front')
        usual = soft_limit(front)
        for left in (4, 40):
            within = visit(s, 'noop', 'bert@example.org', pause=2)
            until('one session', lambda: sessions(s) == 1)
            time.sleep(0.2)
            most = highest(front) + 1 + left
            allow(front, most)
            lines = len(log_lines(s))
            a = attack(s, 'hold', '-n', 500, '-w', 500, '-r', 500)
            time.sleep(0.5)
            before, t = cpu(front), time.monotonic()
            time.sleep(max(1, seconds / 4))
            took = time.monotonic() - t
            share = (cpu(front) - before) / took * 100
            r = a.end()
            t = time.monotonic()
            until('a login', lambda: enters(s), 30)
            back = time.monotonic() - t
            noop = within.end()
            more = log_lines(s)[lines:]
            allow(front, usual)
            run.count('connections without descriptors', r['opened'])
            run.note('no descriptors (%d left, %d wanted, %d came in): front at %.1f %% of a processor, NOOP p50/p99 %.2f/%.1f '
                     'ms, %d log lines in %.0f s, login again after %.0f ms' % (
                         left, 500, r['most_ready'], share, noop['p50'], noop['p99'], len(more), took, back * 1e3))
            assert noop['failed'] == 0, 'a session that was there failed: %s' % noop
            assert len(more) <= 40 * (1 + took / 10), more[-5:]
            run.goal('no descriptors: share of a processor', share, SHARE, '%')
            run.goal('no descriptors: login again after', back * 1e3, 1000)
            run.goal('no descriptors: p99 of NOOP', noop['p99'], 50)
        assert pid_of(s, 'front') == front
        still_alive(s)
        s.stop()


def enters(s):
    try:
        s.client(timeout=5).login('anna@example.org').quit()
        return True
    except (AssertionError, OSError):
        return False


def pelt(pids, rnd, stop, sent):
    while not stop:
        for _ in range(20):
            try:
                os.kill(rnd.choice(pids), rnd.choice(HARMLESS))
            except ProcessLookupError:
                pass
            sent.append(1)
        time.sleep(0.002)


def signals(run, seconds):
    """Every process pelted; then SIGTERM and SIGINT on top, while sessions have
    marked their mail."""
    with Server('flood', {'limits': {'per_address': 20000}}) as s:
        s.start()
        accounts(s, *['user%d@example.org' % i for i in range(20)], 'anna@example.org', 'bert@example.org')
        for i in range(20):
            s.deliver('user%d@example.org' % i, b'Subject: %d\n\nhello\n' % i)
        for n in ('anna', 'bert'):
            s.deliver(n + '@example.org', b'Subject: small\n\nsome text\n')
        were = s.processes()
        pids = [s.proc.pid] + [p for _, _, p in were]
        marked = [s.client().login('user%d' % i) for i in range(20)]
        for c in marked:
            c.ok('DELE 1')
        stop, sent = [], []
        th = threading.Thread(target=pelt, args=(pids, run.random, stop, sent), daemon=True)
        th.start()
        both = [visit(s, k, n + '@example.org', pause=5, seconds=seconds / 2) for k, n in
                (('noop', 'anna'), ('session', 'bert'))]
        noop, session = [p.end(wait=True) for p in both]
        assert s.processes() == were, 'processes were replaced: %s' % s.log()[-500:]
        assert noop['failed'] == session['failed'] == 0, (noop, session)
        for c in marked:
            c.ok('NOOP')
        run.note('signals: %d; meanwhile NOOP p50/p99 %.2f/%.1f ms, session %.1f/%.1f ms' % (
            len(sent), noop['p50'], noop['p99'], session['p50'], session['p99']))
        for signo in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            os.kill(s.proc.pid, signo)
        code = s.proc.wait(60)
        stop.append(1)
        th.join()
        s.proc = None
        assert code == 0, 'the server ended with %d: %s' % (code, s.stderr()[-2000:])
        left = len(glob.glob(s.mail + '/example.org/user*/*/*'))
        assert left == 20, '%d of 20 messages are left' % left
        run.count('signals', len(sent))
        s.start()
        still_alive(s)
        s.stop()


PARTS = {'descriptors': descriptors, 'signals': signals}
