"""G-07, G-09, G-22, F-30, F-31: great numbers of connections, and their end."""
import glob
import os
import resource
import socket
import ssl
import struct
import time

from figures import SANITIZED, fds, pss
from server import PORT, TLS_PORT, Server
from pop3 import Pop3, context
from tools import GOOD, accounts, attack, come_in, crowd, pid_of, sessions, still_alive, until, visit

PLACES = {'limits': {'connections': 11000, 'per_address': 20000, 'login_timeout': '10m', 'idle_timeout': '10m'},
          'autodeny': {'failures': 0, 'unknown_users': 0}}
EACH = 40			# kB of an idle connection, TLS included (G-07)


def server(conf=None):
    s = Server('flood', conf or PLACES)
    s.start()
    accounts(s, 'anna@example.org', 'bert@example.org')
    s.deliver('anna@example.org', b'Subject: small\n\n' + b'some text\n' * 100)
    return s


def places():
    """How many fit below the descriptors that a process may have here."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return min(10000, (hard - 64) * 2 // 3 - 100)


def idle(run, seconds, tls):
    n = crowd(run, places())
    what = '%d idle connections%s' % (n, ' in TLS' if tls else '')
    with server() as s:
        front = pid_of(s, 'front')
        before = pss(front)
        a = attack(s, 'hold', '-n', n, tls=tls)
        come_in(s, a, 120)
        assert sessions(s) == n, '%d sessions, not %d' % (sessions(s), n)
        time.sleep(min(11, seconds / 3))	# what handshakes took is given back by then
        each = (pss(front) - before) / n
        r = [visit(s, k, u, pause=10, seconds=max(1, min(seconds / 4, 10))) for k, u in
             (('noop', 'bert@example.org'), ('session', 'anna@example.org'))]
        noop, session = [p.end(wait=True) for p in r]
        assert noop['failed'] == session['failed'] == 0, (noop, session)
        assert sessions(s) == n, 'only %d of %d are left' % (sessions(s), n)
        run.note('%s: %.2f kB each (PSS of front); meanwhile NOOP p50/p99 %.2f/%.2f ms, session %.1f/%.1f ms' % (
            what, each, noop['p50'], noop['p99'], session['p50'], session['p99']))
        a.end()
        until('the end of all', lambda: sessions(s) == 0)
        run.count('idle connections', n)
        if SANITIZED:
            run.skipped('memory of ' + what, 'sanitizers keep what is freed')
        else:
            assert each <= EACH, '%.1f kB each, goal %d' % (each, EACH)
        run.goal(what + ': slowest session meanwhile, ms', session['max'], 100)
        still_alive(s)
        s.stop()


def idle_plain(run, seconds):
    idle(run, seconds, False)


def idle_tls(run, seconds):
    idle(run, seconds, True)


def pool(run, seconds):
    """200 addresses fill all 2,000 places, again and again, with the limits
    that an address has by default; whoever logs in does so, however slowly."""
    with server({'limits': {'connections': 2000, 'per_address': 20}}) as s:
        a = attack(s, 'drip', '-n', 4000, '-w', 1000, '-A', 200, '-i', 10000, '-x', 'USER anna@example.org\\r\\n')
        until('a full house', lambda: sessions(s) >= 1900)
        times = []
        end = time.monotonic() + seconds * 0.7
        while len(times) < 20 or time.monotonic() < end:
            t = time.monotonic()
            c = s.client(source=GOOD, timeout=60)
            c.ok('USER anna@example.org')
            pause = len(times) % 2 * 0.3
            time.sleep(pause)			# who types, or is far away
            c.ok('PASS secret')
            c.ok('STAT')
            c.quit()
            times.append(time.monotonic() - t - pause)
        held, refused = sessions(s), s.json('stats')['refused']
        r = a.end()
        run.count('connections of 200 addresses', r['opened'])
        run.note('pool flooded from 200 addresses: %d connections (%d held at the end, refused %s, %d pushed out), %d of %d '
                 'logins, the slowest %.0f ms' % (r['opened'], held, {k: v for k, v in refused.items() if v},
                                                  r['thrown_out'], len(times), len(times), max(times) * 1e3))
        assert held >= 1900, 'only %d connections held' % held
        assert r['thrown_out'] > 0, 'nobody had to make room'
        run.goal('slowest of the logins, s', max(times), 3, 's')
        still_alive(s)
        s.stop()


def resets(run, seconds):
    """F-30: 5,000 connections reset at once, plain and before TLS."""
    n = crowd(run, min(5000, places() // 2))
    with server() as s:
        front = pid_of(s, 'front')
        base = fds(front)
        for port, words in ((PORT, ()), (TLS_PORT, ('-q',))):
            a = attack(s, 'reset', '-n', n, '-w', 1000, '-s', max(1, seconds / 3), *words, port=port)
            r = a.end(wait=True)
            assert r['rounds'] > 0, r
            run.count('connections reset', r['left'])
        until('the end of all', lambda: sessions(s) == 0)
        until('descriptors as before', lambda: fds(front) <= base + 2)
        assert pid_of(s, 'front') == front
        still_alive(s)
        s.stop()


def hard_close(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    sock.close()


def part_way(s, said, read, reset):
    """Send so many octets, read so many, leave."""
    c = socket.create_connection((s.addr, PORT), 20, ('127.98.0.1', 0))
    c.sendall(said)
    while read > 0:
        d = c.recv(min(read, 65536))
        if not d:
            break
        read -= len(d)
    (hard_close if reset else socket.socket.close)(c)


def answers(s, said):
    """How many octets that is answered with."""
    c = socket.create_connection((s.addr, PORT), 20, ('127.98.0.1', 0))
    c.sendall(said + b'T\r\n')		# and read to the end
    n = 0
    while d := c.recv(65536):
        n += len(d)
    return n


def hello():
    """What a TLS client says first."""
    out = ssl.MemoryBIO()
    o = context().wrap_bio(ssl.MemoryBIO(), out)
    try:
        o.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def leavers(run, seconds):
    """F-31: who leaves behind every octet that is sent, and before every octet
    that is read, of a session that marks mail but never says QUIT."""
    said = (b'USER anna@example.org\r\nPASS secret\r\nSTAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nDELE 1\r\nTOP 2 3\r\nNOOP\r\n'
            b'RSET\r\nDELE 2\r\nQUI')
    with server() as s:
        s.deliver('anna@example.org', b'Subject: two\n\n.dots\n..\n')
        front, first = pid_of(s, 'front'), hello()
        base = fds(front)
        end = time.monotonic() + seconds * 0.8
        points = [('said', k) for k in range(len(said) + 1)]
        points += [('read', k) for k in range(answers(s, said.replace(b'DELE', b'LIST')))]
        points += [('auth', k) for k in range(30)] + [('hello', k) for k in range(len(first) + 1)]
        run.random.shuffle(points)
        for done, (how, k) in enumerate(points):
            if time.monotonic() > end:
                break
            reset = run.random.random() < 0.5
            if how == 'said':
                part_way(s, said[:k], 0, reset)
            elif how == 'read':
                part_way(s, said, k, reset)
            elif how == 'auth':
                part_way(s, b'AUTH PLAIN\r\nAGFubmEAc2VjcmV0bw==\r\n'[:k], 40, reset)
            else:
                c = socket.create_connection((s.addr, TLS_PORT), 20, ('127.98.0.1', 0))
                c.sendall(first[:k])
                (hard_close if reset else socket.socket.close)(c)
        run.count('sessions left half-way', done)
        until('the end of all', lambda: sessions(s) == 0)
        until('descriptors as before', lambda: fds(front) <= base + 2)
        c = Pop3(addr=s.addr, port=PORT).login('anna')
        assert c.ok('STAT').startswith(b'+OK 2 '), 'mail is gone without QUIT'
        c.quit()
        still_alive(s)
        s.stop()


def populate(s, n):
    """n accounts of one message each."""
    names = ['user%d@example.org' % i for i in range(n)]
    accounts(s, *names)
    s.deliver(names[0], b'Subject: only one\n\nhello\n')
    first = glob.glob(s.maildrop(names[0]) + '/new/*')[0]
    for name in names[1:]:
        for d in ('new', 'cur', 'tmp'):
            os.makedirs('%s/%s' % (s.maildrop(name), d))
        os.link(first, '%s/new/%s' % (s.maildrop(name), os.path.basename(first)))
    s.own_mail()
    return names


def restart(run, seconds):
    """G-22, F-43: SIGTERM while 1,000 sessions have marked their mail."""
    n = crowd(run, 1000)
    with server() as s:
        names = populate(s, n)
        took = []
        end = time.monotonic() + seconds / 2
        while not took or time.monotonic() < end:
            a = attack(s, 'hold', '-n', n, '-w', 64, '-c', 'USER user%u@example.org\\r\\n', '-c', 'PASS secret\\r\\n',
                       '-c', 'DELE 1\\r\\n')
            come_in(s, a)
            assert s.json('stats')['metrics']['logged_in'] == n
            t = time.monotonic()
            s.stop()
            stopped = time.monotonic() - t
            s.start(wait=False)
            while True:
                try:
                    Pop3(addr=s.addr, port=PORT, timeout=20).close()
                    break
                except ConnectionRefusedError:
                    assert time.monotonic() - t < 30
            took.append((time.monotonic() - t, stopped))
            a.drop()
            left = len(glob.glob(s.mail + '/example.org/user*/*/*'))
            assert left == n, '%d of %d messages are left' % (left, n)
            run.count('sessions cut by a restart', n)
        worst = max(took)
        run.note('restart with %d sessions: a greeting %.0f ms after SIGTERM (of which %.0f ms until the old one had ended)'
                 % (n, worst[0] * 1e3, worst[1] * 1e3))
        s.wait_up()
        for name in run.random.sample(names, 20):
            c = s.client().login(name)
            assert c.ok('STAT').startswith(b'+OK 1 '), name
            c.quit()
        run.goal('restart with %d sessions, ms' % n, worst[0] * 1e3, 200)
        still_alive(s)
        s.stop()


PARTS = {'idle': idle_plain, 'idle-tls': idle_tls, 'pool': pool, 'resets': resets, 'leavers': leavers, 'restart': restart}
