"""Figures of processes, and what can be said of samples."""
import math
import os
import re
import statistics

from harness import BUILD

SANITIZED = '#define SANITIZED' in open(BUILD + '/config.h').read()
TICK = os.sysconf('SC_CLK_TCK')


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


class Kept(list):
    """[(events, kB)] of one process, sampled."""

    def growth(self):
        """Least of both ends: many a sample has met a hash of 16 MB at work."""
        n = len(self) // 4 + 1
        return min(y for _, y in self[-n:]) - min(y for _, y in self[:n])

    def slope(self, per):
        """kB in so many events, by least squares."""
        n = len(self)
        mx, my = sum(x for x, _ in self) / n, sum(y for _, y in self) / n
        d = sum((x - mx) ** 2 for x, _ in self)
        return per * sum((x - mx) * (y - my) for x, y in self) / d if d else 0.0

    def noise(self):
        """Standard deviation of what the line of least squares leaves, in kB."""
        b, mx = self.slope(1), sum(x for x, _ in self) / len(self)
        my = sum(y for _, y in self) / len(self)
        return statistics.pstdev(y - my - b * (x - mx) for x, y in self)


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
