"""Who may reach what: the control socket, keys, folders, programs, the source."""
import array
import glob
import json
import os
import re
import socket
import stat
import subprocess

from files import modes, need_root
from harness import BUILD, SRC
from lab import until
from parsing import ask
from rows import row
from server import AUTH, FRONT, MAIL



@row('S-40', 'control socket and folders are of the right mode and owner; keys that others may read are refused')
def rights(lab):
    need_root()
    s = lab.server
    run = os.stat(s.dir + '/run')
    assert run.st_uid == 0 and stat.S_IMODE(run.st_mode) == 0o755, oct(run.st_mode)
    assert stat.S_IMODE(os.stat(s.sock).st_mode) in (0o600, 0o660), oct(os.stat(s.sock).st_mode)
    for d, owner, mode in (('state', 0, 0o755), ('state/auth', AUTH, 0o700), ('state/spool', FRONT, 0o700), ('mail', MAIL, 0o711)):
        st = os.stat(s.dir + '/' + d)
        assert (st.st_uid, stat.S_IMODE(st.st_mode)) == (owner, mode), (d, st.st_uid, oct(st.st_mode))
    # Whoever is nobody in particular is refused each time, also on one connection.
    strange = 'import socket,os,sys\nos.setgroups([]);os.setgid(61199);os.setuid(61199)\n' \
        's=socket.socket(socket.AF_UNIX)\ntry: s.connect(sys.argv[1])\nexcept PermissionError: sys.exit(0)\n' \
        'for v in ("status","server.stop","account.export","domain.add"):\n' \
        ' s.sendall(b\'{"v":1,"id":1,"verb":"%s","args":{"name":"x.example"}}\\n\' % v.encode())\n' \
        ' r=s.recv(65536)\n assert not r or b\'"ok":false\' in r,(v,r)\n'
    subprocess.run(['python3', '-c', strange, s.sock], check=True, timeout=60)
    # A guesser on the socket costs nobody else a thing: 300 refusals.
    for _ in range(50):
        ask(s.sock, b'{"v":1,"id":1,"verb":"account.passwd","args":{"name":"anna","password":"x","present_password":"y"}}\n'[:40] + b'\n')
    own = lab.own(start=False)
    own.more = {'tls': {'key_file': own.dir + '/cert.key'}}
    for mode in (0o640, 0o644, 0o604, 0o660, 0o606):
        os.chmod(own.dir + '/cert.key', mode)
        try:
            own.start()
            raise SystemExit
        except AssertionError:
            assert own.proc.poll(), 'a key of mode %o hangs the start' % mode
            assert 'cert.key' in own.stderr(), own.stderr()
        except SystemExit:
            raise AssertionError('started with a key of mode %o' % mode) from None
        own.proc = None
        lab.count('S-40 modes of a key')
    os.chmod(own.dir + '/cert.key', 0o600)
    own.start()
    own.client(tls=True).quit()
    lab.done(own)


@row('SPOOL', 'nothing of the server lies where others may write, nor is found by a search path')
def spool(lab):
    need_root()
    s = lab.server
    for top in ('state', 'run', 'mail'):
        for name, st in modes(s.dir + '/' + top):
            assert stat.S_ISSOCK(st.st_mode) or stat.S_ISLNK(st.st_mode) or not st.st_mode & 0o022 or 'elsewhere' in name, (
                name, oct(st.st_mode))
    for prog in [BUILD + '/sbin/pop3srvd', *glob.glob(BUILD + '/libexec/*')]:
        if os.path.isfile(prog):
            mode = os.stat(prog).st_mode
            assert not mode & (stat.S_ISUID | stat.S_ISGID), '%s is set-user-id' % prog
    source = subprocess.run(['grep', '-rnE', r'\b(system|popen|execlp|execvp|execvpe|wordexp)\(', SRC + '/pop3srvd', SRC + '/lib',
                             '--include=*.c'], capture_output=True, text=True).stdout
    assert not re.findall(r'(?m)^[^:]*:\d+:(?!\s*[/ ]\*).*$', source), source


def readable(path):
    try:
        return '\0' not in open(path, encoding='utf-8').read()
    except UnicodeDecodeError:
        return False


@row('RELEASE', 'the source is text that can be read: nothing compiled, nothing hidden in test data that a build would run')
def release(lab):
    n = 0
    for top in ('lib', 'pop3srvd', 'pop3ctl', 'etc', 'man', 'm4', 't/unit', 't/system', 't/dialog', 't/rules', 't/cve', 't/harness'):
        for d, _, files in os.walk(SRC + '/' + top):
            for f in files:
                if not f.endswith(('.o', '.pyc')):
                    assert readable(d + '/' + f), '%s/%s is no text' % (d, f)
                    n += 1
    for f in ('configure.ac', 'Makefile.am', 'bootstrap'):
        text = open(SRC + '/' + f).read()
        assert not re.search(r'base64 -d|xxd|unxz|eval.*\$\(|\btr .*\|\s*sh\b', text), '%s unpacks something' % f
    lab.count('RELEASE files read', n)


def frames(rng):
    good = b'{"v":1,"id":7,"verb":"status","args":{}}\n'
    while True:
        b = bytearray(good)
        how = rng.randrange(5)
        if how == 0:
            b = bytearray(os.urandom(rng.randrange(1, 400)) + b'\n')
        elif how == 1:
            at = rng.randrange(len(b))
            b[at:at] = os.urandom(rng.randrange(1, 20))
        elif how == 2:
            b = bytearray(b'[{'[rng.randrange(2):][:1] * rng.randrange(1, 5000) + b'\n')
        elif how == 3:
            b = bytearray(json.dumps({'v': 1, 'id': rng.choice((1, -1, 2 ** 63, 1e300, None, [], 'x')), 'verb': rng.choice(
                ('session.kill', 'config.set', 'account.show', 'log.follow', 'x')), 'args': {rng.choice(('ids', 'key', 'name', 'a')):
                    rng.choice((None, [], {}, 'x' * 1000, 1, [None] * 100))}}).encode() + b'\n')
        for _ in range(rng.randrange(0, 4)):
            b[rng.randrange(len(b))] = rng.randrange(256)
        yield bytes(b)


@row('S-44', 'garbage, half frames, floods, descriptors and silence on the control socket harm neither mail nor operator')
def control(lab):
    s, rng = lab.server, lab.random
    cases = frames(rng)

    def connect():
        u = socket.socket(socket.AF_UNIX)
        u.settimeout(10)
        u.connect(s.sock)
        return u
    for _ in lab.spend(120):
        try:
            u = connect()
            for _ in range(rng.randrange(1, 30)):
                u.sendall(next(cases)[:rng.choice((5, 30, 100000, 100000))])
                lab.count('S-44 frames')
            if rng.random() < 0.3:
                fds = [os.open('/dev/null', os.O_RDONLY) for _ in range(3)]
                u.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))])
                for f in fds:
                    os.close(f)
            if rng.random() < 0.5:
                u.settimeout(0.01)
                u.recv(65536)
        except OSError:
            pass
        u.close()
    idle = []
    for _ in range(int(lab.scaled(200, 1000))):
        u = socket.socket(socket.AF_UNIX)
        u.setblocking(False)
        try:
            u.connect(s.sock)
            u.send(b'{"v":1,')
        except OSError:
            pass
        idle.append(u)
    until('the operator is let in', lambda: s.ctl('status', check=False).returncode == 0)
    for u in idle:
        u.close()
    lab.count('S-44 idle connections', len(idle))
