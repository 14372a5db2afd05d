"""G-11 and G-15: what can be learnt from answers, and said before TLS."""
import socket
import ssl
import statistics
import time

from figures import rank_test
from pop3 import Pop3, context
from server import PORT, Server
from tools import accounts, still_alive, visit

SURE = 1e-4			# below it two samples are not alike
CLASSES = {'wrong password': 'anna@example.org', 'unknown name': 'nobody@example.org',
           'locked account': 'lock@example.org', 'no such domain': 'anna@example.net'}


def ask(s, n, at_once):
    """Times by class; n of each, asked in turn by several clients at once."""
    clients = [visit(s, 'guess', *CLASSES.values(), pause=0, password='wrong',
                     most=n * len(CLASSES) // at_once) for _ in range(at_once)]
    times, said = [[] for _ in CLASSES], set()
    for c in clients:
        r = c.end(wait=True)
        assert r['failed'] == 0, r['why']
        said.add(r['said'])
        for i, t in enumerate(r['times']):
            times[i % len(CLASSES)].append(t)
    assert len(said) == 1, 'answers differ: %s' % said
    return times


def timing(run, seconds):
    """Wrong, unknown, locked, elsewhere: the same words after the same time."""
    delay = '2s' if seconds >= 30 else '300ms'
    conf = {'limits': {'failure_delay': delay, 'per_address': 20000}, 'autodeny': {'failures': 0, 'unknown_users': 0}}
    n = 200 if delay == '2s' else 60
    with Server('flood', conf) as s:
        s.start()
        s.account('anna@example.org', 'lock@example.org')
        s.ctl('account', 'lock', 'lock@example.org')
        for again in (False, True):
            times = ask(s, n, 20 if delay == '2s' else 4)
            medians = [statistics.median(t) for t in times]
            ps = [rank_test(times[0], t) for t in times[1:]]
            run.note('timing, %s, %d each: medians %s ms; rank test against the first: p %s' % (
                delay, n, ', '.join('%s %.2f' % x for x in zip(CLASSES, medians)), ', '.join('%.2g' % p for p in ps)))
            run.count('timed refusals', n * len(CLASSES))
            if min(ps) >= SURE:
                break
            assert not again, 'the time tells one refusal from another, twice'
        run.goal('timing: medians differ by', max(medians) - min(medians), 1)
        s.ctl('account', 'unlock', 'lock@example.org')
        still_alive(s)
        s.stop()


TAILS = {
    'a command': b'STLS\r\nNOOP\r\n',
    'a name': b'STLS\r\nUSER anna@example.org\r\n',
    'name and password': b'STLS\r\nUSER anna@example.org\r\nPASS secret\r\n',
    'a name before': b'USER anna@example.org\r\nSTLS\r\nPASS secret\r\n',
    'an exchange': b'STLS\r\nAUTH PLAIN AGFubmEAc2VjcmV0\r\n',
    'the end': b'STLS\r\nQUIT\r\n',
    'capabilities': b'STLS\r\nCAPA\r\n',
    'half a command': b'STLS\r\nNOO',
    'twice': b'STLS\r\nSTLS\r\n',
    'small letters': b'stls\r\nnoop\r\n',
    'bare line feeds': b'STLS\nNOOP\n',
    'an argument': b'STLS \r\nNOOP\r\n',
    'a carriage return': b'STLS\r\n\rNOOP\r\n',
    'a NUL': b'STLS\r\n\0NOOP\r\n',
}


def inject(s, said, cut):
    """What the server says in TLS to one CAPA; None: it does not come to TLS."""
    c = Pop3(addr=s.addr, port=PORT, timeout=20)
    c.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    c.send(said[:cut])
    if cut < len(said):
        time.sleep(0.002)
        try:
            c.send(said[cut:])
        except OSError:
            return None
    try:
        for _ in range(said.upper().split(b'STLS')[0].count(b'\n') + 1):
            if not c.line().startswith(b'+OK'):
                return None
        if c.buf:
            return c.buf		# an answer to what came behind
        t = context().wrap_socket(c.s)
        t.sendall(b'CAPA\r\nQUIT\r\n')
        got = b''
        while d := t.recv(4096):
            got += d
        return got
    except (ssl.SSLError, OSError):
        return None
    finally:
        c.close()


def stls(run, seconds):
    """14 ways to put octets behind STLS, each in two writes, cut everywhere."""
    conf = {'limits': {'per_address': 20000}, 'options': {'auto_deny': False},
            'autodeny': {'failures': 0, 'unknown_users': 0}}
    with Server('flood', conf) as s:
        s.start()
        accounts(s, 'anna@example.org')
        tries = [(name, said, cut) for name, said in TAILS.items() for cut in range(1, len(said) + 1)]
        run.random.shuffle(tries)
        tries = [(n, said, len(said)) for n, said in TAILS.items()] + tries
        end = time.monotonic() + seconds * 0.9
        came, clean = 0, inject(s, b'STLS\r\n', 6)
        assert clean.count(b'+OK') == 2, clean
        for name, said, cut in tries:
            if time.monotonic() > end:
                break
            got = inject(s, said, cut)
            run.count('STLS injections')
            if got is None:
                continue
            came += 1
            assert got == clean, (name, cut, got)
        run.note('STLS: %d of 14 variants, %d injections with cuts, %d came to TLS, none was run' % (
            len(TAILS), run.counts['STLS injections'], came))
        p = Pop3(addr=s.addr, port=PORT)		# and what was said before TLS is forgotten
        p.ok('USER anna@example.org')
        p.ok('STLS')
        p.s = context().wrap_socket(p.s)
        p.err('PASS secret')
        p.login('anna').quit()
        still_alive(s)
        s.stop()


PARTS = {'timing': timing, 'stls': stls}
