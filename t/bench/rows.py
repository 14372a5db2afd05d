"""Every row that can be measured, with its goals beside it.

A goal is (what, bound): 'dovecot' and 'limit' are ratios, ours to theirs, that
must be reached (how often as good, so for times and memory theirs to ours);
'value', 'cpu_us', 'p50_ms', 'p99_ms' are figures of ours that must not be
passed; 'others' bounds the NOOPs of another session to so many times what they
took before (or a millisecond).  A new row is a line here; what it does, if it
is more than load, is a function in work.py.
"""
import work
from drive import load, warm_all

ALL = ('pop3srvd', 'dovecot', 'limit')
PEERS = ('pop3srvd', 'dovecot')


class Row:
    def __init__(self, key, title, unit, goals, run, servers=ALL, needs=(), curve=None, x=None):
        self.key, self.title, self.unit, self.goals = key, title, unit, goals
        self.run, self.servers, self.needs = run, servers, needs
        self.curve, self.x = curve, x

    def lower_is_better(self):
        return self.unit in ('ms', 'kB', 'us')


def rate(*args, key='per_s', at_once=10, tls=False, ec=False):
    """Dialogues as fast as they go."""
    def run(b, srv):
        warm_all(srv, b.scale.users)
        r = load(srv, *args, '-c', at_once, '-n', b.scale.users, seconds=b.seconds, tls=tls, ec=ec)
        r['value'] = r[key]
        return r
    run.warm = True
    return run


def fetch(user, tls=False):
    """RETR of the big message, one client."""
    def run(b, srv):
        if user.startswith('wire'):
            work.wire_drop(b, srv, user)
        r = load(srv, '-m', 'retr', '-u', user if srv.name != 'limit' else 'big0', seconds=b.seconds, tls=tls)
        r['value'] = r['MB_per_s']
        return r
    run.warm = True
    return run


def table(s):
    """The rows, for a scale (how many messages, connections …)."""
    n, k = s.many, '{:,}'.format
    return [
        Row('session', 'session, 20 messages, 10 at once', '/s',
            [('dovecot', 6), ('limit', 0.55), ('cpu_us', 200)], rate('-m', 'session')),
        Row('all20', 'the same, all 20 fetched', '/s',
            [('dovecot', 4), ('limit', 0.6)], rate('-m', 'session', '-k', -1)),
        Row('tls', 'session, TLS 1.3, full handshake, RSA-2048', '/s',
            [('dovecot', 2.6), ('limit', 0.85)], rate('-m', 'session', tls=True)),
        Row('tls-ec', 'session, TLS 1.3, full handshake, ECDSA P-256', '/s',
            [], rate('-m', 'session', tls=True, ec=True)),
        Row('connect', 'connect, greeting, QUIT', '/s', [('limit', 0.8)], rate('-m', 'connect')),
        Row('pipelined', 'session, pipelined', '/s', [], rate('-m', 'session', '-P')),
        Row('handshake', 'TLS 1.3 handshake and greeting, RSA-2048', '/s', [], rate('-m', 'handshake', tls=True)),
        Row('handshake-ec', 'TLS 1.3 handshake and greeting, ECDSA P-256', '/s', [],
            rate('-m', 'handshake', tls=True, ec=True)),
        Row('retr', 'RETR %d MB, LF on disk' % (s.big // 1000000), 'MB/s',
            [('dovecot', 2.5)], fetch('big0'), needs=['big']),
        Row('retr-wire', 'RETR %d MB, stored in wire form' % (s.big // 1000000), 'MB/s',
            [('dovecot', 5), ('limit', 0.85)], fetch('wire0'), needs=['wire']),
        Row('retr-tls', 'RETR %d MB, TLS 1.3 AES-256-GCM, LF' % (s.big // 1000000), 'MB/s',
            [('dovecot', 3)], fetch('big0', True), needs=['big']),
        Row('retr-tls-wire', 'RETR %d MB, TLS 1.3 AES-256-GCM, wire form' % (s.big // 1000000), 'MB/s',
            [('dovecot', 4.3)], fetch('wire0', True), needs=['wire']),
        Row('warm', 'login, STAT, UIDL, %s messages, nothing changed' % k(n), 'ms',
            [('value', 15)], work.warm('many%d' % n), needs=['many%d' % n]),
        Row('ten-new', 'login, STAT, UIDL, %s messages, 10 new' % k(n), 'ms',
            [('value', 30)], work.ten_new('fresh%d' % n), needs=['fresh%d' % n], servers=PEERS),
        Row('first-sized', 'first login ever, %s messages, sizes in the names' % k(n), 'ms',
            [('value', 250)], work.first('sized%d' % n), needs=['sized%d' % n], servers=PEERS),
        Row('first-memory', 'first login ever, %s messages, sizes unknown, in memory' % k(n), 'ms',
            [('dovecot', 2.5), ('others', 2)], work.first('many%d' % n, work.in_memory),
            needs=['many%d' % n], servers=PEERS),
        Row('first-disk', 'first login ever, %s messages, sizes unknown, on disk' % k(n), 'ms',
            [('dovecot', 2.5), ('others', 2)], work.first('many%d' % n, work.on_disk),
            needs=['many%d' % n], servers=PEERS),
        Row('dropped', "login, %s messages, the kernel's caches dropped" % k(s.dropped), 'ms',
            [('value', 150)], work.dropped('many%d' % s.dropped), needs=['many%d' % s.dropped]),
        Row('dropped-new', 'the same, and one message came', 'ms', [],
            work.dropped('late%d' % s.dropped, 1), needs=['late%d' % s.dropped], servers=PEERS),
        Row('dele', 'DELE %s and QUIT, synced (limit: unlink and two fsync)' % k(s.dele), 'ms',
            [('dovecot', 3)], work.dele('dele%d' % s.dele, s.dele), needs=['dele%d' % s.dele]),
        Row('idle', 'memory of a connection before the login', 'kB',
            [('value', 2)], work.memory(s.idle)),
        Row('idle-tls', 'memory of a connection in TLS', 'kB',
            [('value', 18)], work.memory(s.idle_tls, tls=True)),
        Row('idle-login', 'memory of a session with 20 messages', 'kB',
            [('value', 3)], work.memory(s.idle_login, login=True), needs=['users%d' % s.idle_login[1]]),
        Row('noop', 'NOOP of one session, p99, while %s sit idle' % k(s.idle_many), 'ms',
            [('p50_ms', 1), ('p99_ms', 3)], work.noop_among(s.idle_many)),
        Row('cold', 'NOOP p99 while %d cold maildrops of %s messages open, slow disk' % (s.cold[0], k(s.cold[1])),
            'ms', [('p99_ms', 5)], work.noop_while_cold(s.cold[0]), servers=PEERS, needs=['cold%d' % s.cold[1]]),
        *[Row('cost@%d' % c, 'processor time a session, %s at once' % k(c), 'us', [], work.cost(c),
              needs=['users%d' % c], curve='cost', x=c) for c in s.crowds],
        *[Row('login@%d' % m, 'login, %s messages, warm' % k(m), 'ms', [], work.warm('sized%d' % m),
              needs=['sized%d' % m], curve='login', x=m) for m in s.counts],
    ]
