"""G-08: what good clients notice of others' attacks."""
import contextlib
import os
import threading
import time

from figures import cpu
from server import Server
from tools import accounts, attack, come_in, crowd, pid_of, sessions, still_alive, visit

GOAL = 50			# ms, p99 of NOOP and of whole sessions
LIMITS = {'per_address': 20000, 'login_timeout': '60s', 'rate_window': '60s'}


def server(**more):
    conf = {'limits': LIMITS, 'autodeny': {'failures': 0, 'unknown_users': 0}}
    conf.update(more)
    return Server('flood', conf)


def people(s):
    """anna and bert, who are timed; an account that is attacked, hashed as the
    server does it; one that reads."""
    accounts(s, 'anna@example.org', 'bert@example.org', 'reader@example.org')
    s.account('victim@example.org')
    for n in ('anna', 'bert'):
        s.deliver(n + '@example.org', b'Subject: small\n\n' + b'some text\n' * 100)


def measure(s, seconds):
    """What two good clients see in that time."""
    both = [visit(s, 'noop', 'bert@example.org', pause=2), visit(s, 'session', 'anna@example.org', pause=20)]
    time.sleep(seconds)
    noop, session = [p.end() for p in both]
    for r in (noop, session):
        assert r['failed'] == 0 and r['done'] > 0, 'a good client failed: %s' % r
    return noop, session


@contextlib.contextmanager
def during(run, s, what, seconds, held=None, least=1):
    """Base line, then the attack of the with-block, which yields a function
    that counts how much of it the server holds."""
    base = measure(s, min(seconds / 4, 5))
    yield
    front = pid_of(s, 'front')
    before, t = cpu(front), time.monotonic()
    got = measure(s, seconds / 2)
    share = (cpu(front) - before) / (time.monotonic() - t)
    n = held() if held else 0
    run.note('%s: NOOP p50/p99 %.2f/%.1f ms (before %.2f/%.1f), session %.1f/%.1f ms (%.1f/%.1f), front at %.0f %% of a '
             'processor%s' % (what, got[0]['p50'], got[0]['p99'], base[0]['p50'], base[0]['p99'], got[1]['p50'],
                              got[1]['p99'], base[1]['p50'], base[1]['p99'], share * 100,
                              ', %d connections held' % n if held else ''))
    assert n >= least or not held, 'only %d connections of the attack are held' % n
    run.goal('%s: p99 of NOOP, ms' % what, got[0]['p99'], GOAL)
    run.goal('%s: p99 of a session, ms' % what, got[1]['p99'], GOAL)


def slowloris(run, seconds):
    """F-26: 5,000 that send an octet in 10 s, half of them in mid-TLS."""
    with server() as s:
        s.start()
        people(s)
        n = crowd(run, 5000)
        with during(run, s, 'slowloris', seconds, lambda: sessions(s), n * 0.9):
            plain = attack(s, 'drip', '-n', n // 2, '-i', 10000, '-x', 'USER anna@example.org\\r\\n')
            tls = attack(s, 'drip', '-n', n // 2, '-i', 10000, '-q', '-b', 101, '-x', '\x16\x03\x01\x01', port=1995)
            come_in(s, plain)
            come_in(s, tls)
        run.count('slowloris connections', plain.end()['opened'] + tls.end()['opened'])
        still_alive(s)
        s.stop()


def slow_readers(run, seconds):
    """F-27: 1,000 that read a large message, 10 octets a second each."""
    with server() as s:
        s.start()
        people(s)
        big = b'Subject: big\n\n' + b'all work and no play makes a dull mail\n' * 500000
        s.deliver('reader@example.org', big)
        new = s.maildrop('reader@example.org') + '/new'
        n = crowd(run, 1000)
        accounts(s, *['slow%d@example.org' % i for i in range(n)])
        for i in range(n):
            drop = s.maildrop('slow%d@example.org' % i)
            for d in ('new', 'cur', 'tmp'):
                os.makedirs('%s/%s' % (drop, d))
            for f in os.listdir(new):
                os.link('%s/%s' % (new, f), '%s/new/%s' % (drop, f))
        s.own_mail()
        with during(run, s, 'slow readers', seconds, lambda: s.json('stats')['metrics']['logged_in'], n):
            a = attack(s, 'sip', '-n', n, '-i', 1000, '-R', 4096, '-w', 32, '-c', 'USER slow%u@example.org\\r\\n',
                       '-c', 'PASS secret\\r\\n', '-x', 'RETR 1\\r\\n')
            come_in(s, a)
        r = a.end()
        assert r['octets_in'] > 0 and r['refused'] == 0, r
        run.count('slow readers', r['most_ready'])
        still_alive(s)
        s.stop()


def garbage(run, seconds):
    """Random octets at full speed, to both ports."""
    with server() as s:
        s.start()
        people(s)
        with during(run, s, 'garbage', seconds):
            a = attack(s, 'garbage', '-n', 8)
            b = attack(s, 'garbage', '-n', 8, '-q', '-b', 101, port=1995)
            assert a.ready() and b.ready()
        r, t = a.end(), b.end()
        assert r['thrown_out'] > 100 and t['thrown_out'] > 100, (r, t)
        run.count('connections with garbage', r['opened'] + t['opened'])
        run.count('octets of garbage', r['octets_out'] + t['octets_out'])
        still_alive(s)
        s.stop()


def bad_logins(run, seconds):
    """100 wrong passwords a second; auto-deny is off, as if each came from a
    source of its own, and auth has to do the work."""
    with server() as s:
        s.start()
        people(s)
        with during(run, s, '100 bad logins a second', seconds):
            a = attack(s, 'visit', '-n', 500, '-r', 100, '-c', 'USER victim@example.org\\r\\n',
                       '-c', 'PASS wrong%u\\r\\n')
            assert a.ready()
        r = a.end()
        assert r['left'] > 0 and r['refused'] >= r['left'] * 0.99, r
        run.count('bad logins', r['refused'])
        run.note('bad logins: %.0f a second' % (r['left'] / r['seconds']))
        still_alive(s)
        s.stop()


def crowd_of_files(n, root, first):
    """A maildrop of n files that are links to one: a link costs no content."""
    for d in ('new', 'cur', 'tmp'):
        os.makedirs('%s/%s' % (root, d), exist_ok=True)
    for i in range(n):
        if i % 50000 == 0:	# ext4 allows 65,000 links of a file
            first = '%s/cur/%d.f' % (root, i)
            with open(first, 'wb') as f:
                f.write(b'Subject: %d\n\nhello\n' % i)
        else:
            os.link(first, '%s/cur/%d.f' % (root, i))


def scan(run, seconds):
    """Logins into a maildrop of very many files, its index removed each time."""
    n = 1000000 if run.budget >= 300 else 100000
    with server(limits={**LIMITS, 'login_timeout': '10m', 'idle_timeout': '10m'}) as s:
        s.start()
        people(s)
        crowd_of_files(n, s.maildrop('reader@example.org'), None)
        s.own_mail()
        logins = []
        stop = []

        def keep_opening():
            while not stop:
                drop = s.maildrop('reader@example.org')
                for f in os.listdir(drop):
                    if f not in ('new', 'cur', 'tmp'):
                        os.unlink('%s/%s' % (drop, f))
                t = time.monotonic()
                c = s.client(timeout=600).login('reader@example.org')
                assert c.ok('STAT').startswith(b'+OK %d ' % n)
                c.quit()
                logins.append(time.monotonic() - t)

        with during(run, s, 'scan of %d files' % n, seconds):
            th = threading.Thread(target=keep_opening, daemon=True)
            th.start()
        stop.append(1)
        th.join()
        assert logins, 'no scan came to its end'
        run.count('scans of %d files' % n, len(logins))
        run.note('scan of %d files: %d logins, the slowest took %.1f s' % (n, len(logins), max(logins)))
        still_alive(s)
        s.stop()


PARTS = {'slowloris': slowloris, 'slow-readers': slow_readers, 'garbage': garbage, 'bad-logins': bad_logins,
         'scan': scan}
