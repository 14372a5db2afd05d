"""What a peer says: base64, NUL, bad UTF-8, odd lines, half a dialogue."""
import base64
import itertools
import json
import re
import socket

from lab import VARIANTS
from parsing import GONE, ask, say
from rows import row
from server import PORT



def plain_ok(text):
    """Does this response to AUTH PLAIN log anna in?  An oracle of its own."""
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError:
        return False
    if base64.b64encode(octets) != text:
        return False
    parts = octets.split(b'\0')
    return len(parts) == 3 and parts[0] in (b'', b'anna') and parts[1].lower() == b'anna' and parts[2] == b'secret'


def plain_cases(rng):
    good = base64.b64encode(b'\0anna\0secret')
    yield good
    for n in range(len(good) + 1):
        yield good[:n]
        yield good[:n] + b'=' + good[n:]
        yield good[:n] + b'\r' + good[n:]
        yield good[:n] + b' ' + good[n:]
        yield good[:n] + b'\0' + good[n:]
        yield good[:n] + b'-' + good[n + 1:]
    yield from (b'=' * n for n in range(1, 9))
    for raw in (b'anna\0secret', b'\0\0anna\0secret', b'\0anna\0secret\0', b'\0anna\0\0secret', b'\0\0\0', b'\0', b'',
                b'\0anna', b'\0anna\0', b'\0\0secret', b'anna\0anna\0secret', b'bob\0anna\0secret', b'\0anna\0secret ',
                b'\0anna\nx\0secret', b'\0anna\0secre', b'\0Anna\0secret', b'\xff\0anna\0secret'):
        yield base64.b64encode(raw)
    while True:
        raw = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            raw[rng.randrange(len(raw))] = rng.choice(b'ABCxyz019+/=-_ \t\x80')
        yield bytes(raw)


@row('S-06', 'only well-formed base64 of a whole PLAIN response is taken')
def base64_responses(lab):
    cases = plain_cases(lab.random)
    good = 0
    for _ in lab.spend(250):
        text = next(cases)
        p = lab.server.client()
        r = say(p, b'AUTH PLAIN\r\n')
        assert r == b'+ ', r
        r = say(p, text + b'\r\n')
        want = plain_ok(text.rstrip(b' \t'))
        assert r.startswith(b'+OK' if want else b'-ERR'), (text, r)
        good += want
        p.close()
        lab.count('S-06 responses')
    assert good > 0


@row('S-07', 'a NUL anywhere in a command refuses it whole; in a message it is an octet like others')
def nul(lab):
    for line in (b'USER anna', b'PASS secret', b'AUTH PLAIN AGFubmEAc2VjcmV0', b'CAPA', b'STLS', b'QUIT'):
        for at in range(len(line) + 1):
            p = lab.server.client()
            p.ok('USER anna')
            r = say(p, line[:at] + b'\0' + line[at:] + b'\r\n')
            assert r.startswith(b'-ERR'), (line, at, r)
            p.close()
            lab.count('S-07 places')
    p = lab.login()
    for line in (b'RETR 1', b'TOP 1 0', b'DELE 1', b'LIST 1', b'UIDL', b'QUIT', b'NOOP'):
        for at in range(len(line) + 1):
            r = say(p, line[:at] + b'\0' + line[at:] + b'\r\n')
            assert r.startswith(b'-ERR'), (line, at, r)
            lab.count('S-07 places')
    assert p.ok('STAT').startswith(b'+OK 3 ')
    p.close()
    s, head = lab.server, b'From: a@b\nSubject: x\n\nbody\n'
    lab.accounts('nul@example.org')
    for at in range(len(head)):
        lab.put(s, 'nul@example.org', '17000001%02d.n.host' % at, head[:at] + b'\0' + head[at:])
    for port in (PORT, *VARIANTS):
        p = lab.login('nul', port=port)
        sizes = [int(x.split()[1]) for x in p.lines('LIST')]
        changed = 0
        for i, size in enumerate(sizes, 1):
            m = p.multi('RETR %d' % i)
            assert len(m) == size, (i, size, len(m))
            changed += b'\x80' in m
            assert (b'\0' in m) != (b'\x80' in m) or size < 12, m
        assert changed in (0, len(head)), changed
        p.quit()


def bad_utf8():
    yield from (bytes([b]) for b in range(0x80, 0x100))
    for lead, tails in ((0xc0, 1), (0xc1, 1), (0xc3, 1), (0xe0, 2), (0xe2, 2), (0xed, 2), (0xf0, 3), (0xf4, 3),
                        (0xf5, 3), (0xf8, 4), (0xfc, 5), (0xff, 1)):
        for tail in (b'\x80', b'\xbf', b'\xa0', b'\x20', b'\x41', b'\xff'):
            for n in range(tails + 1):
                seq = bytes([lead]) + tail * n
                try:
                    seq.decode()
                except ValueError:
                    yield seq


@row('S-08', 'invalid UTF-8 in names, passwords, SASL and control lines: refused, and the log stays well-formed')
def utf8(lab):
    s = lab.server
    for seq in lab.sample(bad_utf8(), 12):
        p = s.client()
        for name, word in ((b'ann' + seq, b'secret'), (b'anna', b'secre' + seq), (seq, seq)):
            p.ok(b'USER ' + name)
            p.err(b'PASS ' + word)
            for raw in (b'\0' + name + b'\0' + word, seq + b'\0' + name + b'\0' + word):
                p.err(b'AUTH PLAIN ' + base64.b64encode(raw))
        p.send(seq + b' x\r\n')
        assert p.line().startswith(b'-ERR')
        p.close()
        r = ask(s.sock, b'{"v":1,"id":1,"verb":"account.show","args":{"name":"' + seq + b'"}}\n')
        assert json.loads(r)['ok'] is False, r
        lab.count('S-08 sequences')
    for line in open(s.dir + '/log', 'rb'):
        assert re.fullmatch(rb'[ -~\x80-\xff]*\n', line) and line.decode(), line
    for line in open(s.dir + '/log.json', 'rb'):
        json.loads(line.decode())


@row('S-09', 'empty lines, colons and every odd octet in a verb never end a session')
def odd_lines(lab):
    p = lab.login()
    for b, at in itertools.product(range(256), (0, 1, 3, 4)):
        if b in b'\r\n':
            continue
        line = b'NOOP'[:at] + bytes([b]) + b'NOOP'[at + 1:]
        r = say(p, line + b'\r\n')
        want = b'+OK' if line.upper() == b'NOOP' or (at == 4 and b in b' \t') else b'-ERR'
        assert r.startswith(want), (line, r)
        lab.count('S-09 lines')
        if lab.counts['S-09 lines'] % 900 == 0:
            p.close()
            p = lab.login()
    for line in (b'', b'\r', b':', b'NOOP:', ':NOOP', b'NOOP :', b'STAT:1', b'LIST:', b'NOOP\r', b' NOOP', b'\t'):
        p.cmd(line)
    p.ok('NOOP')
    p.quit()
    # Empty lines by the hundred thousand: one answer each up to the limit.
    for end in (b'\r\n', b'\n', b'\r\r\n', b'\r\n\n'):
        p = lab.login()
        try:
            p.send(end * int(lab.scaled(5000, 100000)))
        except GONE:
            pass
        n = 0
        try:
            while p.line().startswith(b'-ERR'):
                n += 1
        except GONE:
            pass
        assert n <= 1001, n
        p.close()
        lab.count('S-09 floods of empty lines')


@row('S-09', 'a peer that goes in the middle of a long list harms nobody')
def gone_in_list(lab):
    s = lab.server
    lab.accounts('long@example.org')
    for i in range(1500):
        lab.put(s, 'long@example.org', '1700%06d.%s.host' % (i, 'l' * 200), b'Subject: x\n\n')
    for n in lab.spend(20):
        p = lab.login('long')
        p.send((b'LIST\r\n', b'UIDL\r\n', b'LIST\r\nUIDL\r\n' * 20)[n % 3])
        p.s.recv(lab.random.choice((1, 10, 1000, 30000)))
        if n % 2:
            p.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        p.close()
        lab.count('S-09 broken lists')
