"""Slots, memory and signals under those who want to use them up."""
import itertools
import os
import resource
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

from lab import ANNA, sanitized, status, until
from pop3 import context
from rows import row
from server import PORT, TLS_PORT


def reset(s):
    """Close so that the server sees a reset."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()


def connect(s, port, source=None, timeout=20):
    return socket.create_connection((s.addr, port), timeout, (source, 0) if source else None)


def client_hello(name='localhost'):
    """The first flight of a handshake."""
    out = ssl.MemoryBIO()
    o = context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    try:
        o.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


@row('S-50', 'peers that connect and go no further hold no slot beyond the time for a login, and keep nobody out')
def stalls(lab):
    limit = 60
    s = lab.own({'limits': {'connections': limit, 'per_address': 20, 'login_timeout': '3s', 'failure_delay': '100ms'}})
    lab.accounts(ANNA, server=s)
    held, worst, logins, sources = [], 0.0, 0, itertools.count()
    hello = client_hello()
    stalling = ((TLS_PORT, hello), (TLS_PORT, hello[:1]), (TLS_PORT, hello[:-1]), (TLS_PORT, b''), (PORT, b''), (PORT, b'U'),
                (PORT, b'STLS\r\n'), (PORT, b'AUTH PLAIN\r\n'))
    began = time.monotonic()
    for n in range(2 * limit):
        port, octets = stalling[n % len(stalling)]
        try:
            c = connect(s, port, '127.90.%d.%d' % (n // 8, next(sources) % 250 + 1))
            c.sendall(octets)
            held.append(c)
        except OSError:
            pass
        if n % 20 == 19:
            t = time.monotonic()
            p = s.client(source='127.89.0.%d' % (n // 20 + 1), tls=n % 40 == 39).login('anna')
            p.ok('STAT')
            p.quit()
            worst, logins = max(worst, time.monotonic() - t), logins + 1
        lab.count('S-50 stalled connections')
    assert len(held) > limit
    lab.goal('S-50: slowest of %d good logins meanwhile' % logins, worst * 1000, 2000)
    for c in held:
        c.settimeout(30)
        try:
            while c.recv(4096):
                pass
        except ConnectionResetError:
            pass
        c.close()
    lab.note('S-50: all gone %.1f s after the first came' % (time.monotonic() - began))
    until('no session is left', lambda: s.json('status')['sessions'] == 0)
    lab.done(s)


BURST = '''
import resource, socket, struct, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
addr, n = sys.argv[1], min(int(sys.argv[2]), hard - 100)
held = []
for i in range(n):
    s = socket.create_connection((addr, (%d, %d)[i %% 2]), 60, ('127.88.%%d.%%d' %% (i // 250, i %% 250 + 1), 0))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    held.append(s)
for s in held: s.close()
print(n)
'''


@row('S-53', 'thousands of sessions reset in the same moment, and helpers that die with them: the rest goes on')
def mass_reset(lab):
    s = lab.server
    for _ in lab.spend(1, 20):
        n = subprocess.run([sys.executable, '-c', BURST % (PORT, TLS_PORT), s.addr, str(int(lab.scaled(1500, 5000)))],
                           capture_output=True, text=True, timeout=170)
        assert n.returncode == 0, n.stderr
        lab.count('S-53 connections reset at once', int(n.stdout))
        lab.alive()
    own = lab.own()
    own.killed = True
    lab.accounts(ANNA, server=own)
    for _ in range(3):
        for _, _, pid in own.processes('auth', 'drop', 'relay'):
            os.kill(pid, signal.SIGKILL)
            lab.count('S-53 helpers killed')
        until('all are there again', lambda: len(own.processes('auth', 'drop', 'relay')) == 5, 60)
    until('a login works', lambda: own.client().cmd('CAPA'))

    def again():
        p = own.client()
        p.ok('USER anna')
        good = p.cmd('PASS secret').startswith(b'+OK')
        p.close()
        return good
    until('a login works', again)
    lab.done(own)


@row('S-56', 'in every state a peer that sends and never reads is held at a ceiling')
def not_reading(lab):
    s = lab.own({'limits': {'connections': 20000, 'per_address': 20000, 'bad_commands': 1000, 'bad_commands_before': 1000,
                            'auth_tries': 100, 'failure_delay': '0'},
                 'options': {'xtnd_xmit': True}, 'relay': {'smart_host': '127.0.0.1:9'}, 'allow_plaintext': 'always',
                 'autodeny': {'never': ['127.0.0.0/8']}})
    n = int(lab.scaled(100, 1000))
    names = ['user%d@example.org' % i for i in range(n)]
    lab.accounts(*names, server=s)
    for name in names[:3]:
        s.deliver(name, b'Subject: long\n\n' + b'x' * 76 + b'\n' * 2000)
    front = s.processes('front')[0][2]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    states = {'before login': (False, False, b'CAPA\r\n'), 'inside': (True, False, b'NOOP\r\nLIST\r\nUIDL\r\n'),
              'inside TLS': (True, True, b'STAT\r\n'), 'in AUTH': (False, False, b'AUTH PLAIN\r\n*\r\n'),
              'fetching': (True, False, b'RETR 1\r\nTOP 1 0\r\n'), 'wrong': (False, False, b'A\r\n'),
              'half a line': (False, False, b'A' * 255), 'half of AUTH': (False, False, b'AUTH PLAIN ' + b'A' * 9000)}
    ceiling = 256		# kB a connection, all buffers of ours full
    for state, (inside, tls, octets) in lab.sample(states.items(), 3):
        before, conns = status(front, 'VmRSS'), []
        for i in range(n):
            p = s.client(tls=tls, timeout=30)
            if inside:
                p.login(names[i])
            p.s.setblocking(False)
            conns.append(p)
        bulk = octets * (1 if state.startswith('half') else int(lab.scaled(30000, 100000)) // octets.count(b'\r\n') or 1)
        for p in conns:
            rest = memoryview(bulk)
            try:
                while len(rest):
                    rest = rest[p.s.send(rest[:65536]):]
            except (OSError, ssl.SSLError):
                pass
        time.sleep(0.3)
        grown = status(front, 'VmRSS') - before
        lab.note('S-56: %s: %d connections, %.1f kB each' % (state, n, grown / n))
        assert sanitized() or grown < n * ceiling + 4096, '%s: %d kB' % (state, grown)
        good = s.client(timeout=30).login(names[0]) if not inside else s.client(timeout=30)
        good.quit()
        for p in conns:
            p.close()
        until('all have gone', lambda: s.json('status')['sessions'] == 0)
        lab.count('S-56 connections that never read', n)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    lab.done(s)


@row('S-57', 'a thousand signals a second to every process, under load, end nothing and lose nothing')
def signals(lab):
    s = lab.own()
    lab.accounts(ANNA, server=s)
    s.deliver(ANNA, b'Subject: x\n\ny\n')
    pids = [pid for _, _, pid in s.processes()]
    keeper = s.json('status')['pid']
    children = [pid for pid in pids if pid != keeper]
    stop = threading.Event()
    sent = [0]
    quiet = (signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH, signal.SIGURG)

    def storm():
        rng = lab.random
        while not stop.is_set():
            for _ in range(10):
                os.kill(rng.choice(children), rng.choice(quiet))
                os.kill(keeper, rng.choice((signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD, signal.SIGPIPE, signal.SIGWINCH)))
                sent[0] += 2
            time.sleep(0.01)
    t = threading.Thread(target=storm)
    t.start()
    try:
        for _ in lab.spend(30):
            p = s.client(tls=lab.random.random() < 0.3, timeout=60).login('anna')
            assert p.multi('RETR 1') == b'Subject: x\r\n\r\ny\r\n'
            p.quit()
            lab.count('S-57 sessions meanwhile')
    finally:
        stop.set()
        t.join()
    lab.count('S-57 signals', sent[0])
    assert s.json('status')['pid'] == keeper and sorted(pid for _, _, pid in s.processes()) == sorted(pids), 'a process is another one'
    for _ in range(20):		# and while it ends
        s.proc.send_signal(signal.SIGTERM)
        s.proc.send_signal(signal.SIGHUP)
    lab.done(s)
