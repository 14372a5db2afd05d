"""The soak's administrator: what is done to a server in use."""
import glob
import os
import shutil
import signal
import subprocess
import time


class Operator:
    """Does one thing after the other; each must succeed, unless the server is
    being killed (rough)."""

    def __init__(self, run, s):
        self.run, self.s, self.random = run, s, run.random
        self.n = 0
        self.spare = self.make_certificates()

    def make_certificates(self):
        """The one in use and two others, kept aside."""
        out = []
        for i in range(3):
            if i:
                self.s.write_certificate()
            for f in ('cert.pem', 'cert.key'):
                shutil.copy('%s/%s' % (self.s.dir, f), '%s/spare%d.%s' % (self.s.dir, i, f))
            out.append(i)
        return out

    def reload(self):
        self.s.ctl('reload')

    def bad_reload(self):
        """A configuration that cannot be: it is refused, and nothing changes."""
        path = self.s.dir + '/conf.d/99-bad.json'
        with open(path, 'w') as f:
            f.write(self.random.choice(('{', '{ "limits": { "connections": "many" } }', '{ "listeners": 7 }', '\0')))
        r = self.s.ctl('reload', check=False)
        os.unlink(path)
        assert r.returncode != 0, 'a bad configuration was taken'

    def certificate(self):
        n = self.random.choice(self.spare)
        for f in ('cert.key', 'cert.pem'):
            shutil.copy('%s/spare%d.%s' % (self.s.dir, n, f), '%s/%s.new' % (self.s.dir, f))
            os.rename('%s/%s.new' % (self.s.dir, f), '%s/%s' % (self.s.dir, f))
        self.s.ctl('reload')

    def options(self):
        name = self.random.choice(('last', 'implementation', 'no_nuls', 'auto_deny'))
        self.s.ctl('option', 'set', name, self.random.choice(('on', 'off')))

    def limits(self):
        key, values = self.random.choice((('limits.idle_timeout', ('10m', '20m')), ('limits.lock_wait', ('30s', '40s')),
                                          ('limits.auth_tries', ('3', '5')), ('mail.expire_days', ('10', '30'))))
        self.s.ctl('config', 'set', key, self.random.choice(values))

    def access(self):
        """Ranges that no guest comes from."""
        net = '10.%d.0.0/16' % self.random.randrange(256)
        verb = self.random.choice(('grant', 'deny'))
        self.s.ctl(verb, 'add', net)
        self.s.ctl(verb, 'remove', net)

    def shut_out(self):
        self.s.ctl('autodeny', 'add', '192.0.2.%d' % self.random.randrange(256))
        self.s.ctl('autodeny', 'clear')

    def log_level(self):
        self.s.ctl('log', 'level', self.random.choice(('error', 'warning', 'info', 'debug')))

    def accounts(self):
        """One that nobody uses: made, locked, removed."""
        self.n += 1
        name = 'passing%d@example.org' % self.n
        self.s.account(name)
        self.s.ctl('account', 'lock', name)
        self.s.ctl('account', 'remove', name)

    def look_around(self):
        for words in (('status',), ('stats',), ('session', 'list'), ('account', 'list'), ('config', 'show'), ('queue', 'list')):
            self.s.ctl('--json', *words)

    def welcome(self):
        self.s.ctl('welcome', 'set', 'ready %d' % self.random.randrange(1000))

    def rotate_log(self):
        """As logrotate does it; what stood in it is looked at first."""
        for old in glob.glob(self.s.dir + '/log.1'):
            os.unlink(old)
        self.s.unharmed()
        os.rename(self.s.dir + '/log', self.s.dir + '/log.1')
        os.kill(self.s.proc.pid, signal.SIGUSR1)
        end = time.monotonic() + 30
        while not os.path.exists(self.s.dir + '/log') and time.monotonic() < end:
            time.sleep(0.05)

    DEEDS = (reload, bad_reload, certificate, options, limits, access, shut_out, log_level, accounts, look_around, welcome,
             rotate_log)

    def act(self, rough=False):
        deed = self.random.choice(self.DEEDS)
        try:
            deed(self)
            self.run.count('operator: ' + deed.__name__.replace('_', ' '))
        except (AssertionError, OSError, KeyError, ValueError, subprocess.TimeoutExpired):
            if not rough:
                raise

    def kill_one(self):
        """Not keeper, whose end is the operator's command, and not relay, which
        may hand over mail twice then."""
        self.s.killed = True
        them = self.s.processes('front', 'auth', 'drop', 'log')
        if them:
            role, _, pid = self.random.choice(them)
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.run.count('killed: ' + role)
