"""Logins that cost, logins given up, names that are no names, other protocols."""
import base64
import json
import os
import socket
import ssl
import threading

from lab import ANNA, VARIANTS, sanitized, status
from logic import plain
from parsing import GONE, ask, say
from pop3 import Pop3, context
from rows import row
from server import TLS_PORT



def nanoseconds(s, role):
    """Processor time of all processes of a role."""
    return sum(int(open('/proc/%d/schedstat' % pid).read().split()[0]) for _, _, pid in s.processes(role))


@row('S-27', 'a password beyond 512 octets is refused before it costs a hash')
def long_password(lab):
    s = lab.server
    s.account('slow@example.org')

    def cost(word, n=12):
        before = nanoseconds(s, 'auth')
        for i in range(n):
            p = s.client()
            p.err(plain('slow', word + str(i) * 2), 'AUTH')
            p.close()
        return (nanoseconds(s, 'auth') - before) / n / 1e6

    short, long = cost('x' * 20), cost('x' * 600)
    longest = cost('x' * 12000)
    lab.note('S-27: a wrong password of 22 octets costs auth %.1f ms, of 602 %.2f, of 12002 %.2f' % (short, long, longest))
    assert long < short / 2 and longest < short / 2, (short, long, longest)


@row('S-28', 'logins begun and given up in every way cost no memory')
def given_up(lab):
    s = lab.server
    watched = {pid: role for role, _, pid in s.processes('front', 'auth')}
    ways = (b'AUTH PLAIN\r\n*\r\n', b'AUTH PLAIN\r\n', b'AUTH PLAIN\r\n!!\r\n', b'AUTH LOGIN\r\n*\r\n', b'AUTH LOGIN\r\n\r\n*\r\n',
            b'AUTH LOGIN\r\nYW5uYQ==\r\n', plain('anna', 'wrong') + b'\r\n', b'USER anna\r\nPASS x\r\n', b'AUTH PLAIN =\r\n')

    def some(n):
        for i in range(n):
            p = s.client(greet=False)
            way = ways[i % len(ways)]
            p.send(way)
            if i % 3 and not way.endswith((b'wrong\r\n', b'x\r\n')):
                p.line()
            p.close()
            lab.count('S-28 logins given up')

    some(300)
    before = {pid: status(pid, 'VmRSS') for pid in watched}
    for _ in lab.spend(5):
        some(100)
    for pid, role in watched.items():
        grown = status(pid, 'VmRSS') - before[pid]
        assert sanitized() or grown < 1024 + (512 if role == 'front' else 0), '%s grew by %d kB' % (role, grown)


@row('S-29', 'a client that sends bad SASL fails no login but its own')
def others(lab):
    s, stop = lab.server, threading.Event()

    def garbage():
        rng = lab.random
        while not stop.is_set():
            try:
                p = s.client(timeout=30)
                for _ in range(20):
                    say(p, b'AUTH PLAIN\r\n')
                    say(p, rng.choice((b'====', b'\xff\xff', b'=', os.urandom(20).replace(b'\n', b''), b'AAAA', b'*')) + b'\r\n')
                p.close()
            except OSError:
                pass
    bad = [threading.Thread(target=garbage) for _ in range(3)]
    names = ['good%d@example.org' % i for i in range(20)]
    lab.accounts(*names)
    for t in bad:
        t.start()
    try:
        for n in lab.spend(100):
            p = s.client(timeout=60)
            r = p.cmd(plain(names[n % 20], 'secret'))
            assert r.startswith(b'+OK'), r
            p.quit()
            lab.count('S-29 good logins')
    finally:
        stop.set()
        for t in bad:
            t.join()


@row('S-30', 'mechanisms changed after failures, a hundred times in a connection')
def mechanisms(lab):
    for _ in lab.spend(2):
        p = lab.server.client(port=VARIANTS[1], tls=False)
        for _ in range(int(lab.scaled(49, 99))):
            how = lab.random.randrange(5)
            if how == 0:
                p.err(plain('anna', 'wrong'), 'AUTH')
            elif how == 1:
                p.ok('USER anna')
                p.err('PASS wrong', 'AUTH')
            elif how == 2:
                assert p.cmd('AUTH LOGIN').startswith(b'+ ')
                assert p.cmd(base64.b64encode(b'anna')).startswith(b'+ ')
                p.err(base64.b64encode(b'wrong'), 'AUTH')
            elif how == 3:
                p.err('APOP anna ' + '0' * 32)
            else:
                p.cmd('AUTH ' + lab.random.choice(('PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256')))
                p.err('*')
            lab.count('S-30 failures')
        p.ok(plain('anna', 'secret'))
        p.quit()


NAMES = ['%u', '%d', '%{env:HOME}', '${HOME}', '$(id)', '`id`', '../anna', '..', "anna' OR '1'='1", 'anna"; DROP TABLE account;--',
         'anna;id', 'anna|id', 'anna&id', 'anna\\', '*', '?', 'ann%', 'ann_', '~root', '-anna', '--help', 'anna%00', '%n', '{user}',
         'anna,dc=x', '(uid=*)', 'anna)(|(uid=*', '\\0', 'anna/../bob', '/etc/passwd', '@', 'anna@', '@example.org', 'a@b@example.org',
         'anna@example.org/..', 'anna@..', 'anna@../example.org', 'anna@EXAMPLE.ORG.', 'anna@localhost/../../etc']


@row('S-31', 'nothing in a name is expanded, quoted, matched or run')
def expansion(lab):
    s = lab.server

    def tree():
        return sorted(d for d, _, _ in os.walk(s.dir) if not d.startswith(s.maildrop(ANNA)))
    before = tree()
    for name in lab.sample(NAMES, 8):
        p = s.client()
        p.ok('USER ' + name)
        p.err('PASS secret')
        p.err(plain(name, 'secret'))
        if name != '@':
            p.err(plain('anna', 'secret', authzid=name.encode()))
        p.close()
        for verb, args in (('account.add', {'name': name, 'password': 'Long-Harbour-88', 'force': True}), ('account.show', {'name': name}),
                           ('domain.add', {'name': name}), ('account.set', {'name': ANNA, 'maildrop': name})):
            ask(s.sock, json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n')
        s.ctl('account', 'set', '--maildrop', '', ANNA, check=False)
        lab.count('S-31 names')
    ask(s.sock, json.dumps({'v': 1, 'id': 1, 'verb': 'account.set', 'args': {'name': ANNA, 'maildrop': None}}).encode() + b'\n')
    assert tree() == before, set(tree()) ^ set(before)
    p = lab.login()
    assert p.ok('STAT').startswith(b'+OK 3 ')
    p.quit()


@row('S-33', 'a browser is cut off at once and sees nothing of what it sent; only ALPN "pop3" or none is served')
def cross_protocol(lab):
    s = lab.server
    for verb in (b'GET', b'POST', b'HEAD', b'PUT', b'OPTIONS', b'DELETE', b'CONNECT', b'TRACE', b'PATCH', b'PRI'):
        for tls in (False, True):
            p = s.client(tls=tls)
            try:
                p.send(verb + b' ' + (b'* HTTP/2.0' if verb == b'PRI' else b'/<canary> HTTP/1.1') + b'\r\nHost: canary\r\n\r\n' +
                       b'USER anna\r\nPASS secret\r\nRETR 1\r\nSTAT\r\n')
                assert p.eof(), 'not closed'
            except GONE:
                pass
            assert b'canary' not in p.buf and b'+OK' not in p.buf, p.buf
            p.close()
            lab.count('S-33 requests')
    for offered in (['http/1.1'], ['h2', 'http/1.1'], ['ftp'], ['imap'], ['POP3']):
        c = context()
        c.set_alpn_protocols(offered)
        try:
            c.wrap_socket(socket.create_connection((s.addr, TLS_PORT), 20))
            raise AssertionError('%s was served' % offered)
        except ssl.SSLError as e:
            assert 'no application protocol' in str(e).replace('_', ' ').lower(), e
    for offered in (['pop3'], ['h2', 'pop3'], None):
        c = context()
        if offered:
            c.set_alpn_protocols(offered)
        p = Pop3(raw=c.wrap_socket(socket.create_connection((s.addr, TLS_PORT), 20)))
        assert p.s.selected_alpn_protocol() == ('pop3' if offered else None)
        p.quit()
