"""What the campaigns play on: a server under the tracer, accounts, a bystander, the oracle."""
import os
import re
import time

from oracle import Oracle, Violation
from server import AUTH, BUILD, MAIL, Server
from smart import SmartHost
from tracer import Tracer
from visit import Bystander, Control, check_login, put

SANITIZED = b'__asan_init' in open(BUILD + '/libexec/front', 'rb').read()
# What LeakSanitizer does at the end needs the place of a tracer.
ENV = {'ASAN_OPTIONS': 'detect_leaks=0'}
BOUND = 600000 if SANITIZED else 32768	# kB above twice what a process begins with


class Stage:
    def __init__(self, run, conf=None, seats=24, outfit=None):
        """outfit(stage): says how programs are started and traced (programs, env, new_tracer)."""
        self.run, self.rnd = run, run.random
        self.conf, self.seats, self.outfit = conf or {}, seats, outfit
        self.server = self.tracer = self.smart = None

    def open(self):
        self.secret = 'canary-%016x' % self.rnd.getrandbits(64)
        self.oracle = Oracle([self.secret])
        self.turn = self.made = self.starts = 0
        self.base, self.pids = {}, {}
        self.server = Server('fault')
        self.server.killed = True
        self.programs, self.env, self.new_tracer = BUILD + '/libexec', {}, Tracer
        if self.outfit:
            self.outfit(self)
        self.server.more = self.make_conf()
        self.smart = SmartHost(self.server)
        self.control = Control(self.server)
        self.start(wait=True)
        self.people()
        self.began()
        return self

    def start(self, wait):
        self.tracer = self.new_tracer() if self.new_tracer else None
        self.server.start(env={**ENV, **self.env}, wait=wait)

    def make_conf(self):
        """One process a role, so that a call is always the same one's; a smart host that is tried soon again."""
        c = {'auth': {'processes': 1}, 'mail': {'processes': 1}, 'options': {'xtnd_xmit': True},
             'relay': {'smart_host': self.server.addr + ':2525', 'tls': 'none', 'min_free': 0, 'per_hour': 0,
                       'retries': ['100ms'], 'timeout': '20s'}}
        c['auth']['user'], c['mail']['user'] = str(AUTH), str(MAIL)
        self.programs = c['libexec_dir'] = self.server.reachable(self.programs)
        for k, v in self.conf.items():
            c[k] = {**c.get(k, {}), **v} if isinstance(v, dict) else v
        return c

    def people(self):
        self.names = ['u%d@example.org' % i for i in range(self.seats)]
        self.server.account(*self.names, 'by@example.org', password=self.secret)
        octets = b'Subject: by\n\n' + b'stand by\n' * 40
        self.server.deliver('by@example.org', octets)
        self.bystander = Bystander(self.server, self.oracle, 'by@example.org', self.secret,
                                   octets.replace(b'\n', b'\r\n'))
        for n in self.names:
            self.control.ask('account.set', name=n, xmit=True)
            check_login(self.server, self.oracle.drop(n), self.secret)	# makes the maildrop
            self.add(n, 3)
            check_login(self.server, self.oracle.drop(n), self.secret)

    def began(self):
        """A new server: trace it, let the bystander in."""
        self.starts += 1
        self.follow()
        self.bystander.enter()
        self.base = {k: self.rss(p) for k, p in self.pids.items()}

    def follow(self):
        self.pids = self.control.processes()
        if self.tracer:
            self.tracer.follow(self.server.proc.pid, self.pids)

    def octets(self, name):
        self.made += 1
        lines = [b'line %d of it' % i for i in range(self.rnd.randrange(1, 60))] + [b'.', b'..dots', b'.']
        return b'From: x@example.org\nSubject: %d to %s\n\n' % (self.made, name.encode()) + b'\n'.join(lines) + b'\n'

    def add(self, name, n=1):
        for _ in range(n):
            octets = self.octets(name)
            put(self.server, name, '%d.M%dP%d.test' % (time.time(), self.made, os.getpid()), octets)
            self.oracle.drop(name).delivered(octets)

    def seat(self, cold=None):
        """The next account, with four messages; half of the time without its index."""
        self.turn += 1
        name = self.names[self.turn % len(self.names)]
        drop = self.oracle.drop(name)
        self.add(name, max(0, 4 - len(drop.sure)))
        if self.rnd.random() < 0.5 if cold is None else cold:
            folder = self.server.maildrop(name)
            for f in os.listdir(folder):
                if f.startswith('pop3srvd.'):
                    os.unlink('%s/%s' % (folder, f))
        return drop

    @staticmethod
    def rss(pid):
        try:
            return int(re.search(r'VmRSS:\s*(\d+)', open('/proc/%d/status' % pid).read()).group(1))
        except (OSError, AttributeError):
            return 0

    def alive(self):
        return self.server.proc.poll() is None

    def wait_all(self, patience=60):
        """Until every process runs (again)."""
        end = time.monotonic() + patience
        while True:
            self.oracle.keeper(self.alive())
            now = self.control.processes()
            if now and all(now.values()):
                return
            if time.monotonic() > end:
                raise Violation('I8', 'not all processes came back: %s' % now)
            time.sleep(0.005)

    def start_over(self):
        """Kill the server and start it again: all files are as they are."""
        self.bystander.leave()
        if self.tracer:
            self.tracer.close()
        if self.alive():
            self.server.kill()
        self.start(wait=False)
        self.wait_all()
        self.began()

    def recover(self, drop, excused, more=None):
        """What must hold now.  excused: processes have ended, and may be on their way back."""
        end = time.monotonic() + 30
        while True:
            if excused:
                self.wait_all()
            try:
                if not self.bystander.ask(excused):
                    self.bystander.enter()
                self.check(drop)
                if more is not None:
                    more()
                break
            except Violation as v:
                if not excused or v.promise != 'I7' or time.monotonic() > end:
                    raise
                time.sleep(0.01)
        if excused:
            self.follow()

    def check(self, drop):
        """What must hold after any story."""
        drop.on_disk(drop.read(self.server.maildrop(drop.name)))
        check_login(self.server, drop, self.secret)

    def check_outputs(self):
        """I9 and I10."""
        s = self.server
        for where, text in (('the log', s.log()), ('stderr', s.stderr())):
            self.oracle.words(where, text)
        cores = [d + '/' + f for d in (s.dir, s.dir + '/run', s.dir + '/state', '/var/empty') if os.path.isdir(d)
                 for f in os.listdir(d) if f.startswith('core')]
        if cores:
            raise Violation('I10', 'core files: %s' % cores)
        for key, pid in (self.control.processes() or {}).items():
            if pid:
                self.oracle.memory(key[0], self.rss(pid), self.base.get(key, 0) * 2 + BOUND)

    def close(self):
        if self.tracer:
            self.tracer.close()
        if self.smart:
            self.smart.close()
        if self.server:
            self.server.remove()
