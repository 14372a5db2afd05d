"""F-16, F-03, F-15: every system call of a scripted story goes wrong once.

A story is told once without a fault to see which calls each process makes.  A
site is (story, role, call, ordinal, way): the ordinal-th call of that role
since the story began goes wrong in that way.  After each the oracle looks, and
the same server goes on; it starts anew after a crash and now and then, so that
keeper's waiting before a restart does not grow.
"""
import collections
import os
import re
import shutil
import time

import calls
from oracle import Oracle, Violation
from server import BUILD, Server
from stories import STORIES
from tracer import Tracer
from visit import Bystander, Control, check_login, put

ORDINALS = 60		# of one call and role; later ones are alike
ACCOUNTS = 24
SANITIZED = b'__asan_init' in open(BUILD + '/libexec/front', 'rb').read()
Site = collections.namedtuple('Site', 'story role call k text order')


class Stage:
    """A server under the tracer, accounts, a bystander, the oracle."""

    def __init__(self, run, conf=None, seats=ACCOUNTS):
        self.run, self.rnd = run, run.random
        self.secret = 'canary-%016x' % self.rnd.getrandbits(64)
        self.oracle = Oracle([self.secret])
        self.conf, self.seats = conf or {}, seats
        self.server = self.tracer = None
        self.turn = self.made = 0
        self.base = {}

    def open(self):
        one = {'auth': {'processes': 1}, 'mail': {'processes': 1}, **self.conf}
        self.server = Server('fault', conf=one)
        self.server.killed = True
        self.control = Control(self.server)
        self.tracer = Tracer()
        # What LeakSanitizer does at the end needs the place of a tracer.
        self.server.start(env={'ASAN_OPTIONS': 'detect_leaks=0'})
        self.names = ['u%d@example.org' % i for i in range(self.seats)]
        self.server.account(*self.names, 'by@example.org', password=self.secret)
        octets = b'Subject: by\n\n' + b'stand by\n' * 40
        self.server.deliver('by@example.org', octets)
        self.server.deliver('by@example.org', octets)
        self.bystander = Bystander(self.server, self.oracle, 'by@example.org', self.secret,
                                   octets.replace(b'\n', b'\r\n'))
        for n in self.names:
            self.server.deliver(n, self.octets(n))
            self.add(n, 2)
            d = self.oracle.drop(n)
            for o in d.read(self.server.maildrop(n)).values():
                d.delivered(o)
            check_login(self.server, d, self.secret)
        self.began()
        return self

    def began(self):
        """A new server: trace it, let the bystander in."""
        self.tracer.follow(self.server)
        self.bystander.enter()
        self.base = {k: self.rss(p) for k, p in self.control.processes().items() if p}

    def octets(self, name):
        self.made += 1
        lines = [b'line %d of it' % i for i in range(self.rnd.randrange(1, 60))] + [b'.', b'..dots', b'.']
        return b'From: x@example.org\nSubject: %d to %s\n\n' % (self.made, name.encode()) + b'\n'.join(lines) + b'\n'

    def add(self, name, n=1):
        for _ in range(n):
            octets = self.octets(name)
            put(self.server, name, '%d.M%dP%d.test' % (time.time(), self.made, os.getpid()), octets)
            self.oracle.drop(name).delivered(octets)

    def seat(self):
        """The next account, with four messages; every other time without its index."""
        self.turn += 1
        name = self.names[self.turn % len(self.names)]
        drop = self.oracle.drop(name)
        self.add(name, max(0, 4 - len(drop.sure)))
        if self.turn // len(self.names) % 2:
            self.forget_index(name)
        return drop

    def forget_index(self, name):
        for f in os.listdir(self.server.maildrop(name)):
            if f.startswith('pop3srvd.'):
                os.unlink('%s/%s' % (self.server.maildrop(name), f))

    @staticmethod
    def rss(pid):
        try:
            return int(re.search(r'VmRSS:\s*(\d+)', open('/proc/%d/status' % pid).read()).group(1))
        except (OSError, AttributeError):
            return 0

    def wait_all(self, patience=60):
        """Until every process runs (again)."""
        end = time.monotonic() + patience
        while True:
            self.oracle.keeper(self.server.proc.poll() is None)
            now = self.control.processes()
            if now and all(now.values()):
                return
            if time.monotonic() > end:
                raise Violation('I8', 'not all processes came back: %s' % now)
            time.sleep(0.005)

    def start_over(self):
        """Kill the server and start it again: all files are as they are."""
        self.bystander.leave()
        self.tracer.close()
        if self.server.proc.poll() is None:
            self.server.kill()
        self.tracer = Tracer()
        self.server.start(env={'ASAN_OPTIONS': 'detect_leaks=0'}, wait=False)
        self.wait_all()
        self.began()

    def recover(self, drop, excused):
        """What must hold now; excused: processes have ended, and may be on their way back."""
        if not excused:
            assert self.bystander.ask()
            self.check(drop)
            return
        end = time.monotonic() + 30
        while True:
            self.wait_all()
            try:
                if not self.bystander.ask(excused=True):
                    self.bystander.enter()
                self.check(drop)
                break
            except Violation as v:
                if v.promise != 'I7' or time.monotonic() > end:
                    raise
                time.sleep(0.01)
        self.tracer.follow(self.server)

    def check(self, drop):
        """What must hold after any story."""
        drop.on_disk(drop.read(self.server.maildrop(drop.name)))
        check_login(self.server, drop, self.secret)

    def check_outputs(self):
        s = self.server
        for where, text in (('the log', s.log()), ('stderr', s.stderr())):
            self.oracle.words(where, text)
        cores = [f for d in (s.dir, s.dir + '/run', s.dir + '/state', '/var/empty') if os.path.isdir(d)
                 for f in os.listdir(d) if f.startswith('core')]
        if cores:
            raise Violation('I10', 'core files: %s' % cores)
        for (role, _), pid in (self.control.processes() or {}).items():
            most = self.base.get((role, _), 0) * 2 + (600000 if SANITIZED else 32768)
            if pid:
                self.oracle.memory(role, self.rss(pid), most)

    def close(self):
        if self.tracer:
            self.tracer.close()
        if self.server:
            self.server.remove()


class Sweep:
    def __init__(self, run, stage):
        self.run, self.stage = run, stage
        self.restarts = collections.Counter()
        self.errnos, self.places, self.missed = set(), set(), 0
        self.since = 0

    def tell(self, story):
        """One story without a check: what went on is in the oracle."""
        s = self.stage
        drop = s.seat()
        s.tracer.tell('zero')
        return drop, STORIES[story].tell(s, drop)

    def record(self, story):
        """{(role, call): the most that were seen}; twice with an index, twice without."""
        most = {}
        for cold in (False, True, False, True):
            self.stage.turn = len(self.stage.names) * (self.stage.turn // len(self.stage.names) // 2 * 2 + cold) + self.stage.turn % len(self.stage.names)
            drop, done = self.tell(story)
            assert done, 'the story "%s" fails without a fault: %s' % (story, STORIES[story].last)
            for key, n in self.stage.tracer.counts().items():
                most[key] = max(most.get(key, 0), n)
            self.stage.check(drop)
        return most

    def sites(self, story, how):
        out = []
        for (role, call), n in sorted(self.record(story).items()):
            if call not in calls.CALLS:
                self.run.failed('sweep', '%s calls %s, which calls.py does not know' % (role, call))
                continue
            if SANITIZED and call in calls.OF_SANITIZERS:
                continue
            for text, order in how(role, call):
                out += [Site(story, role, call, k, text, order) for k in range(1, min(n, ORDINALS) + 1)]
        return out

    def one(self, site):
        """A fault, then what must hold all the same.  True when the fault was reached."""
        s = self.stage
        drop = s.seat()
        s.tracer.tell('zero')
        s.tracer.arm(site.role, site.call, site.k, site.order)
        killing = site.order.startswith(('kill', 'after'))
        drop.may_skip = int(site.role == 'drop' and (site.call, site.text) in calls.UNREADABLE)
        STORIES[site.story].tell(s, drop, stuck=1 if 'unlink' in site.call else None)
        hits = s.tracer.disarm()
        drop.may_skip = 0
        ends = [e for e in s.tracer.ends() if "'" not in e[0] or e[2] < 0]
        self.judge(site, ends, killing)
        excused = killing or bool(ends) or (site.call, site.text) in calls.LOST
        s.recover(drop, excused)
        if hits == 0:
            self.missed += 1
            return False
        self.run.count('kills' if killing else 'calls failed')
        self.places.add(site[:4])
        self.errnos.add((site.call, site.text))
        self.since += len(ends)
        return True

    def judge(self, site, ends, killing):
        """Processes may end by our SIGKILL; by another signal never; by themselves it is noted."""
        s = self.stage
        for role, pid, how in ends:
            if how == -9:
                continue		# ours, or keeper ending one whose channel broke
            if how < 0:
                raise Violation('I8', '%s was ended by signal %d: %s' % (role, -how, s.server.stderr()[-1500:]))
            self.restarts['%s exits with %d after %s of %s' % (role, how, site.text, site.call)] += 1
        if site.role == 'keeper' and killing:
            return
        s.oracle.keeper(s.server.proc.poll() is None)

    def go(self, sites, until):
        """As many as the time allows, each once."""
        done = n = 0
        for site in sites:
            if until():
                break
            n += 1
            try:
                if self.since > 3:
                    self.since = 0
                    self.stage.start_over()
                done += self.one(site)
                if n % 50 == 0:
                    self.stage.check_outputs()
            except Violation as v:
                self.broken(site, v)
            except (AssertionError, OSError) as e:
                self.broken(site, Violation('I7', repr(e)))
        return done

    def broken(self, site, v):
        self.run.failed('%s of %s #%d by %s in "%s"' % (site.text, site.call, site.k, site.role, site.story), v)
        log = self.stage.server.log().splitlines()[-6:]
        for line in log:
            self.run.say('    ' + line)
        s = self.stage
        for name in s.names:		# begin again: the next site must not suffer from this one
            shutil.rmtree(s.server.maildrop(name), ignore_errors=True)
        s.close()
        fresh = Stage(self.run, s.conf, s.seats).open()
        s.__dict__.update(fresh.__dict__)


def sweep(run, until, how, name):
    stage = Stage(run)
    try:
        sw = Sweep(run, stage.open())
        sites = []
        for story in STORIES:
            sites += sw.sites(story, how)
        run.random.shuffle(sites)
        bad = run.bad
        done = sw.go(sites, until)
        stage.check_outputs()
        run.note('%s: sites %d, ways %d; injected %d of %d possible (%d not reached again)' % (
            name, len({x[:4] for x in sites}), len({(x.call, x.text) for x in sites}), done, len(sites), sw.missed))
        for text, n in sorted(sw.restarts.items()):
            run.note('%s: %s (%d times)' % (name, text, n))
        if run.bad == bad:
            run.passed(name)
    finally:
        stage.close()


def errors(run, until):
    sweep(run, until, calls.ways, 'calls')


def kills(run, until):
    sweep(run, until, lambda role, call: [('SIGKILL before', 'kill 9'), ('SIGKILL after', 'after 9')], 'kills')
