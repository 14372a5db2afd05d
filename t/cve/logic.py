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

from harness import BUILD
from lab import ANNA, VARIANTS, crypt, until, wrapped
from parsing import ask, say
from rows import Skip, row


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
                d = c.recv(4096)
                if not d:
                    raise ConnectionError('gone before STARTTLS')
                self.got += d
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
    assert host.done.wait(60), 'the smart host was not asked: %r, %s' % (host.got, s.log()[-900:])
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
    for n in lab.spend(1):
        name = 'leaver%d@example.org' % n
        lab.accounts(name)

        def tries(word='secret'):
            return [s.client().cmd(plain(name, word))[:4] for _ in range(4)]
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
