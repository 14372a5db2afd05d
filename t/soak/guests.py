"""The soak's clients: a process that owns some accounts, delivers to them and
visits them in every way, and checks all it is told."""
import base64
import glob
import hashlib
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import threading
import time
import traceback

from server import MAIL, PORT, TLS_PORT
from ledger import Account, Wrong, message
from pop3 import Pop3, context
from poppass import Poppass

POPPASS, SOURCE = 1106, '127.97.%d.%d'
LOST = (OSError, EOFError)		# what a client sees of a process that was killed


class Cut(AssertionError):
    """A session ended that the server should have gone on with."""


class Guest:
    def __init__(self, s, number, accounts, seed, shared):
        self.s, self.number, self.shared = s, number, shared
        self.accounts = [Account(n) for n in accounts]
        self.random = random.Random(seed)
        self.done, self.delivering = {}, True
        self.sent = 0

    # Deliveries, in a thread of their own; a dozen waiting is enough
    def deliver(self):
        who = dict(user=MAIL, group=MAIL, extra_groups=[]) if os.getuid() == 0 else {}
        while self.delivering:
            a = self.random.choice(self.accounts)
            if len(a.sure) > 12:
                time.sleep(0.01)
                continue
            serial = a.begin()
            r = subprocess.run([self.s.delivery_program(), self.s.maildrop(a.name)], input=message(a.name, serial), **who)
            if r.returncode != 0:
                self.shared.put('deliver ended with %d' % r.returncode)
                return
            a.landed(serial)

    def on_disk(self, a):
        """[file: serial] of a maildrop, for whoever looks for the fault."""
        out = []
        for f in glob.glob(self.s.maildrop(a.name) + '/[cn]*/*'):
            with open(f, 'rb') as m:
                out.append('%s: %s' % (f.split('/', -1)[-2:], m.read(200).split(b'X-Serial: ')[-1].split(b'\n')[0]))
        return out

    # Ways in
    def connect(self):
        how = self.random.choice(('plain', 'plain', 'plain', 'tls', 'stls'))
        src = SOURCE % (self.number, self.random.randrange(1, 250))
        c = Pop3(tls=how == 'tls', addr=self.s.addr, port=TLS_PORT if how == 'tls' else PORT, timeout=120, source=src)
        if how == 'stls':
            c.ok('STLS')
            c.s = context().wrap_socket(c.s)
        self.note(how)
        return c

    def login(self, a):
        c = self.connect()
        how = self.random.choice(('user', 'user', 'plain', 'apop'))
        if how == 'user':
            c.login(a.name, a.password)
        elif how == 'plain':
            c.ok('AUTH PLAIN ' + base64.b64encode(('\0%s\0%s' % (a.name, a.password)).encode()).decode())
        else:
            if b'<' not in c.greeting:
                raise Cut('no time stamp in the greeting %r' % c.greeting)
            stamp = c.greeting[c.greeting.index(b'<'):]
            c.ok('APOP %s %s' % (a.name, hashlib.md5(stamp + a.password.encode()).hexdigest()))
        self.note(how)
        return c

    def note(self, what):
        self.done[what] = self.done.get(what, 0) + 1

    # What all sessions look at first: [(number, serial)]
    def look(self, c, a, must):
        n, octets = (int(x) for x in c.ok('STAT').split()[1:3])
        sizes = [tuple(map(int, x.split())) for x in c.lines('LIST')]
        names = [x.split() for x in c.lines('UIDL')]
        if [x for x, _ in sizes] != list(range(1, n + 1)) or sum(x for _, x in sizes) != octets or len(names) != n:
            a.wrong('STAT, LIST and UIDL differ: %s %s %s', n, sizes, names)
        a.listed(must, [(u, sz) for (_, u), (_, sz) in zip(names, sizes)])
        there = []
        for (number, uidl), (_, size) in zip(names, sizes):
            serial = a.serial.get(uidl)
            if serial is None:
                c.ok('RETR ' + number)
                serial = a.meet(uidl, c.multi_raw())
                if a.size(serial) != size:
                    a.wrong('message %d: %d octets are said, %d are right', serial, size, a.size(serial))
            there.append((int(number), serial))
        a.all_met(must, {x for _, x in there})
        return there

    def some(self, there, most=5):
        return self.random.sample(there, min(len(there), self.random.randrange(most + 1)))

    def leave(self, c, a, marked):
        """QUIT, and what its answer says of what was marked."""
        serials = [x for _, x in marked]
        a.removed(serials, sure=False)		# until it is answered
        r = c.cmd('QUIT')
        a.history.append('QUIT %s: %s' % (serials, r))
        if r.startswith(b'+OK'):
            a.removed(serials)
        elif r or not self.shared.rough.value:
            raise Cut('QUIT was answered %r' % r)
        c.close()

    # Kinds of sessions
    def read(self, a):
        must = a.must()
        c = self.login(a)
        there = self.look(c, a, must)
        for n, serial in self.some(there):
            c.ok('RETR %d' % n)
            a.check(serial, c.multi_raw())
        for n, serial in self.some(there, 3):
            lines = self.random.randrange(20)
            c.ok('TOP %d %d' % (n, lines))
            a.check(serial, c.multi_raw(), lines)
        gone = self.some(there, 12)
        for n, _ in gone:
            c.ok('DELE %d' % n)
        self.leave(c, a, gone)

    def change_mind(self, a):
        must = a.must()
        c = self.login(a)
        there = self.look(c, a, must)
        for n, _ in self.some(there):
            c.ok('DELE %d' % n)
        c.ok('RSET')
        self.leave(c, a, [])

    def walk_away(self, a):
        c = self.login(a)
        n = int(c.ok('STAT').split()[1])
        for i in range(1, n + 1):
            c.ok('DELE %d' % i)
        if n and self.random.random() < 0.3:
            c.send(b'RSET\r\nRETR 1\r\nLIST\r\n')
        if self.random.random() < 0.5:
            c.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        c.close()

    def pipelined(self, a):
        c = self.connect()
        c.send(('USER %s\r\nPASS %s\r\nSTAT\r\nNOOP\r\nLIST\r\nRSET\r\nQUIT\r\n' % (a.name, a.password)).encode())
        for _ in range(4):
            r = c.line()
            if not r.startswith(b'+OK'):
                raise Cut('pipelined: %r' % r)
        while c.line() not in (b'.', b''):
            pass
        r = [c.line(), c.line()]
        if not all(x.startswith(b'+OK') for x in r):
            raise Cut('pipelined: %r' % r)
        c.close()

    def guess(self, a):
        c = self.connect()
        c.ok('USER ' + a.name)
        c.err('PASS not ' + a.password)
        c.login(a.name, a.password)
        self.leave(c, a, [])

    def change_password(self, a):
        new = ''.join(self.random.choice('bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ23456789') for _ in range(16))
        p = Poppass(port=POPPASS, timeout=120, source=SOURCE % (self.number, 251), addr=self.s.addr)
        p.must('user ' + a.name, '300')
        p.must('pass ' + a.password, '200')
        old, a.password = a.password, new
        a.other = old			# until it is answered
        p.must('newpass ' + new, '200')
        a.other = None
        p.close()

    def send_mail(self, a):
        c = Pop3(tls=True, addr=self.s.addr, port=TLS_PORT, timeout=120).login(a.name, a.password)
        c.ok('XTND XMIT')
        self.sent += 1
        c.send(b'From: %s\r\nTo: far@example.net\r\nSubject: mark-%d-%d\r\n\r\nhello\r\n.\r\n' % (
            a.name.encode(), self.number, self.sent))
        r = c.line()
        if r.startswith(b'-ERR [SYS/TEMP]') and b'wait' in r:
            self.sent -= 1
        elif not r.startswith(b'+OK'):
            self.sent -= 1
            raise Cut('XTND XMIT: %r' % r)
        self.leave(c, a, [])

    KINDS = ((read, 60), (change_mind, 8), (walk_away, 12), (pipelined, 10), (guess, 2), (change_password, 1), (send_mail, 2))

    def one(self):
        kind = self.random.choices([k for k, _ in self.KINDS], [w for _, w in self.KINDS])[0]
        a = self.random.choice(self.accounts)
        if a.other is not None:
            self.agree(a)
            if a.other is not None:
                return
        try:
            a.history.append(kind.__name__)
            kind(self, a)
            self.note(kind.__name__)
        except Wrong as e:
            raise Wrong('%s, in a session "%s" behind %s; on the disk: %s' % (
                e, kind.__name__, list(a.history), self.on_disk(a)))
        except (AssertionError, *LOST):
            if not self.shared.rough.value:
                raise
            self.note('sessions cut')	# only what was promised counts

    def agree(self, a):
        """A change that was not answered: which of the two passwords counts?"""
        for password in (a.password, a.other):
            try:
                c = Pop3(addr=self.s.addr, port=PORT, timeout=120)
                c.ok('USER ' + a.name)
                r = c.cmd('PASS ' + password)
                c.quit()
            except (AssertionError, *LOST):
                return			# nor is it known now
            if r.startswith(b'+OK'):
                a.password, a.other = password, None
                return
            if b'[AUTH]' not in r:
                return
        raise Wrong(a.name + ': neither the old nor the new password counts')

    def work(self):
        th = [threading.Thread(target=self.deliver, daemon=True)]
        for t in th:
            t.start()
        while not self.shared.stop.is_set():
            if self.shared.pause.value:
                time.sleep(0.05)
                continue
            self.one()
            with self.shared.sessions.get_lock():
                self.shared.sessions.value += 1
        self.delivering = False
        for t in th:
            t.join()

    def last_look(self):
        """Each maildrop once more, from inside and from outside."""
        for a in self.accounts:
            if a.other is not None:
                self.agree(a)
            c = Pop3(addr=self.s.addr, port=PORT, timeout=120).login(a.name, a.password)
            there = self.look(c, a, a.must())
            for n, serial in there:
                c.ok('RETR %d' % n)
                a.check(serial, c.multi_raw())
            self.leave(c, a, [])
            a.settle({x for _, x in there})
            files = len(glob.glob(self.s.maildrop(a.name) + '/new/*') + glob.glob(self.s.maildrop(a.name) + '/cur/*'))
            if files != len(there):
                a.wrong('%d files, %d messages', files, len(there))
            if a.next != a.deleted + a.vanished + len(a.sure):
                a.wrong('%d delivered, %d deleted, %d left', a.next, a.deleted + a.vanished, len(a.sure))

    def totals(self):
        out = dict(self.done)
        for k in ('delivered', 'deleted', 'vanished'):
            out['messages ' + k] = sum(getattr(a, k) for a in self.accounts)
        out['messages left'] = sum(len(a.sure) for a in self.accounts)
        out['mails sent'] = self.sent
        return out


class Shared:
    """What all guests and the one who starts them see."""

    def __init__(self):
        self.stop = multiprocessing.Event()
        self.calm = multiprocessing.Event()	# the server is as it should be: look once more
        self.pause = multiprocessing.Value('b', 0)
        self.rough = multiprocessing.Value('b', 0)
        self.sessions = multiprocessing.Value('L', 0)
        self.news = multiprocessing.Queue()

    def put(self, what):
        self.news.put(what)


def live(s, number, accounts, seed, shared):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    g = Guest(s, number, accounts, seed, shared)
    try:
        g.work()
        shared.calm.wait()
        g.last_look()
        shared.put(g.totals())
    except Exception:	# noqa: B902 - told to the one who started us
        shared.put(traceback.format_exc())


def start(s, number, accounts, seed, shared):
    p = multiprocessing.Process(target=live, args=(s, number, accounts, seed, shared), daemon=True)
    p.start()
    return p
