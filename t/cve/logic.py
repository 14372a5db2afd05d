"""Who is let in: STLS, the ways through a login, names, passwords, state."""
import base64
import itertools
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time

from harness import BUILD
from lab import ANNA, VARIANTS, crypt, sanitized, status, until, wrapped
from parsing import GONE, ask, say
from pop3 import Pop3, context
from rows import Skip, row
from server import PORT, TLS_PORT


def plain(user, password, authzid=b''):
    def octets(x):
        return x if isinstance(x, bytes) else x.encode()
    return b'AUTH PLAIN ' + base64.b64encode(b'\0'.join((authzid, octets(user), octets(password))))


@row('S-20', 'nothing said before the TLS handshake is run, known or answered inside it')
def injection(lab):
    tail = b'USER anna\r\nPASS secret\r\n'
    for cut in lab.sample(range(1, len(tail) + 1), 12):
        for before, split in itertools.product((b'', b'USER anna\r\n', b'CAP'), (False, True)):
            p = lab.server.client()
            p.send(before + b'STLS\r\n' + (b'' if split else tail[:cut]))
            lines = [p.line() for _ in range(1 + (before == b'USER anna\r\n'))]
            if split:		# after the +OK, in the place of a ClientHello
                p.send(tail[:cut])
            if lines[-1].startswith(b'+OK'):
                try:
                    wrapped(p).send(b'NOOP\r\n')
                    got = p.s.recv(4096)
                    assert not got, 'a reply inside TLS: %r' % got
                except (OSError, ssl.SSLError):
                    pass
            else:
                assert lines[-1] == b'' or lines[-1].startswith(b'-ERR'), lines
            p.close()
            lab.count('S-20 injections')
    p = lab.server.client()
    p.ok('USER anna')
    capa = p.lines('CAPA')
    p.ok('STLS')
    wrapped(p)
    p.err('PASS secret')	# the name was said in the clear
    assert 'STLS' in capa and 'STLS' not in p.lines('CAPA')
    p.err('STLS')
    p.login('anna').err('STLS')
    p.quit()
    p = lab.login()
    p.err('STLS')
    p.quit()


class RudeHost(threading.Thread):
    """A smart host that pushes replies before the handshake it offered."""
    def __init__(self, lab, s):
        super().__init__(daemon=True)
        self.s, self.got, self.inside = s, b'', b''
        self.door = socket.create_server((s.addr, 2525))
        self.done = threading.Event()

    def run(self):
        c, _ = self.door.accept()
        c.settimeout(15)
        c.sendall(b'220 host ESMTP\r\n')
        try:
            while b'STARTTLS' not in self.got:
                self.got += c.recv(4096)
                if self.got.endswith(b'\r\n') and b'STARTTLS' not in self.got:
                    c.sendall(b'250-host\r\n250 STARTTLS\r\n')
            c.sendall(b'220 go ahead\r\n250-host\r\n250 AUTH PLAIN\r\n250 sender\r\n250 rcpt\r\n354 data\r\n250 taken\r\n')
            ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            ctx.load_cert_chain(self.s.dir + '/cert.pem', self.s.dir + '/cert.key')
            c = ctx.wrap_socket(c, server_side=True)
            c.settimeout(2)
            while True:
                d = c.recv(4096)
                if not d:
                    break
                self.inside += d
        except OSError:
            pass
        c.close()
        self.done.set()


@row('CLIENT', 'our own client takes no reply that a smart host, or who sits between, pushed before TLS')
def response_injection(lab):
    s = lab.own(start=False)
    s.more = {'relay': {'smart_host': '%s:2525' % s.addr, 'ca_file': s.dir + '/cert.pem'}, 'options': {'xtnd_xmit': True}}
    s.start()
    s.account(ANNA)
    s.ctl('account', 'set', '--xmit', 'on', ANNA)
    host = RudeHost(lab, s)
    host.start()
    p = s.client(tls=True).login('anna')
    p.ok('XTND XMIT')
    p.send(b'From: anna@example.org\r\nTo: b@example.net\r\nSubject: x\r\n\r\ncanary\r\n.\r\n')
    assert p.line().startswith(b'+OK')
    p.quit()
    assert host.done.wait(60), 'the smart host was not asked'
    assert b'MAIL' not in host.inside and b'canary' not in host.inside, host.inside
    until('the message is kept, with a reason', lambda: 'mail delayed' in s.log())
    host.door.close()
    lab.done(s)


ODD = ['\t', '\n', '\r', '\r\n', '\x01', '=', ',', ':', ' ', '\x7f', '"', '\\', '{', '}', '[', '\x1b', ';']


@row('S-21', 'control characters and separators in name and password arrive at auth as one value each')
def auth_protocol(lab):
    s = lab.server
    words = []
    for i in range(60):
        words.append('secret' + ''.join(lab.random.choice(ODD + ['a', 'b']) for _ in range(lab.random.randrange(1, 9))) + '.')
    names = ['odd%d@example.org' % i for i in range(len(words))]
    s.ctl('account', 'import', '-', input=''.join('%s:%s\n' % (n, crypt(w.encode())) for n, w in zip(names, words)))
    for i in lab.sample(range(len(words)), 12):
        p = s.client()
        for wrong in (words[i][:-1], words[i].split(lab.random.choice(words[i]))[0] or 'x', words[i - 1]):
            if wrong != words[i]:
                p.err(plain(names[i], wrong), 'AUTH')
        # RFC 4013 forbids controls in SASL; PASS takes all but a line's end.
        odd = re.search('[\0-\x1f\x7f]', words[i])
        r = p.cmd(plain(names[i], words[i]))
        assert r.startswith(b'+OK') or (odd and r.startswith(b'-ERR')), (names[i], words[i], r)
        p.quit()
        if '\n' not in words[i]:
            s.client().login(names[i], words[i]).quit()
        lab.count('S-21 passwords')
    for c in lab.sample(ODD, 6):
        p = s.client()
        for name in ('anna%suser=odd1@example.org' % c, 'anna%s' % c, '%sanna' % c, 'anna%s\0' % c, 'anna@example.org%sx' % c,
                     'nobody%sanna@example.org' % c):
            if name.strip() in ('anna', ANNA):
                continue
            p.err(plain(name, 'secret'))
            p.err(plain('anna', 'wrong%suser=anna%spass=secret' % (c, c)), 'AUTH')
            p.err(plain('anna', 'secret%s' % c + 'x'), 'AUTH')
            lab.count('S-21 names')
        p.close()


class Model:
    """The way in, said once more: what a session may be after each line."""
    def __init__(self):
        self.inside = self.over = self.named = self.asked = self.tls = False

    def line(self, verb):
        if self.asked:
            self.asked = self.named = False
            self.inside = verb == 'response ok'
        elif self.inside:
            self.over = verb == 'quit'
        elif verb == 'quit':
            self.over = True
        elif verb in ('user ok', 'user bad'):
            self.named = verb
        elif verb.startswith('pass') and self.named:
            self.inside = verb == 'pass ok' and self.named == 'user ok'
            self.named = False
        elif verb == 'auth ok':
            self.inside, self.named = True, False
        elif verb in ('auth bad', 'auth empty'):
            self.named = False
        elif verb == 'auth':
            self.asked = True


LINES = {'user ok': b'USER anna', 'user bad': b'USER bob', 'pass ok': b'PASS secret', 'pass bad': b'PASS wrong',
         'pass empty': b'PASS ', 'auth ok': plain('anna', 'secret'), 'auth bad': plain('anna', 'wrong'),
         'auth empty': b'AUTH PLAIN =', 'auth': b'AUTH PLAIN', 'response ok': plain('anna', 'secret')[11:],
         'response bad': plain('bob', 'secret')[11:], '*': b'*', 'rset': b'RSET', 'stat': b'STAT', 'quit': b'QUIT'}


@row('S-22', 'of any sequence of commands only a whole correct login in order lets in (the engine, all of them)')
def every_sequence(lab):
    prog = BUILD + '/t/cve/every_login'
    if not os.access(prog, os.X_OK):
        raise Skip('t/cve/every_login is built by make check')
    depth = 6 if lab.budget >= 600 else 5 if lab.budget >= 120 else 4
    out = subprocess.run([prog, str(depth)], capture_output=True, text=True, timeout=1200)
    assert out.returncode == 0, out.stdout + out.stderr
    n = int(out.stdout.split()[0])
    lab.note('S-22: all %d sequences of up to %d of 15 commands' % (n, depth))
    lab.count('S-22 sequences, engine', n)


@row('S-22', 'the same against the whole server, a sample')
def some_sequences(lab):
    for _ in lab.spend(60):
        verbs = [lab.random.choice(list(LINES)) for _ in range(6)]
        p, m = lab.server.client(), Model()
        for i, verb in enumerate(verbs):
            r = say(p, LINES[verb] + b'\r\n')
            m.line(verb)
            if m.over:
                assert p.line() == b'', verbs[:i + 1]
                break
            p.send(b'NOOP\r\n' if not m.asked else b'')
            if not m.asked:
                r = p.line()
                assert r.startswith(b'+OK' if m.inside else b'-ERR'), (verbs[:i + 1], r)
        p.close()
        lab.count('S-22 sequences, server')


@row('S-23', 'empty passwords and accounts without a usable hash log nobody in')
def no_password(lab):
    s = lab.server
    hashes = ['', '*', '!', 'x', '*0', '*1', '!!', '$5$', '$y$', '$1$abc$', '$6$x', '{PLAIN}', '{CRYPT}', '{CRYPT}*', 'NULL',
              '$2b$10$', '0', 'aaaaaaaaaaaaa', '{SHA}', '{X}y', '$y$j9T$$']
    lines = ''.join('hash%d@example.org:%s\n' % x for x in enumerate(hashes))
    s.ctl('account', 'import', '-', input=lines, check=False)
    for i, h in lab.sample(enumerate(hashes), 5):
        ask(s.sock, json.dumps({'v': 1, 'id': 1, 'verb': 'account.add', 'args': {
            'name': 'add%d@example.org' % i, 'hash': h}}).encode() + b'\n')
        for name in ('hash%d@example.org' % i, 'add%d@example.org' % i):
            p = s.client()
            for word in ('', '  ', h, '*0', 'x'):
                p.ok('USER ' + name)
                p.err('PASS ' + word)
                p.err(plain(name, word))
                lab.count('S-23 tries')
            p.close()
    p = s.client()
    for line in ('PASS', 'PASS ', 'PASS  ', 'PASS \0secret'):
        p.ok('USER anna')
        p.err(line)
    for user, word in (('anna', ''), ('anna', '\0secret'), ('', 'secret'), ('anna', 'secret\0')):
        p.err(plain(user, word))
    p.close()


@row('S-24', 'a locked, removed or changed account is refused at once, whatever was cached')
def locked(lab):
    s = lab.server
    for n in lab.spend(3):
        name = 'leaver%d@example.org' % n
        lab.accounts(name)

        def tries(word='secret'):
            return [s.client().cmd(plain(name, word))[:4] for _ in range(6)]
        p = lab.login(name)
        p.quit()
        for off, on in ((('account', 'lock', name), ('account', 'unlock', name)),
                        (('domain', 'lock', 'example.org'), ('domain', 'unlock', 'example.org'))):
            before = s.client(port=VARIANTS[0])
            before.ok('USER ' + name)
            s.ctl(*off)
            assert set(tries()) == {b'-ERR'}, off
            before.err('PASS secret', 'AUTH')
            s.ctl(*on)
            until('unlocked', lambda: set(tries()) <= {b'+OK ', b'-ERR'} and b'+OK ' in tries())
        s.ctl('account', 'passwd', name, input='Other-Harbour-77\n')
        assert set(tries()) == {b'-ERR'}
        assert b'+OK ' in tries('Other-Harbour-77')
        s.ctl('account', 'remove', name)
        assert set(tries('Other-Harbour-77')) == {b'-ERR'}
        lab.count('S-24 accounts')


@row('APOP', 'not offered unless switched on, and no secret for it is kept until then')
def apop(lab):
    p = lab.server.client()
    assert b'<' not in p.greeting
    assert b'unknown' in p.err('APOP anna ' + '0' * 32)
    p.close()
    stamps = {lab.server.client(port=VARIANTS[1]).greeting for _ in range(50)}
    assert len(stamps) == 50 or all(b'<' not in s for s in stamps), 'a time stamp was offered twice'


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
    for name in lab.sample(NAMES, 12):
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
