"""What the rows of one part share: a server, time, a count of what was tried.

A lab's server has no limit that would end a test early; those who test limits
bring a server of their own.
"""
import ctypes
import os
import time
import traceback

from harness import BUILD
from rows import Skip
from server import MAIL, PORT, Server	# which knows the way to the next two
from pop3 import context
from wire import wire

ANNA = 'anna@example.org'
MESSAGES = [b'Subject: one\n\nhello\n', b'Subject: two\n\n.dot\n..dots\n.\n', b'Subject: three\n\nlast line without an end']
OPTIONS = ('apop', 'auto_deny', 'debug', 'last', 'no_nuls', 'implementation', 'xtnd_xmit')
VARIANTS = range(PORT + 10, PORT + 18)
PATIENT = {'bad_commands_before': 1000, 'bad_commands': 1000, 'auth_tries': 100, 'failure_delay': '0',
           'connections': 20000}


def pairwise(i):
    """Settings of the options in the i-th of eight; any two options meet in
    all four ways."""
    return {o: bin(i & (n + 1)).count('1') % 2 == 1 for n, o in enumerate(OPTIONS)}


def sanitized():
    return '#define SANITIZED' in open(BUILD + '/config.h').read()


def status(pid, what):
    """A number of /proc/PID/status: 'VmRSS' in kB."""
    for line in open('/proc/%d/status' % pid):
        if line.startswith(what + ':'):
            return int(line.split()[1])
    raise AssertionError('%d has no %s' % (pid, what))


def cpu(pid):
    """Seconds of processor time that the process has used."""
    f = open('/proc/%d/stat' % pid).read().rsplit(')', 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf('SC_CLK_TCK')


def crypt(password):
    """A crypt(5) string that costs next to nothing."""
    lib = ctypes.CDLL('libcrypt.so.1')
    lib.crypt.restype = ctypes.c_char_p
    return lib.crypt(password, b'$5$rounds=1000$cve$').decode()


def until(what, condition, patience=30):
    end = time.monotonic() + patience
    while True:
        got = condition()
        if got:
            return got
        assert time.monotonic() < end, 'waited in vain: ' + what
        time.sleep(0.05)


class Lab:
    def __init__(self, name, rng, budget, tell):
        self.name, self.random, self.budget, self.tell = name, rng, budget, tell
        self.end = time.monotonic() + budget
        self.row_end = self.end
        self.counts, self.servers, self.main = {}, [], None

    # time and counts

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    def note(self, text):
        self.tell({'note': text})

    def goal(self, what, got, most):
        self.tell({'goal': what, 'got': got, 'most': most})

    def spend(self, least=1, most=None):
        """0, 1, 2 … while this row has time; at least so many."""
        n = 0
        while n < least or (time.monotonic() < self.row_end and (most is None or n < most)):
            yield n
            n += 1

    def sample(self, items, least=1):
        """Of the items, in any order, as many as there is time for."""
        items = list(items)
        self.random.shuffle(items)
        for n in self.spend(min(least, len(items)), len(items)):
            if n < len(items):
                yield items[n]

    def scaled(self, small, full):
        """How much of something: all of it from ten minutes on."""
        return min(full, small + (full - small) * max(0, self.budget - 60) // 540)

    # servers

    def own(self, conf=None, start=True, **kw):
        """A server for one row."""
        s = Server('cve', conf)
        self.servers.append(s)
        return s.start(**kw) if start else s

    def done(self, s):
        """A server of one row ends as it should."""
        s.stop()
        s.remove()
        self.servers.remove(s)

    @property
    def server(self):
        if self.main is None:
            self.main = self.start_main()
        return self.main

    @property
    def front(self):
        """The process number of the shared server's front."""
        return self.server and self.first_front

    def start_main(self):
        s = self.own({}, start=False)
        more = [{'name': 'v%d' % i, 'address': s.addr, 'port': port, 'options': pairwise(i)}
                for i, port in enumerate(VARIANTS)]
        more += [{'name': 'poppass', 'protocol': 'poppass', 'address': s.addr, 'port': 1106, 'tls': 'none'},
                 {'name': 'unix', 'path': s.dir + '/pop3.sock', 'tls': 'none'}]
        s.more = {'listeners': s.conf()['listeners'] + more, 'limits': PATIENT, 'allow_plaintext': 'always',
                  'autodeny': {'never': ['127.0.0.0/8']}, 'options': {'password_change': True},
                  'relay': {'smart_host': '127.0.0.1:9'},
                  'log': [{'to': 'file', 'path': s.dir + '/log', 'level': 'debug'},
                          {'to': 'file', 'path': s.dir + '/log.json', 'format': 'json', 'level': 'debug'}]}
        s.start()
        self.accounts(ANNA, server=s)
        for m in MESSAGES:
            s.deliver(ANNA, m)
        self.first_front = s.processes('front')[0][2]
        return s

    def accounts(self, *names, server=None):
        """Accounts whose hash is so quick that waiting for it is no test."""
        s = server or self.server
        s.ctl('domain', 'add', 'example.org', check=False)
        s.ctl('account', 'import', '-', input=''.join('%s:%s\n' % (n, crypt(b'secret')) for n in names))

    def put(self, s, account, name, octets, folder='new'):
        """A file in a maildrop, by its name."""
        d = s.maildrop(account)
        if not os.path.isdir(d):
            for sub in ('new', 'cur', 'tmp'):
                os.makedirs(d + '/' + sub, 0o700)
            s.own_mail()
        path = os.path.join(os.fsencode(d), folder.encode(), name if isinstance(name, bytes) else name.encode())
        with open(path, 'wb') as f:
            f.write(octets)
        if os.getuid() == 0:
            os.chown(path, MAIL, MAIL)
        return os.fsdecode(path)

    def login(self, user='anna', password='secret', port=None, tls=False, **kw):
        s = self.server
        c = s.client(tls=tls, **kw) if port is None else s.client(port=port, **kw)
        return c.login(user, password)

    def alive(self):
        """Others are served as before, by the same processes."""
        p = self.login(timeout=60)
        got = sorted(p.multi('RETR %d' % (i + 1)) for i in range(len(MESSAGES)))
        assert got == sorted(wire(m) for m in MESSAGES), got
        p.quit()
        assert self.server.processes('front')[0][2] == self.front, 'front is another one'
        self.server.unharmed()

    def close(self):
        for s in self.servers:
            s.remove()

    # one row

    def show(self, test, share):
        began = time.monotonic()
        self.row_end = began + share
        before = list(self.servers)
        try:
            test.shows(self)
            if self.main is not None:
                self.alive()
            return {'ok': test.sid}
        except Skip as e:
            return {'skip': test.sid, 'why': str(e)}
        except Exception as e:
            at = traceback.extract_tb(e.__traceback__)[-3:]
            return {'bad': test.sid, 'why': '%s: %s (%s)' % (
                type(e).__name__, str(e)[:3000], ' < '.join('%s:%d' % (os.path.basename(f.filename), f.lineno)
                                                     for f in reversed(at)))}
        finally:
            for s in [s for s in self.servers if s not in before and s is not self.main]:
                s.remove()
                self.servers.remove(s)


def wrapped(p, **kw):
    """The same client inside TLS."""
    p.s = context(**kw).wrap_socket(p.s)
    p.buf = b''
    return p
