"""A server of one's own for a harness: its folder, address, accounts, mail.

	with Server('fault') as s:
		s.start()
		s.account('anna@example.org')
		s.deliver('anna@example.org', b'Subject: x\\n\\nhello\\n')
		c = s.client().login('anna')
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from harness import BUILD, SRC

sys.path.insert(0, SRC + '/t/system')
from pop3 import Pop3  # noqa: E402

FRONT, AUTH, MAIL = 61101, 61102, 61103		# users of the parts, when root
PORT, TLS_PORT = 1110, 1995
FAULTS = (b'ERROR: AddressSanitizer', b'runtime error:', b'ERROR: LeakSanitizer: detected')


def hidden(path):
    """Below a folder that is closed to other users."""
    while path != '/':
        if not os.stat(path).st_mode & 0o001:
            return True
        path = os.path.dirname(path)
    return False


def merge(to, more):
    for k, v in more.items():
        if isinstance(v, dict) and isinstance(to.get(k), dict):
            merge(to[k], v)
        else:
            to[k] = v


class Server:
    def __init__(self, name, conf=None, folder=None):
        self.name, self.more = name, conf or {}
        self.dir = folder or tempfile.mkdtemp(prefix='p3h-%s.' % name)
        self.own_folder = folder is None
        os.chmod(self.dir, 0o755)
        a = os.urandom(3)
        self.addr = '127.%d.%d.%d' % (a[0] % 30 + 221, a[1], a[2] % 250 + 2)
        self.sock = self.dir + '/run/control.sock'
        self.mail = self.dir + '/mail'
        self.proc = None
        self.killed = False		# the harness ended processes itself
        self.write_certificate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def write_certificate(self):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                        '-keyout', self.dir + '/cert.key', '-out', self.dir + '/cert.pem', '-days', '30',
                        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:' + self.addr],
                       check=True, stderr=subprocess.DEVNULL)
        os.chmod(self.dir + '/cert.key', 0o600)

    def reachable(self, programs):
        """That folder, or a copy: relay and deliver start as ordinary users."""
        if not hidden(programs):
            return programs
        copy = self.dir + '/libexec'
        if not os.path.exists(copy):
            own = '%s.%d' % (copy, threading.get_native_id())
            os.rename(shutil.copytree(programs, own), copy)
        return copy

    def conf(self):
        c = {'hostname': 'mail.example.org', 'default_domain': 'example.org', 'mail_root': self.mail,
             'state_dir': self.dir + '/state', 'run_dir': self.dir + '/run', 'libexec_dir': self.reachable(BUILD + '/libexec'),
             'tls': {'certificate': self.dir + '/cert.pem', 'key_file': self.dir + '/cert.key'},
             'listeners': [{'name': 'pop3', 'address': self.addr, 'port': PORT, 'tls': 'starttls'},
                           {'name': 'pop3s', 'address': self.addr, 'port': TLS_PORT, 'tls': 'implicit'}],
             'limits': {'failure_delay': '100ms', 'per_address': 20000},
             'log': [{'to': 'file', 'path': self.dir + '/log'}], 'control': {'path': self.sock}}
        if os.getuid() == 0:
            c.update({'user': str(FRONT), 'auth': {'user': str(AUTH)}, 'mail': {'user': str(MAIL)}})
        merge(c, self.more)
        return c

    def start(self, under=(), env=None, wait=True, **kw):
        """under: words before the daemon's own (strace, setpriv, prlimit …)."""
        os.makedirs(self.dir + '/conf.d', exist_ok=True)
        with open(self.dir + '/pop3srvd.json', 'w') as f:
            json.dump(self.conf(), f, indent=1)
        with open(self.dir + '/stderr', 'ab') as err:
            self.proc = subprocess.Popen([*under, BUILD + '/sbin/pop3srvd', '-f', '-c', self.dir + '/pop3srvd.json'],
                                         stderr=err, env={**os.environ, **(env or {})}, **kw)
        if wait:
            self.wait_up()
        return self

    def wait_up(self, patience=30):
        end = time.monotonic() + patience
        while self.ctl('status', check=False).returncode != 0:
            if self.proc.poll() is not None or time.monotonic() > end:
                raise AssertionError('the server did not start: ' + self.stderr()[-2000:])
            time.sleep(0.02)

    def ctl(self, *words, check=True, input=None, timeout=60):
        r = subprocess.run([BUILD + '/bin/pop3ctl', '-s', self.sock, *words], capture_output=True, text=True,
                           input=input, timeout=timeout)
        assert not check or r.returncode == 0, (words, r.returncode, r.stdout, r.stderr)
        return r

    def json(self, *words):
        return json.loads(self.ctl('--json', *words).stdout)['result']

    def processes(self, *roles):
        """[(role, index, pid)] of the children that run."""
        return [(p['role'], p['index'], p['pid']) for p in self.json('status')['processes']
                if p['pid'] and (not roles or p['role'] in roles)]

    def account(self, *names, password='secret', kind='PLAIN'):
        self.ctl('domain', 'add', names[0].split('@')[1], check=False)
        self.ctl('account', 'import', '-', input=''.join('%s:{%s}%s\n' % (n, kind, password) for n in names))

    def maildrop(self, account):
        user, domain = account.split('@')
        return '%s/%s/%s' % (self.mail, domain, user)

    def delivery_program(self):
        return self.reachable(BUILD + '/libexec') + '/deliver'

    def deliver(self, account, octets):
        """As a delivery agent does it: durable when this returns."""
        cmd = [self.delivery_program(), self.maildrop(account)]
        if os.getuid() == 0:
            domain = os.path.dirname(self.maildrop(account))
            if not os.path.isdir(domain):
                os.makedirs(domain, mode=0o711)
                os.chown(domain, MAIL, MAIL)
            cmd = ['setpriv', '--reuid=%d' % MAIL, '--regid=%d' % MAIL, '--clear-groups', *cmd]
        subprocess.run(cmd, input=octets, check=True)

    def own_mail(self):
        if os.getuid() == 0:
            subprocess.run(['chown', '-R', '%d:%d' % (MAIL, MAIL), self.mail], check=True)

    def client(self, tls=False, port=None, **kw):
        return Pop3(tls=tls, addr=self.addr, port=port or (TLS_PORT if tls else PORT), **kw)

    def stderr(self):
        try:
            return open(self.dir + '/stderr', 'rb').read().decode('latin-1')
        except FileNotFoundError:
            return ''

    def log(self):
        if not os.path.isfile(self.dir + '/log'):	# a test may put anything there
            return ''
        return open(self.dir + '/log', 'rb').read().decode('latin-1')

    def unharmed(self):
        """No process ended by itself, no sanitizer had anything to say."""
        err = self.stderr().encode('latin-1')
        for f in FAULTS:
            at = err.find(f)
            assert at < 0, err[at:at + 3000].decode('latin-1')
        if not self.killed:
            for line in self.log().splitlines():
                assert 'process ended' not in line, line

    def stop(self):
        """As the operator does it."""
        self.proc.send_signal(signal.SIGTERM)
        code = self.proc.wait(60)
        self.proc = None
        assert code == 0, 'the server ended with %d: %s' % (code, self.stderr()[-2000:])
        self.unharmed()

    def kill(self):
        """The keeper and, since they end without it, all others."""
        self.killed = True
        self.proc.kill()
        self.proc.wait()
        self.proc = None

    def remove(self):
        if self.proc is not None and self.proc.poll() is None:
            self.proc.terminate()
            try:
                self.proc.wait(30)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        if self.own_folder:
            shutil.rmtree(self.dir, ignore_errors=True)
