"""TLS from the first octet: records by hand, names, old versions, renegotiation."""
import os
import select
import socket
import ssl
import struct
import subprocess
import time

from denial import client_hello, connect
from lab import sanitized, status
from pop3 import Pop3, context
from rows import row
from server import PORT, TLS_PORT

ALERT, HANDSHAKE, DATA, HEARTBEAT = 21, 22, 23, 24
SUITES = (0xc02b, 0xc02c, 0xc02f, 0xc030)


def record(kind, octets, version=0x0303):
    return struct.pack('!BHH', kind, version, len(octets)) + octets


def extension(kind, octets):
    return struct.pack('!HH', kind, len(octets)) + octets


def sni(name):
    return extension(0, struct.pack('!HBH', len(name) + 3, 0, len(name)) + name)


def hello(version=0x0303, suites=SUITES, compression=(0,), more=b'', extensions=True):
    """A ClientHello of TLS 1.2 or older."""
    body = struct.pack('!H', version) + os.urandom(32) + b'\0'
    body += struct.pack('!H', 2 * len(suites)) + b''.join(struct.pack('!H', x) for x in suites)
    body += bytes([len(compression), *compression])
    if extensions:
        ext = extension(10, b'\0\4\0\x17\0\x1d') + extension(11, b'\1\0') + extension(
            13, b'\0\x0a\4\3\5\3\x08\4\4\1\2\1') + more
        body += struct.pack('!H', len(ext)) + ext
    return b'\1' + struct.pack('!I', len(body))[1:] + body


def answer(s, octets, port=TLS_PORT, patience=15):
    """[(kind, octets)] of records that come back, until the end or silence."""
    c = connect(s, port)
    got = b''
    try:
        c.sendall(octets)
        while select.select([c], [], [], 1 if got else patience)[0]:
            d = c.recv(65536)
            if not d:
                break
            got += d
    except OSError:
        pass
    c.close()
    out = []
    while len(got) >= 5:
        kind, _, n = struct.unpack('!BHH', got[:5])
        out.append((kind, got[5:5 + n]))
        got = got[5 + n:]
    return out


def server_hello(records):
    """(version, suite, compression) or None."""
    for kind, o in records:
        if kind == HANDSHAKE and o[:1] == b'\2':
            at = 39 + o[38]
            return struct.unpack('!H', o[4:6])[0], struct.unpack('!H', o[at:at + 2])[0], o[at + 2]
    return None


def records(rng):
    """Things that are no handshake, or only begin like one."""
    good = client_hello()
    tls12 = record(HANDSHAKE, hello(), 0x0301)
    yield from (b'', b'\x16', b'\x16\x03', b'\x16\x03\x01\0', b'\0' * 5, b'\xff' * 5, b'\x80\x2e\x01\0\x02' + b'\0' * 44, b'\x80\x80\x01\x03\x01' + b'x' * 200)
    for version in (0, 0x0002, 0x0200, 0x0300, 0x0304, 0x0500, 0xffff):
        yield record(HANDSHAKE, hello(), version)
    for n in (0, 1, 16384, 16385, 17 * 1024, 18432, 18433, 65535):
        for kind in (ALERT, HANDSHAKE, DATA, HEARTBEAT, 20, 0, 255):
            yield record(kind, b'\1' * n)
    yield b''.join(record(HANDSHAKE, bytes([b])) for b in hello())		# an octet a record
    yield record(HANDSHAKE, b'') * 5000 + tls12
    yield record(ALERT, b'\1\0')						# close_notify
    yield tls12 + record(ALERT, b'\1\0')
    yield tls12 + record(ALERT, b'\2\x28')
    yield record(ALERT, b'\1\x64') * 5000					# warnings
    yield tls12 + record(ALERT, b'\1\x64') * 5000
    yield tls12 + tls12
    yield tls12 + record(DATA, b'USER anna\r\n')
    yield tls12 + record(20, b'\1') + record(HANDSHAKE, b'\x14\0\0\x0c' + b'x' * 12)
    yield record(20, b'\1') * 1000
    yield record(HEARTBEAT, b'\1\xff\xff' + b'x' * 10)
    yield record(HANDSHAKE, b'\1\xff\xff\xff' + b'x' * 16000) * 3
    yield record(HANDSHAKE, b'\0\0\0\0') * 1000
    yield good * 2
    while True:
        b = bytearray(rng.choice((good, tls12)))
        for _ in range(rng.randrange(1, 6)):
            b[rng.randrange(len(b))] = rng.randrange(256)
        yield bytes(b[:rng.randrange(1, len(b) + 1)])


@row('S-51', 'records no handshake is made of end that session and no other')
def raw_records(lab):
    s, cases, n = lab.server, records(lab.random), 0
    watch = lab.login(tls=True)
    for _ in lab.spend(150):
        octets = next(cases)
        stls = n % 5 == 4
        c = connect(s, PORT if stls else TLS_PORT)
        try:
            if stls:
                c.recv(200)
                c.sendall(b'STLS\r\n')
                c.recv(200)
            c.sendall(octets)
            if n % 3:
                c.shutdown(socket.SHUT_WR)
                c.settimeout(20)
                while True:
                    d = c.recv(65536)
                    if not d:
                        break
                    assert b'+OK' not in d and b'-ERR' not in d, d
        except OSError:
            pass
        c.close()
        n += 1
        if n % 50 == 0:
            watch.ok('NOOP')
        lab.count('S-51 record sequences')
    watch.quit()


def names(rng):
    yield from (b'', b'x' * 255, b'x' * 256, b'x' * 60000, b'a\0b', b'..', b'.', b'*', b'*.example.org', b'\xff' * 50, b'a' * 64 + b'.example',
                b'127.0.0.1', b'localhost.', b'../../cert')
    while True:
        yield b'%x.example' % rng.getrandbits(64)


@row('S-52', 'any number of server names asked for, of any shape, takes no memory')
def server_names(lab):
    s, cases = lab.server, names(lab.random)

    def ask(n):
        for _ in range(n):
            c = connect(s, TLS_PORT)
            name = next(cases)
            head = record(HANDSHAKE, hello(more=sni(name)), 0x0301) if len(name) < 10000 else b''
            c.sendall(head)
            if lab.random.random() < 0.2 and head:
                c.settimeout(20)
                try:
                    c.recv(4096)
                except OSError:
                    pass
            c.close()
            lab.count('S-52 names')
    ask(200)
    time.sleep(0.3)
    before = status(lab.front, 'VmRSS')
    for _ in lab.spend(5):
        ask(100)
    time.sleep(0.3)
    grown = status(lab.front, 'VmRSS') - before
    assert sanitized() or grown < 2048, '%d kB more' % grown


def s_client(s, *words, text=b'', patience=20):
    r = subprocess.run(['openssl', 's_client', '-connect', '%s:%d' % (s.addr, TLS_PORT), *words], input=text,
                       capture_output=True, timeout=patience)
    return (r.stdout + r.stderr).decode('latin-1')


@row('S-54', 'renegotiation is refused, and a flood of alerts or empty records ends the session')
def renegotiation(lab):
    s = lab.server
    p = subprocess.Popen(['openssl', 's_client', '-connect', '%s:%d' % (s.addr, TLS_PORT), '-tls1_2'], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = b''
    try:
        while b'+OK' not in out.split(b'---')[-1]:
            d = os.read(p.stdout.fileno(), 65536)
            assert d, out
            out += d
        p.stdin.write(b'R\n')
        p.stdin.flush()
        out, _ = p.communicate(timeout=30)
    finally:
        p.kill()
        p.wait()
    assert b'no renegotiation' in out, out
    assert 'Secure Renegotiation IS supported' in s_client(s, '-tls1_2')
    # A hello that renounces it gets the extension back, and one without is served but once.
    used = server_hello(answer(s, record(HANDSHAKE, hello(more=extension(0xff01, b'\0')), 0x0301)))
    assert used, 'a plain ClientHello is not answered'
    for flood in (record(ALERT, b'\1\x64'), record(HANDSHAKE, b''), record(DATA, b''), record(20, b'\1')):
        c = connect(s, TLS_PORT)
        c.sendall(record(HANDSHAKE, hello(), 0x0301))
        c.recv(65536)
        c.settimeout(20)
        closed = False
        try:
            for _ in range(200):
                c.sendall(flood * 100)
            while c.recv(65536):
                pass
            closed = True
        except (ConnectionResetError, BrokenPipeError):
            closed = True
        except socket.timeout:
            pass
        c.close()
        assert closed, 'a flood of %r goes on' % flood
        lab.count('S-54 floods')


WEAK = {'export': (0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0062, 0x0064), 'RC4': (0x0004, 0x0005, 0xc007, 0xc011),
        '3DES': (0x000a, 0x0016, 0xc008, 0xc012), 'DES': (0x0009, 0x0015), 'NULL': (0x0001, 0x0002, 0x003b, 0xc006, 0xc010),
        'anonymous': (0x0018, 0x0034, 0x006c, 0xc018, 0xc019), 'CBC': (0x002f, 0x0035, 0x003c, 0xc009, 0xc013, 0xc023, 0xc027),
        'static RSA': (0x009c, 0x009d), 'IDEA, SEED': (0x0007, 0x0096, 0x009a), 'DHE': (0x0033, 0x0039, 0x009e, 0x009f)}


@row('S-55', 'no SSL 2 or 3, TLS 1.0 or 1.1, export, RC4, 3DES, CBC, compression or heartbeat')
def old(lab):
    s = lab.server
    assert server_hello(answer(s, record(HANDSHAKE, hello(), 0x0301))), 'TLS 1.2 is not spoken: nothing can be shown'
    for version in (0x0300, 0x0301, 0x0302):
        for ext in (True, False):
            got = answer(s, record(HANDSHAKE, hello(version, SUITES + sum(WEAK.values(), ()), extensions=ext), version))
            assert server_hello(got) is None, 'version %x is spoken' % version
            if version > 0x0300:
                assert got and got[0] == (ALERT, b'\2\x46'), 'not refused for its version: %r' % got
            lab.count('S-55 offers')
    for what, suites in WEAK.items():
        for one in ([suites] + [(x,) for x in suites]):
            got = answer(s, record(HANDSHAKE, hello(suites=one), 0x0301))
            assert server_hello(got) is None, '%s is spoken: %x' % (what, server_hello(got)[1])
            assert got and got[0][0] == ALERT, got
            lab.count('S-55 offers')
    # SSL 2, also as it once began TLS.
    for old_hello in (b'\x80\x2e\x01\0\x02\0\x15\0\0\0\x10\x01\0\x80\x02\0\x80\x03\0\x80\x04\0\x80\x05\0\x80\x06\0\x40\x07\0\xc0' + b'x' * 16,
                      b'\x80\x2b\x01\x03\x01\0\x12\0\0\0\x10\0\xc0\x2f\0\xc0\x2b\0\0\x2f\0\0\x35\0\0\x0a\0\0\x05' + b'x' * 16):
        assert server_hello(answer(s, old_hello, patience=15)) is None
        lab.count('S-55 offers')
    version, suite, compression = server_hello(answer(s, record(HANDSHAKE, hello(compression=(1, 64, 0)), 0x0301)))
    assert compression == 0, 'compression %d is used' % compression
    got = answer(s, record(HANDSHAKE, hello(more=extension(15, b'\1')), 0x0301))
    head = next(o for kind, o in got if kind == HANDSHAKE)
    assert b'\0\x0f\0\1' not in head[:4 + struct.unpack('!I', b'\0' + head[1:4])[0]], 'heartbeat is offered'
    for beat in (b'\1\x40\0', b'\1\0\x10' + b'x' * 32):
        got = answer(s, record(HANDSHAKE, hello(more=extension(15, b'\1')), 0x0301) + record(HEARTBEAT, beat))
        assert not [1 for kind, _ in got if kind == HEARTBEAT], 'a heartbeat is answered'
    for version in ('-tls1_2', '-tls1_3'):
        text = s_client(s, version)
        assert 'Compression: NONE' in text and 'Secure Renegotiation' in text, text[-800:]
    # The same behind STLS.
    for name in ('TLSv1', 'TLSv1_1'):
        p = Pop3(addr=s.addr, port=PORT)
        p.ok('STLS')
        try:
            c = context()
            c.set_ciphers('ALL:@SECLEVEL=0')
            c.minimum_version = c.maximum_version = getattr(ssl.TLSVersion, name)
            c.wrap_socket(p.s)
            raise AssertionError(name + ' behind STLS')
        except (ssl.SSLError, OSError):
            pass
        p.close()
        lab.count('S-55 offers')
