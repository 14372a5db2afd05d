"""The flood's instruments: attackers and good clients as programs of their own
(Python's own pauses would count as the server's), memory, processor, ranks."""
import json
import math
import os
import re
import select
import statistics
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


def attack(server, mode, *words, tls=False, port=None):
    port = port or (TLS_PORT if tls else PORT)
    return Program('attacker', mode, '-a', server.addr, '-p', port, *(['-t'] if tls else []), *words)


def visit(server, kind, *users, pause=5, seconds=0, most=0, password='secret'):
    return Program('visitor', kind, '-a', server.addr, '-p', PORT, *[w for u in users for w in ('-u', u)], '-f', GOOD,
                   '-i', pause, '-s', seconds, '-o', most, '-w', password)


def pid_of(server, role):
    return server.processes(role)[0][2]


def pss(pid):
    """kB that are a process's own share of memory."""
    return int(re.search(r'(?m)^Pss:\s+(\d+)', open('/proc/%d/smaps_rollup' % pid).read()).group(1))


def memory(server):
    return {'%s %d' % (role, i): pss(pid) for role, i, pid in server.processes()}


def tcp_memory():
    """kB that the kernel holds for all of this machine's connections."""
    return int(re.search(r'TCP:.* mem (\d+)', open('/proc/net/sockstat').read()).group(1)) * os.sysconf('SC_PAGESIZE') // 1024


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


class Kept(list):
    """[(events, kB)] of one process, sampled."""

    def growth(self):
        """Medians of both ends: a single sample may have met a hash at work."""
        n = len(self) // 4 + 1
        return statistics.median(y for _, y in self[-n:]) - statistics.median(y for _, y in self[:n])

    def slope(self, per):
        """kB in so many events, by least squares."""
        n = len(self)
        mx, my = sum(x for x, _ in self) / n, sum(y for _, y in self) / n
        d = sum((x - mx) ** 2 for x, _ in self)
        return per * sum((x - mx) * (y - my) for x, y in self) / d if d else 0.0


def rank_test(a, b):
    """Probability that two samples of one distribution differ so much in rank
    (Mann and Whitney, normal approximation, corrected for ties)."""
    ranks, both = {}, sorted(a + b)
    n, at = len(both), 0
    ties = 0
    while at < n:
        end = at
        while end < n and both[end] == both[at]:
            end += 1
        ranks[both[at]] = (at + 1 + end) / 2
        ties += (end - at) ** 3 - (end - at)
        at = end
    u = sum(ranks[x] for x in a) - len(a) * (len(a) + 1) / 2
    var = len(a) * len(b) / 12 * (n + 1 - ties / (n * (n - 1)))
    return math.erfc(abs(u - len(a) * len(b) / 2) / math.sqrt(2 * var)) if var else 1.0


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
