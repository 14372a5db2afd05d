"""What a peer says: lengths, numbers, formats, NUL, bad UTF-8, odd lines."""
import base64
import itertools
import re
import socket
import time

from lab import VARIANTS, cpu, sanitized, status, until
from rows import row
from server import PORT

BEFORE = (b'CAPA', b'USER', b'PASS', b'APOP', b'AUTH', b'AUTH PLAIN', b'STLS', b'STAT', b'NOSUCH')
AFTER = (b'CAPA', b'STAT', b'LIST', b'UIDL', b'RETR', b'TOP', b'TOP 1', b'DELE', b'NOOP', b'RSET', b'LAST', b'XTND',
         b'USER', b'NOSUCH')
LENGTHS = sorted({n + d for n in (40, 128, 256, 512, 1024, 4096, 16384, 65536) for d in (-1, 0, 1)} | {0, 1, 50, 70000})
RUNS = (b'A', b'@', b'+', b'%', b'/', b'=', b'\xff', b'\\', b'"')
GONE = (ConnectionResetError, BrokenPipeError)


def say(p, octets):
    """Send and read one line; b'' when the server has closed."""
    try:
        p.send(octets)
        return p.line()
    except GONE:
        return b''


def settle(p, line, r):
    """Read what else belongs to the reply; False: the session is over."""
    if r.startswith(b'+ '):
        p.send(b'*\r\n')
        r = p.line()
    verb = line.split(b' ')[0].strip().upper()
    if r.startswith(b'+OK') and (verb in (b'CAPA', b'RETR', b'TOP') or line.strip().upper() in (
            b'LIST', b'UIDL', b'AUTH')):
        p.multi_raw()
    return r != b'' and not (r.startswith(b'+OK') and verb in (b'STLS', b'QUIT'))


def ask(sock, octets):
    """One line to the control socket; the one that is answered."""
    c = socket.socket(socket.AF_UNIX)
    c.settimeout(20)
    c.connect(sock)
    c.sendall(octets)
    r = c.makefile('rb').readline()
    c.close()
    return r


class Sessions:
    """One open session for each port and state, made anew when it ended."""
    def __init__(self, lab):
        self.lab, self.open = lab, {}

    def get(self, port, logged_in):
        key = (port, logged_in)
        if key not in self.open:
            user = 'user%d@example.org' % port
            self.open[key] = self.lab.login(user, port=port) if logged_in else self.lab.server.client(port=port)
        return self.open[key]

    def forget(self, port, logged_in):
        p = self.open.pop((port, logged_in), None)
        if p:
            p.close()

    def close(self):
        for p in self.open.values():
            p.close()
        self.open.clear()


def sessions(lab):
    if not hasattr(lab, 'users'):
        lab.users = ['user%d@example.org' % n for n in (PORT, *VARIANTS)]
        lab.accounts(*lab.users)
    return Sessions(lab)


@row('S-01', 'arguments of any length, to every verb, in both states, with any two options on or off')
def lengths(lab):
    ss = sessions(lab)
    cases = [(port, inside, verb, n, c) for port in (PORT, *VARIANTS) for inside in (False, True)
             for verb in (AFTER if inside else BEFORE) for n in LENGTHS for c in RUNS]
    for port, inside, verb, n, c in lab.sample(cases, 150):
        line = verb + b' ' + c * n
        p = ss.get(port, inside)
        r = say(p, line + b'\r\n')
        what = (port, inside, verb, n, c, r)
        assert r == b'' or re.match(rb'\+OK|-ERR|\+ ', r), what
        sasl = verb.startswith(b'AUTH') and not inside
        over = len(line) > (16384 if sasl else 512)
        assert r != b'' or over, what
        if over or (len(line) > 253 and not sasl):
            assert r == b'' or r.startswith(b'-ERR'), what
        if r == b'' or not settle(p, line, r) or over:
            ss.forget(port, inside)
        lab.count('S-01 arguments')
    ss.close()


@row('S-01', 'the same for AUTH with an initial response and with continuation lines')
def sasl_lengths(lab):
    edges = sorted({n + d for n in LENGTHS + [12282, 12288] for d in (0, 1, 2)})
    cases = [(m, how, n) for m in (b'PLAIN', b'LOGIN') for how in ('at once', 'when asked') for n in edges]
    for m, how, n in lab.sample(cases, 40):
        p = lab.server.client()
        text = base64.b64encode(b'\0x\0' + b'y' * n)
        r = say(p, b'AUTH %s %s\r\n' % (m, text) if how == 'at once' else b'AUTH %s\r\n' % m)
        for _ in range(3):
            if not r.startswith(b'+ '):
                break
            r = say(p, text + b'\r\n')
        assert r == b'' or r.startswith(b'-ERR'), (m, how, n, r)
        p.close()
        lab.count('S-01 SASL responses')


@row('S-01', 'and in a change of password')
def poppass_lengths(lab):
    for verb, n, c in lab.sample(itertools.product((b'user', b'pass', b'newpass', b'quit', b'nosuch'), LENGTHS, RUNS), 40):
        s = socket.create_connection((lab.server.addr, 1106), 20)
        f = s.makefile('rwb')
        f.readline()
        try:
            for line in [b'user anna', b'pass x'][:{b'pass': 1, b'newpass': 2}.get(verb, 0)] + [verb + b' ' + c * n]:
                f.write(line + b'\r\n')
                f.flush()
                r = f.readline()
                assert r == b'' or re.match(rb'[2-5]\d\d ', r), (verb, n, c, r)
        except GONE:
            pass
        finally:
            s.close()
        lab.count('S-01 poppass lines')


NUMBERS = ['0', '-1', '+1', '01', '1e0', '0x1', '2147483647', '2147483648', '4294967295', '4294967296', '4294967297',
           '18446744073709551615', '18446744073709551616', '18446744073709551617', '9' * 200, '9' * 400, ' 1', '\t1',
           '1\t1', '1\0', '\0001', '1.0', '', '4', '\u0661', '1,2', '*', '1:2', '0001', '-0', '-9223372036854775808']


@row('S-02', 'only the digits of a number there is are a number, for every verb that takes one')
def numbers(lab):
    ss = sessions(lab)
    for port, (verb, n) in itertools.product((PORT, VARIANTS[5]), itertools.product(
            ('LIST %s', 'UIDL %s', 'RETR %s', 'DELE %s', 'TOP %s 0', 'TOP 1 %s'), NUMBERS)):
        p = lab.login(port=port) if 'main' not in ss.open else ss.open['main']
        ss.open['main'] = p
        line = (verb % n).encode()
        r = say(p, line + b'\r\n')
        big = verb == 'TOP 1 %s' and re.fullmatch('0|[1-9][0-9]{0,19}', n)
        if r.startswith(b'+OK'):
            # No number at all is LIST and UIDL of all; a count of lines may be any.
            assert big or (n == '' and verb.split()[0] in ('LIST', 'UIDL')), (line, r)
            p.multi_raw()
        elif r == b'':
            ss.open.pop('main').close()
        else:
            assert r.startswith(b'-ERR'), (line, r)
        lab.count('S-02 numbers')
    ss.close()


@row('S-03', 'a line without an end closes the session at the limit, takes no memory and no time afterwards')
def endless_line(lab):
    size = int(lab.scaled(8, 100)) << 20
    before = status(lab.front, 'VmRSS')
    for tls, inside, head in itertools.product((False, True), (False, True), (b'', b'AUTH PLAIN ', b'USER ')):
        p = lab.login(tls=tls) if inside else lab.server.client(tls=tls)
        sent = 0
        try:
            p.send(head)
            while sent < size:
                p.send(b'x' * (1 << 18))
                sent += 1 << 18
        except OSError:
            pass
        # What the kernel's buffers took is not what the server read.
        assert sent < size, (tls, inside, head)
        p.close()
        lab.count('S-03 endless lines')
    grown = status(lab.front, 'VmRSS') - before
    assert sanitized() or grown < 8192, '%d kB more' % grown
    used = cpu(lab.front)
    time.sleep(1)
    used = cpu(lab.front) - used
    assert used <= 0.05, 'front used %.2f s of a second with nobody there' % used


FORMATS = ('%n%s%x%p', '%s' * 30, '%n' * 30, '%1$n', '%*d', '%99999999d', '%p%p%p%p', '%%', '%h%hn%ln%lln', '%')


@row('S-05', 'format strings in every field, header and file name mean nothing, at every log level')
def formats(lab):
    s = lab.server
    seen = []
    mark = len(s.log())
    for port, f in lab.sample(itertools.product((PORT, VARIANTS[1]), FORMATS), 8):
        p = s.client(port=port)
        p.ok('USER ' + f + 'x')
        p.err('PASS ' + f)
        seen.append(f + 'x')
        p.err('APOP %s %s' % (f.replace(' ', ''), f))
        for line in (f, 'AUTH ' + f, 'AUTH PLAIN ' + f, 'AUTH PLAIN ' + base64.b64encode(
                ('\0%s\0%s' % (f, f)).encode()).decode(), 'LIST ' + f, 'CAPA ' + f):
            r = say(p, line.encode() + b'\r\n')
            assert r.startswith((b'-ERR', b'+ ')), (line, r)
        p.close()
        q = lab.login(port=port)
        for line in (f, 'LIST ' + f, 'RETR ' + f, 'TOP 1 ' + f, 'XTND ' + f, 'DELE ' + f):
            q.err(line)
        q.quit()
        s.ctl('account', 'show', f, check=False)
        s.ctl('session', 'kill', f, check=False)
        s.ctl('config', 'get', f, check=False)
        s.ctl('domain', 'add', f, check=False)
        lab.count('S-05 formats')
    lab.accounts('formats@example.org')
    texts = []
    for i, f in enumerate(FORMATS):
        texts.append('Subject: %s\nFrom: %s\nX-%s: 1\n\n%s\n' % (f, f, f.replace(':', ''), f))
        lab.put(s, 'formats@example.org', '17000000%02d.%s.host' % (i, f[:100]), texts[-1].encode())
    p = lab.login('formats', port=VARIANTS[1])
    got = b'\n'.join(p.multi('RETR %d' % (i + 1)) for i in range(int(p.ok('STAT').split()[1])))
    for t in texts:
        assert t.replace('\n', '\r\n').encode() in got, t
    assert not any('(nil)' in x or '0x7f' in x for x in p.lines('UIDL'))
    p.quit()
    def log_again():
        return re.sub(r'\\x(..)', lambda m: chr(int(m.group(1), 16)), s.log()[mark:])

    until('the log has the names as they were said', lambda: not [n for n in seen if n not in log_again()])
    log = log_again()
    assert '(nil)' not in log and not re.search('0x7f[0-9a-f]{10}', log), 'a pointer is in the log'
