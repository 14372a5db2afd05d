"""The three that are measured: ours, Dovecot tuned for speed, canned answers.

Each has an address of its own pair (the second one shows the ECDSA
certificate), a folder of its own, accounts with the password "secret", and a
cgroup, so that what it costs is known apart from everybody else's.
"""
import ctypes
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import time

import mail
import meter
from harness import BUILD

PORT, TLS_PORT = 2110, 2995
FRONT, AUTH, MAIL = 61101, 61102, 61103		# users of ours, when root
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class NotMeasured(Exception):
    """This machine does not allow it; with the reason, which is printed."""


class Failed(Exception):
    """It was tried and went wrong, which no row may hide."""


def as_root():
    return os.getuid() == 0


def many_descriptors():
    """All that this machine gives; the number of them."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def spawn(command, group=None, **kw):
    """A process that ends with the runner, whatever ends that."""
    def before():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if group is not None:
            group.enter()
    meter.made += 1
    return subprocess.Popen(command, preexec_fn=before, **kw)


def install_dovecot(say):
    """None, or the reason why there is no Dovecot to measure."""
    if not as_root():
        return 'Dovecot changes identities, which needs root'
    if shutil.which('dovecot') and os.path.exists('/usr/lib/dovecot/pop3'):
        return None
    if not shutil.which('apt-get'):
        return 'no Dovecot here and no apt-get to install it with'
    say('installing dovecot-core and dovecot-pop3d')
    for step in (['update'], ['-y', '--no-install-recommends', 'install', 'dovecot-core', 'dovecot-pop3d']):
        r = subprocess.run(['apt-get', '-q', '-q', *step], capture_output=True, text=True,
                           env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive', 'RUNLEVEL': '1'})
        if r.returncode != 0:
            return 'apt-get %s failed: %s' % (step[0], (r.stderr.strip().splitlines() or ['?'])[-1])
    # Debian starts it; it would only take processor time here.
    subprocess.run(['service', 'dovecot', 'stop'], capture_output=True)
    return None if shutil.which('dovecot') else 'dovecot-core is installed, but no dovecot is to be found'


class Server:
    def __init__(self, folder, addr, addr_ec, certs, warm=True):
        self.dir, self.addr, self.addr_ec, self.certs = folder, addr, addr_ec, certs
        mail.owner = MAIL if as_root() else None
        os.makedirs(self.root())
        for path in {self.dir + '/mail', self.root()}:
            mail.give(path)
        self.group = meter.Group(self.name)
        self.proc = None
        self.accounts = []
        self.warm_users = 0		# of user0 …, how many were here since the start

    def root(self):
        return self.dir + '/mail'

    def drop(self, user):
        return self.root() + '/' + user

    def forget(self, user):
        mail.forget(self.drop(user))

    def launch(self, command):
        with open(self.dir + '/stderr', 'ab') as err:
            self.proc = spawn(command, self.group, stderr=err)
        self.warm_users = 0
        self.group.root_pid = self.proc.pid

    def answers(self):
        try:
            with socket.create_connection((self.addr, PORT), 1) as s:
                return s.recv(3) == b'+OK'
        except OSError:
            return False

    def wait_up(self):
        for _ in range(300):
            if self.answers():
                return
            if self.proc.poll() is not None:
                break
            time.sleep(0.05)
        with open(self.dir + '/stderr') as f:
            raise Failed('%s does not start: %s' % (self.name, ' '.join(f.read().split())[-200:] or '?'))

    def running(self):
        return self.proc is not None and self.proc.poll() is None

    def restart(self):
        self.stop()
        self.start()

    def stop(self):
        if self.running():
            self.proc.terminate()
            try:
                self.proc.wait(30)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        self.proc = None
        self.end_all()

    def end_all(self):
        """What it left behind, perhaps because it waits for a slow disk."""
        for _ in range(600):
            left = self.group.pids() if self.group.path else []
            if not left:
                return
            for p in left:
                try:
                    os.kill(p, signal.SIGKILL)
                except OSError:
                    pass
            time.sleep(0.05)

    def remove(self):
        self.stop()
        self.group.remove()


class Ours(Server):
    """As it is installed, but for limits that one address reaches here, and for
    the time a password is remembered: hashing it again is not what is compared."""
    name = 'pop3srvd'
    known = False

    def root(self):
        return self.dir + '/mail/example.org'

    def start(self):
        ids = ('"user": "%d", "auth": {"user": "%d", "cache_ttl": "1h"}, "mail": {"user": "%d"},' % (FRONT, AUTH, MAIL)
               if as_root() else '"auth": {"cache_ttl": "1h"},')
        rsa, ec = self.certs
        with open(self.dir + '/conf.json', 'w') as f:
            f.write('''{ "hostname": "bench.example", "default_domain": "example.org", "mail_root": "%(d)s/mail",
 "state_dir": "%(d)s/state", "run_dir": "%(d)s/run", "libexec_dir": "%(b)s/libexec", %(ids)s
 "tls": {"certificate": "%(c)s.pem", "key_file": "%(c)s.key"},
 "limits": {"connections": 18000, "per_address": 20000, "login_timeout": "10m"},
 "listeners": [ {"name": "pop3", "address": "%(a)s", "port": %(p)d, "tls": "starttls"},
  {"name": "pop3s", "address": "%(a)s", "port": %(t)d, "tls": "implicit"},
  {"name": "pop3s-ec", "address": "%(a2)s", "port": %(t)d,
   "tls": {"mode": "implicit", "certificate": "%(e)s.pem", "key_file": "%(e)s.key"}} ],
 "log": [ {"to": "file", "path": "%(d)s/log"} ], "control": {"path": "%(d)s/run/control.sock"} }'''
                    % dict(d=self.dir, b=BUILD, c=rsa, e=ec, a=self.addr, a2=self.addr_ec, p=PORT, t=TLS_PORT, ids=ids))
        self.launch([BUILD + '/sbin/pop3srvd', '-f', '-c', self.dir + '/conf.json'])
        self.wait_up()
        if not self.known:
            self.import_accounts()
            self.known = True

    def import_accounts(self):
        """With a hash that is made once, not a hundred milliseconds each."""
        secret = subprocess.run(['openssl', 'passwd', '-6', '-salt', 'benchbench', 'secret'], check=True,
                                capture_output=True, text=True).stdout.strip()
        lines = ''.join('%s@example.org:{CRYPT}%s\n' % (u, secret) for u in self.accounts)
        ctl = [BUILD + '/bin/pop3ctl', '-s', self.dir + '/run/control.sock', 'account', 'import', '-']
        r = subprocess.run(ctl, input=lines, capture_output=True, text=True)
        if r.returncode != 0:
            raise Failed('accounts cannot be imported: ' + (r.stderr or r.stdout)[-300:])


DOVECOT = '''
base_dir = %(d)s/run
log_path = %(d)s/log
protocols = pop3
listen = %(a)s, %(a2)s
ssl = yes
ssl_cert = <%(c)s.pem
ssl_key = <%(c)s.key
local %(a2)s {
 ssl_cert = <%(e)s.pem
 ssl_key = <%(e)s.key
}
disable_plaintext_auth = no
auth_mechanisms = plain
passdb {
 driver = passwd-file
 args = scheme=plain username_format=%%u %(d)s/users
}
userdb {
 driver = prefetch
}
first_valid_uid = 1
mail_location = maildir:%(d)s/mail/%%u
mail_max_userip_connections = 0
maildir_very_dirty_syncs = yes
pop3_no_flag_updates = yes
pop3_fast_size_lookups = yes
stats_writer_socket_path =
default_client_limit = 15000
default_process_limit = 1000
default_vsz_limit = 4G
service pop3-login {
 service_count = 0
 process_min_avail = 2
 client_limit = 12000
 inet_listener pop3 {
  port = %(p)d
 }
 inet_listener pop3s {
  port = %(t)d
  ssl = yes
 }
}
service pop3 {
 service_count = 0
 process_min_avail = 2
 process_limit = 12000
 client_limit = %(per)d
}
'''


class Dovecot(Server):
    """Login processes kept, pop3 processes reused by many sessions, nothing
    forked per session, plain passwords, no user database to ask."""
    name = 'dovecot'
    per_process = 1000

    def start(self):
        uid = pwd.getpwnam('mail').pw_uid if not as_root() else MAIL
        rsa, ec = self.certs
        with open(self.dir + '/users', 'w') as f:
            for u in self.accounts:
                # DELE is compared synced, as RFC 1939 servers must mean it.
                f.write('%s:{PLAIN}secret::::::userdb_uid=%d userdb_gid=%d userdb_home=%s%s\n' % (
                    u, uid, uid, self.drop(u), ' userdb_mail_fsync=always' if u.startswith('dele') else ''))
        with open(self.dir + '/dovecot.conf', 'w') as f:
            f.write(DOVECOT % dict(d=self.dir, c=rsa, e=ec, a=self.addr, a2=self.addr_ec, p=PORT, t=TLS_PORT,
                                   per=self.per_process))
        self.launch(['dovecot', '-F', '-c', self.dir + '/dovecot.conf'])
        self.wait_up()


class Limit(Server):
    """t/bench/limit: no accounts, no mail, no checks."""
    name = 'limit'

    def describe(self, sizes, big, counts):
        self.sizes, self.big, self.counts = sizes, big, counts

    def start(self):
        rsa, ec = self.certs
        self.launch([BUILD + '/t/bench/limit', '-a', self.addr, '-p', str(PORT),
                     '-m', ','.join(map(str, self.sizes)), '-b', str(self.big), '-f', self.dir + '/big',
                     '-n', ','.join(map(str, self.counts)), '-t', str(TLS_PORT), '-c', rsa + '.pem',
                     '-k', rsa + '.key', '-A', self.addr_ec, '-C', ec + '.pem', '-K', ec + '.key'])
        self.wait_up()


def certificates(folder):
    """RSA-2048, as the reference figures were got, and ECDSA P-256."""
    out = []
    for name, key in (('rsa', ['rsa:2048']), ('ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'])):
        path = folder + '/' + name
        subprocess.run(['openssl', 'req', '-x509', '-newkey', *key, '-nodes', '-keyout', path + '.key', '-out',
                        path + '.pem', '-days', '3', '-subj', '/CN=localhost'], check=True, stderr=subprocess.DEVNULL)
        os.chmod(path + '.key', 0o600)
        out.append(path)
    return out
