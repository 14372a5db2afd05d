"""What lies in maildrops and caches, tables of peers and accounts, and where
peers come from."""
import itertools
import os
import socket
import subprocess
import time

from harness import BUILD, SRC
from lab import ANNA, crypt, sanitized, status, until
from pop3 import Pop3
from rows import Skip, row
from server import PORT
from wire import unstuff, wire

BUFFERS = (512, 1024, 4096, 16384, 32768, 65536, 131072)


def edge_message(size):
    """Lines around one buffer's size, ended and begun in every way."""
    out = [b'Subject: edges of %d\n\n' % size]
    for n, end, dot in itertools.product(range(size - 2, size + 3), (b'\n', b'\r\n', b'\r\r\n', b'\r'), (b'', b'.')):
        out.append(dot + b'x' * (n - len(dot) - len(end)) + end)
    return b''.join(out)


def edge_messages():
    for size in BUFFERS:
        whole = edge_message(size)
        yield whole
        for k in (1, 2):
            for n in range(k * size - 2, k * size + 3):
                for tail in (b'', b'\n', b'\r', b'\r\n', b'\n.', b'\n.\n', b'\r\n.\r\n'):
                    yield b'A: b\n\n' + b'y' * (n - 6 - len(tail)) + tail


@row('S-04', 'lines and messages that end at the edge of any buffer are sent octet for octet')
def edges(lab):
    s = lab.server
    lab.accounts('edges@example.org')
    sent = []
    for i, m in enumerate(lab.sample(edge_messages(), 60)):
        lab.put(s, 'edges@example.org', '17%08d.e.host' % i, m)
        sent.append(m)
        lab.count('S-04 messages')
    p = lab.login('edges', timeout=120)
    for i, (m, line) in enumerate(zip(sent, p.lines('LIST')), 1):
        want = wire(m)
        assert int(line.split()[1]) == len(want), (i, line, len(want))
        p.ok('RETR %d' % i)
        assert unstuff(p.multi_raw()) == want, 'message %d of %d octets' % (i, len(m))
        p.ok('TOP %d 1' % i)
        got = unstuff(p.multi_raw())
        head, body = want.split(b'\r\n\r\n', 1)
        first = body.split(b'\r\n')[0] + b'\r\n' if body else b''
        assert got == head + b'\r\n\r\n' + first, 'TOP %d 1' % i
    p.quit()


def sparse(lab, name, before, size, after):
    path = lab.put(lab.server, 'large@example.org', name, before)
    with open(path, 'r+b') as f:
        f.seek(size)
        f.write(after)


def drain(p, size):
    """Read a multi-line reply without keeping it; its octets."""
    got, tail = len(p.buf), p.buf[-5:]
    p.buf = b''
    while not tail.endswith(b'\r\n.\r\n'):
        d = p.s.recv(1 << 20)
        assert d, 'cut after %d of %d octets' % (got, size)
        got, tail = got + len(d), (tail + d)[-5:]
    return got - 3


@row('S-10', 'huge messages, headers and dates cost time by the octet and no memory')
def large(lab):
    s = lab.server
    lab.accounts('large@example.org')
    big, line, headers = int(lab.scaled(128, 1024)) << 20, int(lab.scaled(8, 100)) << 20, int(lab.scaled(10 ** 5, 10 ** 6))
    sparse(lab, '1700000001.sparse.h', b'Subject: big\n\n', big, b'end\n')
    sparse(lab, '1700000002.line.h', b'Subject: ', line, b'\n\nbody\n')
    lab.put(s, 'large@example.org', '1700000003.many.h', b'X: y\n' * headers + b'\nbody\n')
    for i, m in enumerate((b'', b'\n', b'Subject: no body\n', b'Subject: no end', b'\n\n\n', b'.', b'Date: Mon, 1 Jan 99999999999999 '
                           b'00:00:00 +9999\n\n', b'Date: -2147483649\n\n', b'To: ' + b'a@b, ' * 10 ** 4 + b'\n\n',
                           b'Content-Type: multipart/mixed; boundary=' + b'a' * 10 ** 5 + b'\n\n' +
                           b''.join(b'--%s\nContent-Type: multipart/mixed; boundary=%s\n\n' % (b'x' * n, b'x' * n)
                                    for n in range(1, 300)))):
        lab.put(s, 'large@example.org', '17000001%02d.small.h' % i, m)
    watched = [pid for _, _, pid in s.processes('front', 'drop')]
    before = sum(status(pid, 'VmRSS') for pid in watched)
    began = time.monotonic()
    p = lab.login('large', timeout=120)
    sizes = [int(x.split()[1]) for x in p.lines('LIST')]
    for i, size in enumerate(sizes, 1):
        p.ok('RETR %d' % i)
        got = drain(p, size)
        assert got >= size and (size > 10 ** 6 or got - size < 100), (i, size, got)
        for n in ('0', '1', '99999999999'):
            if size < 10 ** 7 or n != '99999999999':
                p.ok('TOP %d %s' % (i, n))
                drain(p, size)
        lab.count('S-10 messages')
    p.quit()
    grown = max(0, sum(status(pid, 'VmRSS') for pid in watched) - before)
    lab.note('S-10: %d MiB fetched in %.1f s, %d kB more memory' % (sum(sizes) >> 20, time.monotonic() - began, grown))
    assert sanitized() or grown < 16384, '%d kB more' % grown


def damage(rng, octets):
    b = bytearray(octets)
    how = rng.randrange(6)
    if how == 0:
        del b[rng.randrange(len(b) + 1):]
    elif how == 1:
        b += os.urandom(rng.randrange(1, 5000))
    elif how == 2:
        at = rng.randrange(len(b) or 1)
        b[at:at + 8] = rng.choice((b'\xff' * 8, b'\0' * 8, b'\x7f' + b'\xff' * 7, b'\1' + b'\0' * 7))
    elif how == 3:
        b = bytearray(os.urandom(len(b)))
    else:
        for _ in range(rng.randrange(1, 9)):
            if b:
                b[rng.randrange(len(b))] = rng.randrange(256)
    return bytes(b)


def write_as_is(path, octets):
    with open(path, 'r+b' if os.path.exists(path) else 'wb') as f:
        f.truncate(0)
        f.write(octets)


@row('S-11', "a damaged index of a maildrop, or another's, changes no UIDL, size or octet")
def damaged_index(lab):
    s = lab.server
    names = ('index1@example.org', 'index2@example.org')
    lab.accounts(*names)
    for n, name in enumerate(names):
        for i in range(30):
            lab.put(s, name, '1600%06d.%d.host' % (i, n), b'Subject: %d of %s\n\n%s\n' % (i, name.encode(), b'z' * i * 7))

    def look(name):
        p = lab.login(name)
        got = p.lines('UIDL'), p.lines('LIST'), p.multi('RETR 7')
        p.quit()
        return got

    before = [look(n) for n in names]
    files = [s.maildrop(n) + '/pop3srvd.index' for n in names]
    until('an index is written', lambda: all(os.path.exists(f) for f in files))
    whole = [open(f, 'rb').read() for f in files]
    for n in lab.spend(40):
        bad = whole[1] if n == 0 else b'' if n == 1 else damage(lab.random, lab.random.choice(whole))
        write_as_is(files[0], bad)
        if n % 5 == 4:	# the folders look as when it was written
            st = os.stat(s.maildrop(names[0]) + '/new')
            os.utime(files[0], ns=(st.st_atime_ns, st.st_mtime_ns))
        assert look(names[0]) == before[0], 'damaged: ' + bad[:200].hex()
        lab.count('S-11 damaged indexes')
    assert look(names[1]) == before[1]


@row('S-11', 'damaged files of the server itself: told and set aside, or an orderly refusal; never a crash')
def damaged_state(lab):
    s = lab.own()
    s.account(ANNA)
    s.ctl('config', 'set', 'limits.per_address', '40')
    s.ctl('welcome', 'set', 'hello')
    s.stop()
    files = [os.path.join(d, f) for d, _, fs in os.walk(s.dir + '/state') for f in fs]
    assert files
    kept = {f: open(f, 'rb').read() for f in files}
    for n in lab.spend(3):
        f = sorted(files)[n % len(files)]
        write_as_is(f, damage(lab.random, kept[f]))
        mark = len(s.stderr())
        try:
            s.start()
            s.client().quit()
            s.stop()
        except AssertionError:
            code = s.proc.poll() if s.proc else None
            assert code is not None and code > 0, (f, code, s.stderr()[mark:])
            assert 'Sanitizer' not in s.stderr()[mark:], s.stderr()[mark:]
            s.proc = None
        lab.count('S-11 damaged state files')
        for f, octets in kept.items():
            write_as_is(f, octets)
    s.start()
    s.client().login('anna').quit()
    lab.done(s)


@row('S-12', 'keys chosen to collide fill no chain of a table that peers write to')
def collisions(lab):
    prog = BUILD + '/t/cve/crowd'
    if not os.access(prog, os.X_OK):
        raise Skip('t/cve/crowd is built by make check')
    n = 8192
    out = subprocess.run([prog], capture_output=True, text=True, timeout=170)
    assert out.returncode == 0, out.stdout + out.stderr
    for line in out.stdout.splitlines():
        table, usual, chosen = line.split()
        assert float(chosen) < 5 * float(usual) + 0.01, line
        lab.count('S-12 keys', n)


@row('S-13', 'whoever logs in, fails and gives up on the same processes gets no mail but their own')
def canaries(lab):
    s = lab.server
    names = ['canary%d@example.org' % i for i in range(200)]
    s.ctl('account', 'import', '-', input=''.join('%s:%s\n' % (n, crypt(b'pw-' + n.encode())) for n in names))
    for n in names:
        lab.put(s, n, '1700000000.%s.host' % n.split('@')[0], b'Subject: this is for %s\n\n' % n.encode())
    open_ones = []
    for _ in lab.spend(100):
        while len(open_ones) < 20:
            name = lab.random.choice([n for n in names if n not in {o[1] for o in open_ones}])
            open_ones.append([s.client(tls=lab.random.random() < 0.1), name, 'USER %s' % name])
        item = lab.random.choice(open_ones)
        p, name, step = item
        if step.startswith('USER'):
            p.ok(step)
            other = lab.random.choice(names)
            item[2] = 'PASS pw-' + lab.random.choice([name] * 4 + [other])
        elif step.startswith('PASS'):
            r = p.cmd(step)
            if step == 'PASS pw-' + name:
                assert r.startswith((b'+OK', b'-ERR [IN-USE]')), r
                item[2] = 'RETR' if r.startswith(b'+OK') else 'USER %s' % name
            else:
                assert r.startswith(b'-ERR [AUTH]'), (name, step, r)
                item[2] = 'USER %s' % name
        else:
            m = p.multi('RETR 1')
            assert b'this is for %s\r\n' % name.encode() in m and p.ok('STAT').startswith(b'+OK 1 '), (name, m)
            lab.count('S-13 messages read')
            item[2] = 'gone'
        if item[2] == 'gone' or lab.random.random() < 0.1:
            if lab.random.random() < 0.5:
                p.cmd('QUIT')
            p.close()
            open_ones.remove(item)
    for p, _, _ in open_ones:
        p.close()


SCOPED = '''
import socket, sys
sys.path[:0] = [%r, %r]
from pop3 import Pop3
what, port = sys.argv[1], int(sys.argv[2])
fam, to = (socket.AF_INET, (what, port)) if '.' in what and ':' not in what else \\
    (socket.AF_INET6, socket.getaddrinfo(what, port, socket.AF_INET6, socket.SOCK_STREAM)[0][4])
for _ in range(5):
    s = socket.socket(fam); s.settimeout(20); s.connect(to)
    p = Pop3(raw=s).login('anna'); p.ok('STAT'); p.quit()
    s = socket.socket(fam); s.settimeout(20); s.connect(to)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0\\0\\0\\0\\0'); s.close()
'''


@row('S-14', 'a scoped IPv6 address, ::1 and a v4-mapped one are peers like others')
def scoped(lab):
    holder = subprocess.Popen(['unshare', '--net', 'sleep', '600'], stderr=subprocess.PIPE)
    enter = ['nsenter', '--net=/proc/%d/ns/net' % holder.pid]
    try:
        time.sleep(0.3)
        if holder.poll() is not None:
            raise Skip('no network namespace may be made here')
        for cmd in ('ip link set lo up', 'ip link add v0 type veth peer name v1', 'ip link set v0 up', 'ip link set v1 up',
                    'ip addr add fe80::1/64 dev v0 nodad', 'ip addr add fe80::2/64 dev v1 nodad'):
            if subprocess.run([*enter, *cmd.split()], stderr=subprocess.DEVNULL).returncode != 0:
                raise Skip('no veth with IPv6 may be made here: ' + cmd)
        s = lab.own(start=False)
        s.more = {'listeners': [{'name': 'all', 'address': '*', 'port': PORT}], 'allow_plaintext': 'always'}
        s.start(under=enter)
        s.account(ANNA)
        for to in ('::1', 'fe80::1%v0', '::ffff:127.0.0.1', '127.0.0.1'):
            subprocess.run([*enter, 'python3', '-c', SCOPED % (SRC + '/t/system', SRC + '/t/harness'), to, str(PORT)],
                           check=True, timeout=60)
            lab.count('S-14 kinds of address')
        for what in ('fe80::1%v0', 'fe80::1', '::1', '::ffff:127.0.0.1'):
            s.ctl('access', 'test', what, check=False)
            s.ctl('deny', 'add', what + '/128', check=False)
        s.ctl('status')
        lab.done(s)
    finally:
        holder.kill()
        holder.wait()


@row('S-14', 'unnamed, named and abstract peers of a Unix socket')
def unix_peers(lab):
    s = lab.server
    for n, name in enumerate((None, '\0cve%d' % os.getpid(), s.dir + '/peer', '\0' + 'x' * 107, '\0')):
        u = socket.socket(socket.AF_UNIX)
        u.settimeout(20)
        if name is not None:
            u.bind(name)
        u.connect(s.dir + '/pop3.sock')
        p = Pop3(raw=u).login('anna')
        p.ok('STAT')
        p.quit()
        lab.count('S-14 kinds of address')
