"""One run: mail, servers, rounds.  What was measured is in results and reasons."""
import os
import shutil
import socket
import statistics
import subprocess
import tempfile

import drive
import meter
from drive import warm_all
from mail import Mail, make_drop
from rows import table
from servers import Dovecot, Failed, Limit, NotMeasured, Ours, certificates, install_dovecot, many_descriptors


class Scale:
    """How much of everything; the usual, all of it (--full), or a trace."""
    users = 100
    settle = 2.5		# seconds after which a folder's time stamp can be trusted
    rest, may_drop = 0.3, True
    big = 50_000_000
    many, dropped, dele = 100_000, 10_000, 10_000
    pool = 100_000
    idle, idle_tls, idle_login = (1000, 5000), (200, 1000), (200, 1000)
    idle_many = 10_000
    cold, cold_seconds = (100, 10_000), 10
    crowds = (10, 100, 1000, 5000)
    counts = (100, 1000, 10_000, 100_000)


class Full(Scale):
    cold = (100, 100_000)
    counts = (100, 1000, 10_000, 100_000, 1_000_000)


class Smoke(Scale):
    users = 12
    settle = 0.05
    rest, may_drop = 0.03, False		# a test leaves the machine's caches alone
    big = 1_000_000
    many, dropped, dele = 300, 200, 50
    pool = 300
    idle, idle_tls, idle_login = (5, 25), (5, 15), (4, 12)
    idle_many = 50
    cold, cold_seconds = (5, 100), 0.5
    crowds = (10, 20)
    counts = (100, 200)


def addresses(n):
    """Of this run alone, so that several can run at once."""
    a = os.urandom(2)
    return ['127.%d.%d.%d' % (a[0] % 30 + 190, a[1], i + 2) for i in range(n)]


class Bench:
    def __init__(self, scale, seconds, seed, peers, folder=None, say=print):
        self.scale, self.seconds, self.seed, self.say = scale, seconds, seed, say
        self.peers = peers
        meter.sweep(folder or tempfile.gettempdir())
        self.dir = tempfile.mkdtemp(prefix='p3bench.%d.' % os.getpid(), dir=folder)
        os.chmod(self.dir, 0o755)
        self.servers, self.absent = [], {}
        self.results, self.reasons, self.faults = {}, {}, []
        self.stored, self.warmed = set(), set()
        self.numbers = 0
        drive.rest, drive.may_drop = scale.rest, scale.may_drop
        self.descriptors = many_descriptors()

    def number(self):
        self.numbers += 1
        return self.numbers

    def prepare(self, rows):
        """Servers with the mail that these rows need, started and warm."""
        certs = certificates(self.dir)
        self.mail = Mail(self.dir + '/mail', self.seed, self.scale.pool, self.scale.big)
        kinds = [Ours, Limit]
        if 'dovecot' in self.peers:
            why = install_dovecot(self.say)
            if why:
                self.absent['dovecot'] = why
                self.say('dovecot: not measured: ' + why)
            else:
                kinds.insert(1, Dovecot)
        addr = iter(addresses(2 * len(kinds)))
        needs = sorted({n for r in rows for n in r.needs} | {'users%d' % self.scale.users})
        counts = {self.scale.many, self.scale.dropped, *self.scale.counts}
        for kind in kinds:
            s = kind('%s/%s' % (self.dir, kind.name), next(addr), next(addr), certs)
            self.servers.append(s)
            if kind is Limit:
                s.describe(self.mail.sizes(), self.scale.big, sorted(counts))
            else:
                self.say('mail for %s: %s' % (s.name, ' '.join(needs)))
                for n in needs:
                    self.need(s, n)
                s.accounts = sorted(os.listdir(s.root()))
        for s in list(self.servers):
            self.begin(s)

    def begin(self, s):
        try:
            s.start()
            warm_all(s, self.scale.users)
            self.say('%s is up; processor time from %s' % (s.name, s.group.how))
        except Failed as e:
            if s.name != 'dovecot':
                raise SystemExit('bench: %s' % e)
            s.remove()
            self.servers.remove(s)
            self.absent['dovecot'] = str(e)
            self.say('dovecot: not measured: %s' % e)

    def need(self, s, need):
        kind, n = need.rstrip('0123456789'), int('0' + need.lstrip('abcdefghijklmnopqrstuvwxyz'))
        if kind == 'users':
            for i in range(n):
                if not os.path.exists(s.drop('user%d' % i)):
                    self.mail.link_twenty(s.drop('user%d' % i))
        elif kind == 'big':
            self.mail.link_big(s.drop('big0'))
        elif kind == 'wire':
            make_drop(s.drop('wire0'))
        elif kind == 'dele':
            self.mail.write_drop(s.drop(need), 0)
        elif kind == 'cold':
            for i in range(self.scale.cold[0]):
                self.mail.link_drop(s.drop('cold%d' % i), n, False, i * n)
        else:
            self.mail.link_drop(s.drop(need), n, kind == 'sized')

    def measure(self, row, srv):
        try:
            if not srv.running():
                srv.start()
            if getattr(row.run, 'warm', False) and (row.key, srv.name) not in self.warmed:
                seconds, self.seconds = self.seconds, min(self.scale.rest, self.seconds)
                try:
                    row.run(self, srv)
                finally:
                    self.seconds = seconds
                self.warmed.add((row.key, srv.name))
            r = row.run(self, srv)
        except NotMeasured as e:
            self.reasons.setdefault(row.key, {})[srv.name] = str(e)
            return None
        except (Failed, OSError, subprocess.SubprocessError, socket.timeout) as e:
            why = 'failed: %s' % e
            self.reasons.setdefault(row.key, {})[srv.name] = why
            self.faults.append((row.key, srv.name, why))
            return None
        self.results.setdefault(row.key, {}).setdefault(srv.name, []).append(r)
        if r.get('failed'):
            self.faults.append((row.key, srv.name, r['note']))
        return r

    def round(self, rows, number):
        for row in rows:
            shift = number % len(self.servers)
            shown = []
            for srv in self.servers[shift:] + self.servers[:shift]:
                if srv.name not in row.servers:
                    continue
                r = self.measure(row, srv)
                shown.append('%s %s' % (srv.name, 'not measured: ' + self.reasons[row.key][srv.name] if r is None else
                                        '%.4g %s (others %d %%)' % (r['value'], row.unit,
                                                                    100 * (r.get('foreign', 0) + r.get('steal', 0)))))
            self.say('%-14s %s' % (row.key, '; '.join(shown)))

    def medians(self, key, figure='value'):
        """{server: median} of the rounds."""
        out = {}
        for name, runs in self.results.get(key, {}).items():
            v = [r[figure] for r in runs if r.get(figure) is not None]
            if v:
                out[name] = statistics.median(v)
        return out

    def remove(self):
        for s in self.servers:
            try:
                s.remove()
            except OSError as e:
                self.say('%s: %s' % (s.name, e))
        shutil.rmtree(self.dir, ignore_errors=True)


def rows_of(scale, chosen):
    """The rows of these names; a name ending in * stands for several."""
    import fnmatch
    rows = table(scale)
    if not chosen:
        return rows
    known = [r.key for r in rows] + ['parking']
    for c in chosen:
        if not fnmatch.filter(known, c):
            raise SystemExit('no row is named "%s"; there are: %s' % (c, ' '.join(known)))
    return [r for r in rows if any(fnmatch.fnmatch(r.key, c) for c in chosen)]
