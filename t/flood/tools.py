"""The flood's instruments: attackers and good clients as programs of their own
(Python's own pauses would count as the server's)."""
import json
import os
import select
import subprocess
import time

from harness import BUILD
from server import PORT, TLS_PORT

GOOD = '127.99.0.1'		# where good clients come from
running = []


class Program:
    """One that prints a line of JSON when its standard input ends."""

    def __init__(self, name, *words):
        self.name, self.rest = ' '.join(words[:1]), b''
        self.p = subprocess.Popen([BUILD + '/t/flood/' + name, *map(str, words)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        running.append(self)

    def ready(self, patience=60):
        """Wait until it says so; False: not in that time."""
        end = time.monotonic() + patience
        while b'ready\n' not in self.rest and time.monotonic() < end:
            if select.select([self.p.stdout], [], [], 0.2)[0]:
                d = os.read(self.p.stdout.fileno(), 4096)
                assert d, self.name + ' ended before it was ready'
                self.rest += d
        return b'ready\n' in self.rest

    def end(self, wait=False):
        """What came of it; wait: until it ends by itself."""
        if wait:
            self.p.wait()
        running.remove(self)
        out = self.p.communicate(timeout=90)[0]
        return json.loads((self.rest + out).splitlines()[-1])


    def drop(self):
        """End it; what it would say is of no use."""
        running.remove(self)
        self.p.kill()
        self.p.communicate()


def end_programs():
    while running:
        p = running.pop()
        p.p.kill()
        p.p.wait()


class TooSlow(Exception):
    """The machine, not the server: others are served meanwhile."""


def come_in(server, a, patience=60):
    """Wait for a crowd.  If it does not come, either the server has stopped
    serving, or it is busy with so many."""
    if not a.ready(patience):
        server.client(timeout=60).login('anna@example.org').quit()
        raise TooSlow('%d came in within %d s' % (sessions(server), patience))


def crowd(run, n):
    """So many in a long run, a fifth in a slice."""
    return n if run.budget >= 300 else n // 5


def attack(server, mode, *words, tls=False, port=None):
    port = port or (TLS_PORT if tls else PORT)
    return Program('attacker', mode, '-a', server.addr, '-p', port, *(['-t'] if tls else []), *words)


def visit(server, kind, *users, pause=5, seconds=0, most=0, password='secret'):
    return Program('visitor', kind, '-a', server.addr, '-p', PORT, *[w for u in users for w in ('-u', u)], '-f', GOOD,
                   '-i', pause, '-s', seconds, '-o', most, '-w', password)


def pid_of(server, role):
    return server.processes(role)[0][2]


def sessions(server):
    return server.json('stats')['metrics']['sessions']


def until(what, condition, patience=60):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, 'waited in vain for ' + what
        time.sleep(0.05)


def accounts(server, *names, password='secret'):
    """Whose passwords cost little to check, for parts that are not about that."""
    words = ['openssl', 'passwd', '-5', '-salt', 'rounds=1000$flood', password]
    word = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    server.ctl('domain', 'add', names[0].split('@')[1], check=False)
    server.ctl('account', 'import', '-', input=''.join('%s:%s\n' % (n, word) for n in names))


def still_alive(server):
    """A good session works, the same processes run, nothing was said."""
    c = server.client(timeout=60).login('anna@example.org')
    c.ok('STAT')
    assert c.quit().startswith(b'+OK')
    server.unharmed()
