"""G-10, I9, S-56: what floods leave behind, and what they take at their height."""
import os
import time

from figures import Kept, SANITIZED, memory, pss, tcp_memory
from server import TLS_PORT, Server
from tools import accounts, attack, come_in, crowd, sessions, still_alive, until

GROWTH = 1024			# kB over 100,000 events (G-10)
EACH = 128			# kB of ours that a connection may cost in any state (I9)
POPPASS = 1106


def sample(s, pids, events, seconds, kept):
    """Memory of each process beside the number of events so far."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        n = events()
        for name, pid in pids.items():
            kept[name].append((n, pss(pid)))
        time.sleep(0.1)


def growth(run, s, what, seconds, events):
    """Less than GROWTH in 100,000 events, once what grows by design (tables
    with a ceiling, free blocks) has grown."""
    pids = {'%s %d' % (r, i): p for r, i, p in s.processes('front', 'auth', 'drop', 'log')}
    kept = {name: Kept() for name in pids}
    sample(s, pids, events, seconds / 3, {name: Kept() for name in pids})
    sample(s, pids, events, seconds * 2 / 3, kept)
    n = events()
    run.count(what, n)
    for name, k in kept.items():
        seen = k[-1][0] - k[0][0]
        more = k.growth()
        run.note('%s: %s %d kB, %+d kB in %d, slope %+.0f kB in 100,000' % (
            what, name, k[-1][1], more, seen, k.slope(100000)))
        allowed = GROWTH * max(1.0, seen / 100000)
        assert SANITIZED or more < allowed, '%s grew by %d kB in %d, allowed %d' % (name, more, seen, allowed)
    if SANITIZED:
        run.skipped('growth by ' + what, 'sanitizers keep what is freed')


def failed_logins(run, seconds):
    """Wrong passwords, and unknown names, which cost a whole hash, of 200
    addresses."""
    conf = {'limits': {'failure_delay': '0', 'per_address': 20000}, 'autodeny': {'failures': 0, 'unknown_users': 0}}
    with Server('flood', conf) as s:
        s.start()
        accounts(s, 'anna@example.org')
        wrong = attack(s, 'visit', '-n', 40, '-A', 200, '-c', 'USER anna\\r\\n', '-c', 'PASS wrong%u\\r\\n')
        nobody = attack(s, 'visit', '-n', 40, '-r', 5, '-A', 200, '-b', 101, '-c', 'USER nobody%u\\r\\n', '-c', 'PASS wrong\\r\\n')
        growth(run, s, 'failed logins', seconds * 0.9, lambda: s.json('stats')['metrics']['login_failures'])
        r, t = wrong.end(), nobody.end()
        assert r['refused'] >= r['left'] > 0 and t['refused'] >= t['left'] > 0, (r, t)
        still_alive(s)
        s.stop()


def handshakes(run, seconds):
    """Handshakes that stop behind the hello or at the end, closed and reset."""
    with Server('flood') as s:
        s.start()
        accounts(s, 'anna@example.org')
        a = attack(s, 'visit', '-n', 40, '-A', 200, tls=True)
        growth(run, s, 'handshakes given up', seconds * 0.9, lambda: s.json('stats')['metrics']['connections'])
        a.end()
        still_alive(s)
        s.stop()


def opening(commands):
    return [w for c in commands for w in ('-c', c + '\\r\\n')]


def deaf(words, *before, **kw):
    """Commands again and again, no reply ever read."""
    return lambda s, n: attack(s, 'deaf', '-n', n, '-R', 4096, *opening(before), '-x', words, **kw)


def stuck(words, *before, more=(), **kw):
    """The beginning of something, and then nothing."""
    return lambda s, n: attack(s, 'sip', '-n', n, '-i', 10000, *more, *opening(before), '-x', words, **kw)


LOGIN = ('USER user%u@example.org', 'PASS secret')
HELLO = '\x16\x03\x01\x3f\x7f\x01' + 'a' * 16000		# of a record that is longer
STATES = {
    'greeting': deaf('CAPA\\r\\n' * 100),
    'half a line': stuck('U' * 250),
    'user': deaf('USER anna@example.org\\r\\nCAPA\\r\\n' * 20),
    'half a password': stuck('PASS ' + 'x' * 240, 'USER anna@example.org'),
    'half an exchange': stuck('QUJD' * 1200, 'AUTH PLAIN'),
    'stls': stuck(HELLO, 'STLS'),
    'hello': stuck(HELLO, more=['-q'], port=TLS_PORT),
    'handshake': lambda s, n: attack(s, 'hold', '-n', n, tls=True),
    'tls': deaf('CAPA\\r\\n' * 100, tls=True),
    'list': deaf('LIST\\r\\nUIDL\\r\\n' * 50, *LOGIN),
    'retr': deaf('RETR 1\\r\\nTOP 1 100\\r\\nRETR 2\\r\\n' * 30, *LOGIN),
    'retr in tls': deaf('RETR 1\\r\\nTOP 1 100\\r\\nRETR 2\\r\\n' * 30, *LOGIN, tls=True),
    'xmit': deaf('To: bert@example.org\\r\\n' + 'text of a mail\\r\\n' * 100, *LOGIN, 'XTND XMIT', tls=True),
    'poppass': stuck('pass ' + 'x' * 240, 'user anna@example.org', port=POPPASS),
}


def populate(s, n):
    """Two messages each, and who may send."""
    names = ['user%d@example.org' % i for i in range(n)]
    accounts(s, *names)
    first = s.maildrop(names[0])
    s.deliver(names[0], b'Subject: big\n\n' + b'all work and no play makes a dull mail\n' * 20000)
    s.deliver(names[0], b'Subject: small\n\nhello\n')
    for name in names[1:]:
        for d in ('new', 'cur', 'tmp'):
            os.makedirs('%s/%s' % (s.maildrop(name), d))
        for f in os.listdir(first + '/new'):
            os.link('%s/new/%s' % (first, f), '%s/new/%s' % (s.maildrop(name), f))
    s.own_mail()
    for name in names[:n if n <= 100 else 100]:
        s.ctl('account', 'set', '--xmit', 'on', name)


def bound(run, seconds):
    """Every state × connections that send and never read."""
    n, share = crowd(run, 1000), seconds / (len(STATES) + 1)
    conf = {'limits': {'per_address': 20000, 'bad_commands': 1000, 'bad_commands_before': 1000, 'auth_tries': 100},
            'autodeny': {'failures': 0, 'unknown_users': 0}, 'options': {'auto_deny': False, 'xtnd_xmit': True, 'password_change': True},
            'relay': {'sendmail': '/bin/true'}}
    with Server('flood', conf) as s:
        conf['listeners'] = s.conf()['listeners'] + [
            {'name': 'poppass', 'address': s.addr, 'port': POPPASS, 'tls': 'none', 'allow_plaintext': 'always', 'protocol': 'poppass'}]
        s.start()
        populate(s, n)
        accounts(s, 'anna@example.org', 'bert@example.org')
        names = list(STATES)
        run.random.shuffle(names)
        end = time.monotonic() + seconds * 0.9
        for name in names:
            if time.monotonic() < end:
                flooded(run, s, name, min(n, 100) if name == 'xmit' else n, max(share, 1))
        still_alive(s)
        s.stop()


def flooded(run, s, name, n, seconds):
    before, kernel = memory(s), tcp_memory()
    a = STATES[name](s, n)
    come_in(s, a)
    high, t = dict(before), time.monotonic()
    while high == before or time.monotonic() < t + seconds:
        for k, v in memory(s).items():
            high[k] = max(v, high.get(k, 0))
        time.sleep(0.05)
    held, kernel = sessions(s), tcp_memory() - kernel
    r = a.end()
    until('the end of all', lambda: sessions(s) == 0)
    run.count('deaf connections', r['most_ready'])
    more = sum(high.values()) - sum(before.values())
    run.note('%s × %d: %.1f kB each at the height in all processes, %.0f kB in the kernel (%d held, %d MB said, '
             '%d thrown out)' % (name, n, more / n, kernel / n, held, r['octets_out'] >> 20, r['thrown_out']))
    assert held == n, '%s: %d of %d are held' % (name, held, n)
    assert SANITIZED or more <= EACH * n, '%s: %d kB for %d connections' % (name, more, n)


PARTS = {'failed-logins': failed_logins, 'handshakes': handshakes, 'bound': bound}
