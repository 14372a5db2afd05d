"""The flood's instruments: attackers and good clients as programs of their own
(Python's own pauses would count as the server's), memory, processor, ranks."""
import json
import os
import re
import select
import subprocess
import time

from harness import BUILD
from server import PORT, TLS_PORT

SANITIZED = '#define SANITIZED' in open(BUILD + '/config.h').read()
GOOD = '127.99.0.1'		# where good clients come from
TICK = os.sysconf('SC_CLK_TCK')
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


def end_programs():
    while running:
        p = running.pop()
        p.p.kill()
        p.p.wait()


def attack(server, mode, *words, tls=False, port=None):
    port = port or (TLS_PORT if tls else PORT)
    return Program('attacker', mode, '-a', server.addr, '-p', port, *(['-t'] if tls else []), *words)


def visit(server, kind, user, pause=5, seconds=0):
    return Program('visitor', kind, '-a', server.addr, '-p', PORT, '-u', user, '-f', GOOD, '-i', pause, '-s', seconds)


def pid_of(server, role):
    return server.processes(role)[0][2]


def pss(pid):
    """kB that are a process's own share of memory."""
    return int(re.search(r'(?m)^Pss:\s+(\d+)', open('/proc/%d/smaps_rollup' % pid).read()).group(1))


def memory(server):
    return {'%s %d' % (role, i): pss(pid) for role, i, pid in server.processes()}


def cpu(pid):
    """Seconds of processor time so far."""
    return sum(map(int, open('/proc/%d/stat' % pid).read().rsplit(')', 1)[1].split()[11:13])) / TICK


def fds(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


def sessions(server):
    return server.json('stats')['metrics']['sessions']


def until(what, condition, patience=60):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, 'waited in vain for ' + what
        time.sleep(0.05)


def hashed(password='secret'):
    """As the server keeps them, with few rounds: many logins need not be slow."""
    return subprocess.run(['openssl', 'passwd', '-5', password], capture_output=True, text=True, check=True).stdout.strip()


def still_alive(server):
    """A good session works, the same processes run, nothing was said."""
    c = server.client(timeout=60).login('anna@example.org')
    c.ok('STAT')
    assert c.quit().startswith(b'+OK')
    server.unharmed()
