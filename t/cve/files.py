"""Names and rights of files, and what stands in their place."""
import glob
import json
import os
import re
import signal
import socket
import stat
import subprocess

from abuse import NAMES
from lab import ANNA, MESSAGES, until
from logic import plain
from parsing import ask
from rows import Skip, row
from server import FRONT, MAIL

FILES = 'open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,symlink,symlinkat,' \
    'chmod,fchmodat,chown,lchown,fchownat,truncate,execve'


def need_root():
    if os.getuid() != 0:
        raise Skip('needs root')


class Traced:
    """Every system call on a file of some processes, by strace."""
    def __init__(self, s, pids):
        self.path = s.dir + '/trace'
        self.proc = subprocess.Popen(['strace', '-f', '-qq', '-y', '-s', '400', '-e', 'trace=' + FILES, '-o', self.path] +
                                     [x for pid in pids for x in ('-p', str(pid))], stderr=subprocess.DEVNULL)
        until('strace has hold', lambda: all(
            'TracerPid:\t0\n' not in open('/proc/%d/status' % pid).read() for pid in pids))

    def lines(self):
        self.proc.send_signal(signal.SIGINT)
        self.proc.wait(30)
        return open(self.path, errors='surrogateescape').read().splitlines()


CALL = re.compile(r'^\d+ +(\w+)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


def paths(lines):
    """(call, path as the kernel resolves it) of each call on a path."""
    for line in lines:
        m = CALL.match(line)
        if m:
            path = m.group(3)
            yield m.group(1), path if path.startswith('/') else '%s/%s' % (m.group(2) or '?', path)


TWINS = ['..', '.', '/', 'a/b', 'a\\0b', 'a' * 64, 'a' * 255, 'a' * 256, '.hidden', 'anna.', 'anna ', ' anna', 'ANNA', 'Anna@EXAMPLE.org',
         '\u0430nna', 'anna\u0301', '\uff41nna', 'anna\u200b', 'cur', 'new', 'tmp', 'anna/new', '../example.org/anna', '....//anna']


@row('S-32', 'no name leads out of the mail root; one account has one name')
def names(lab):
    need_root()
    s = lab.server
    trace = Traced(s, [pid for _, _, pid in s.processes('auth', 'drop')])
    good = 0
    for name in TWINS + NAMES:
        p = s.client()
        r = p.cmd(plain(name, 'secret'))
        if r.startswith(b'+OK'):
            good += 1
            assert p.ok('STAT').startswith(b'+OK 3 '), name
        else:
            assert r.startswith(b'-ERR'), (name, r)
        p.close()
        lab.count('S-32 names')
    assert good >= 2, 'ANNA and Anna@EXAMPLE.org are anna'
    for name in TWINS:
        for verb, args in (('account.add', {'name': name + '@example.org', 'hash': '$5$rounds=1000$cve$x'}),
                           ('account.set', {'name': ANNA, 'maildrop': '../../' + name})):
            ask(s.sock, json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n')
    ask(s.sock, json.dumps({'v': 1, 'id': 1, 'verb': 'account.set', 'args': {'name': ANNA, 'maildrop': None}}).encode() + b'\n')
    seen = list(paths(trace.lines()))
    assert seen, 'nothing was traced'
    for call, path in seen:
        assert '/../' not in path + '/', (call, path)
        assert os.path.normpath(path).startswith((s.mail, s.dir + '/state/auth', '/dev/urandom', '/usr/lib', '/lib', '/etc/security')), (
            call, path)
    lab.note('S-32: %d calls on paths seen' % len(seen))


def modes(top):
    for d, folders, files in os.walk(top):
        for n in [*folders, *files]:
            yield os.path.relpath(os.path.join(d, n), top), os.lstat(os.path.join(d, n))


def work(s):
    """A bit of everything that makes files."""
    s.account(ANNA)
    s.ctl('account', 'set', '--xmit', 'on', ANNA)
    s.deliver(ANNA, MESSAGES[0])
    s.deliver(ANNA, MESSAGES[1])
    s.ctl('config', 'set', 'limits.per_address', '40')
    s.ctl('option', 'set', 'apop', 'on')
    s.ctl('option', 'set', 'xtnd_xmit', 'on')
    p = s.client(tls=True).login('anna')
    p.ok('XTND XMIT')
    p.send(b'From: anna@example.org\r\nTo: b@example.net\r\n\r\nx\r\n.\r\n')
    p.line()
    p.ok('DELE 1')
    p.quit()
    s.client().login('anna').quit()
    s.ctl('reload')


@row('S-41', 'files are as private under umask 000 as under 077, and root opens nothing that users name')
def umask(lab):
    need_root()
    seen = {}
    for mask in (0o000, 0o077):
        s = lab.own(start=False)
        s.more = {'relay': {'smart_host': '127.0.0.1:9'}, 'log': [{'to': 'file', 'path': s.dir + '/log'},
                                                                 {'to': 'daily', 'folder': s.dir + '/daily'}]}
        os.mkdir(s.dir + '/daily')
        os.chown(s.dir + '/daily', FRONT, FRONT)
        s.start(umask=mask, under=['strace', '-f', '-qq', '-y', '-s', '400', '-e', 'trace=%s,setresuid' % FILES, '-o', s.dir + '/trace'])
        work(s)
        for name, st in modes(s.dir):
            kind, mode = stat.S_IFMT(st.st_mode), stat.S_IMODE(st.st_mode)
            if name.split('/')[0] not in ('state', 'run', 'mail', 'log', 'daily') or name == 'daily':
                continue
            assert kind == stat.S_IFSOCK or not mode & 0o022, '%s may be written by others: %o' % (name, mode)
            if re.match(r'state/(auth|spool)|mail/.*/.*/', name) or name.endswith('.key'):
                assert not mode & 0o077, '%s may be read by others: %o' % (name, mode)
            seen.setdefault(mask, {})[re.sub(r'[0-9]{3,}.*', 'N', name)] = (kind, mode)
        os.kill(s.json('status')['pid'], signal.SIGTERM)	# not strace
        until('the server ends', lambda: s.proc.poll() is not None)
        s.unharmed()
        left = set()	# processes that are no longer root
        n = 0
        for line in open(s.dir + '/trace', errors='replace'):
            pid = line.split()[0]
            if 'setresuid(' in line and ' = 0' in line:
                left.add(pid)
            for call, path in paths([line]):
                n += 1
                assert pid in left or call == 'mkdir' or not path.startswith(s.mail + '/'), 'as root: ' + line
        assert n > 50, 'nothing was traced'
        lab.count('S-41 calls on paths', n)
        s.proc = None
        s.remove()
        lab.servers.remove(s)
    differ = {k: (v, seen[0o077].get(k)) for k, v in seen[0].items() if k in seen[0o077] and seen[0o077][k] != v}
    assert not differ, differ


KINDS = ('symlink', 'dangling', 'hardlink', 'fifo', 'folder', 'socket')


def replace(path, kind, victim):
    """Put something else where a file of the server was."""
    if os.path.isdir(path) and not os.path.islink(path):
        os.rename(path, path + '.away')
    elif os.path.lexists(path):
        os.unlink(path)
    if kind == 'symlink':
        os.symlink(victim, path)
    elif kind == 'dangling':
        os.symlink(victim + '.none', path)
    elif kind == 'hardlink':
        os.link(victim, path)
    elif kind == 'fifo':
        os.mkfifo(path)
    elif kind == 'folder':
        os.mkdir(path)
    else:
        u = socket.socket(socket.AF_UNIX)
        u.bind(path)
        u.close()


def restore(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.unlink(path)


@row('S-42', 'links, FIFOs and folders in the place of a file of ours: never followed, never waited for')
def replaced(lab):
    s = lab.own()
    s.account(ANNA)
    s.ctl('config', 'set', 'limits.per_address', '40')
    victim = s.dir + '/victim'
    s.stop()
    ours = sorted(p for p in glob.glob(s.dir + '/state/*') + glob.glob(s.dir + '/run/*') + [s.dir + '/log', s.sock]
                  if os.path.isfile(p) or p == s.sock)
    cases = [(p, k) for p in ours for k in KINDS]
    for path, kind in [(s.dir + '/log', 'symlink'), *lab.sample(cases, 6)]:
        while_running = lab.random.random() < 0.5
        open(victim, 'w').write('precious\n')
        owner = os.getuid()
        if owner == 0 and kind == 'symlink':	# what the log may write, were it led there
            owner = FRONT
            os.chown(victim, FRONT, FRONT)
        keep = open(path, 'rb').read() if os.path.isfile(path) else None
        st = os.lstat(path) if keep is not None else None
        if while_running:
            s.start()
        replace(path, kind, victim)
        mark = len(s.stderr())
        if not while_running:
            try:
                s.start()
            except AssertionError:
                code = s.proc.poll()
                assert code is not None and code > 0, 'hangs with a %s as %s' % (kind, path)
                assert os.path.basename(path) in s.stderr()[mark:], 'does not tell: ' + s.stderr()[mark:]
                s.proc = None
        if s.proc:
            p = s.client().login('anna')
            p.ok('STAT')
            p.quit()
            for words in (('reload',), ('config', 'set', 'limits.per_address', '41'), ('audit', 'verify'), ('log', 'rotate')):
                s.ctl(*words, check=False) if path != s.sock else s.proc.send_signal(signal.SIGHUP)
            s.client().login('anna').quit()
            s.stop()
        assert open(victim).read() == 'precious\n', '%s as a %s: what it led to was written' % (path, kind)
        assert os.stat(victim).st_mode & 0o777 == 0o644 and os.stat(victim).st_uid == owner, 'rights of the victim'
        assert not os.path.exists(victim + '.none'), '%s as a %s: was made' % (path, kind)
        restore(path)
        if keep is not None:
            open(path, 'wb').write(keep)
            os.chmod(path, st.st_mode & 0o777)
            os.chown(path, st.st_uid, st.st_gid)
        os.unlink(victim)
        lab.count('S-42 replacements')
    s.start()
    s.client().login('anna').quit()
    lab.done(s)


@row('S-43', 'in a maildrop only plain files are messages; nothing is followed or waited for, nor may others put anything there')
def strange_files(lab):
    need_root()
    s = lab.server
    user = 'strange@example.org'
    lab.accounts(user)
    secret = s.dir + '/secret'
    open(secret, 'w').write('Subject: secret of another\n\n')
    os.chmod(secret, 0o644)
    s.deliver(user, b'Subject: good\n\n')
    d = s.maildrop(user)
    for sub in ('new', 'cur', 'tmp'):
        at = d + '/' + sub + '/17000000'
        os.mkfifo(at + '01.fifo')
        os.symlink(secret, at + '02.link')
        os.symlink('/dev/zero', at + '03.zero')
        os.symlink(os.listdir(d + '/new')[0], at + '10.within')
        os.mkdir(at + '04.folder')
        os.mknod(at + '05.dev', 0o600 | stat.S_IFCHR, os.makedev(1, 5))
        u = socket.socket(socket.AF_UNIX)
        here = os.getcwd()
        os.chdir(d + '/' + sub)
        u.bind('1700000006.sock')
        os.chdir(here)
        u.close()
        open(at + '08.foreign', 'w').write('Subject: secret of another\n\n')
        os.chmod(at + '08.foreign', 0o600)
    p = lab.login('strange')
    n = int(p.ok('STAT').split()[1])
    got = []
    for i in range(1, n + 1):
        r = p.cmd('RETR %d' % i)
        if r.startswith(b'+OK'):
            got.append(p.multi_raw())
    p.quit()
    assert sum(b'good' in m for m in got) == 1, got
    st = os.stat(d)
    assert (st.st_uid, stat.S_IMODE(st.st_mode)) == (MAIL, 0o700), 'others may link files into a maildrop'
    lab.count('S-43 strange files', 24)
    assert not any(b'secret' in m for m in got), 'a message of another owner was sent'
    # What was a message when it was listed; the link leads to another's mail
    # of the same size.
    lab.accounts('victim@example.org')
    theirs = lab.put(s, 'victim@example.org', '1700000000.theirs.host', b'Subject: secret of another\n\n')
    for kind in ('symlink', 'dangling', 'fifo', 'folder', 'socket'):
        user = 'swap-%s@example.org' % kind
        lab.accounts(user)
        path = lab.put(s, user, '1700000000.good.host', b'Subject: good\n\n' + b'x' * 13)
        p = lab.login(user)
        replace(path, kind, os.path.relpath(theirs, os.path.dirname(path)))
        r = p.cmd('RETR 1')
        if r.startswith(b'+OK'):
            assert b'secret' not in p.multi_raw(), 'a link was followed that came after the login'
        p.close()
        lab.count('S-43 messages replaced')
    # The folders themselves.
    for sub, kind in (('cur', 'symlink'), ('new', 'symlink'), ('cur', 'fifo'), ('new', 'fifo'), ('tmp', 'symlink')):
        user = 'folder-%s-%s@example.org' % (sub, kind)
        lab.accounts(user)
        lab.put(s, user, '1700000000.good.host', b'Subject: good\n\n')
        d = s.maildrop(user)
        os.makedirs(s.dir + '/elsewhere', exist_ok=True)
        open(s.dir + '/elsewhere/1700000009.x.host', 'w').write('Subject: secret of another\n\n')
        os.chmod(s.dir + '/elsewhere', 0o777)
        os.rename(d + '/' + sub, d + '/' + sub + '.away')
        replace(d + '/' + sub, kind, s.dir + '/elsewhere')
        p = s.client(timeout=30)
        p.ok('USER ' + user)
        r = p.cmd('PASS secret')
        if r.startswith(b'+OK'):
            for i in range(1, int(p.ok('STAT').split()[1]) + 1):
                assert b'secret' not in p.multi('RETR %d' % i), (sub, kind)
                p.ok('DELE %d' % i)
            p.quit()
        assert os.path.exists(s.dir + '/elsewhere/1700000009.x.host'), 'a link was followed'
        lab.count('S-43 folders replaced')
