"""Clients that tell the oracle what they hear."""
import base64
import json
import os
import socket
import ssl

from oracle import Violation
from pop3 import Pop3, context

PATIENCE = 30	# seconds; who hears nothing for that long was forgotten


class Cut(Exception):
    """The connection has ended."""


def undot(part):
    """As wire.unstuff, of a reply that may have been cut."""
    lines = part.split(b'\r\n')
    return b'\r\n'.join(x[1:] if x.startswith(b'.') else x for x in lines)


class Client(Pop3):
    """Where Pop3 raises, this one says Cut or Violation; it keeps what it heard."""

    def __init__(self, server, tls=False):
        self.heard = []
        self.ended = False
        try:
            super().__init__(tls=tls, addr=server.addr, port=1995 if tls else 1110, timeout=PATIENCE, greet=False)
        except OSError as e:
            raise Cut(repr(e))

    def more(self):
        try:
            d = self.s.recv(1 << 18)
        except socket.timeout:
            raise Violation('I7', 'no answer within %d s after %r' % (PATIENCE, self.heard[-3:]))
        except (OSError, ssl.SSLError):
            d = b''
        self.buf += d
        return d

    def line(self):
        while b'\r\n' not in self.buf:
            if not self.more():
                self.heard.append(self.buf)
                raise Cut('at a line')
        line, self.buf = self.buf.split(b'\r\n', 1)
        self.heard.append(line)
        return line

    def send(self, octets):
        try:
            self.s.sendall(octets)
        except socket.timeout:
            raise Violation('I7', 'nothing taken within %d s' % PATIENCE)
        except (OSError, ssl.SSLError) as e:
            raise Cut(repr(e))

    def good(self, text):
        return self.cmd(text).startswith(b'+OK')

    def body(self):
        """(octets, whole) of a multi-line reply behind its first line, dots undone."""
        while not (self.buf.startswith(b'.\r\n') or b'\r\n.\r\n' in self.buf):
            if not self.more():
                part, self.buf = self.buf, b''
                return undot(part[:-1] if part.endswith(b'\r\n.') else part), False
        end = 0 if self.buf.startswith(b'.\r\n') else self.buf.index(b'\r\n.\r\n') + 2
        part, self.buf = self.buf[:end], self.buf[end + 3:]
        return undot(part), True

    def rows(self, text):
        """A list as [words]; None when it was refused."""
        if not self.good(text):
            return None
        part, whole = self.body()
        if not whole:
            raise Cut('in a list')
        return [x.split() for x in part.decode('latin-1').split('\r\n')[:-1]]

    def start_tls(self):
        try:
            self.s = context().wrap_socket(self.s)
        except socket.timeout:
            raise Violation('I7', 'no TLS within %d s' % PATIENCE)
        except (OSError, ssl.SSLError) as e:
            raise Cut(repr(e))


class Session:
    """A whole session with a maildrop; drop is the oracle's."""

    def __init__(self, server, drop, secret):
        self.server, self.drop, self.secret = server, drop, secret
        self.c = None
        self.asked = False		# QUIT was sent
        self.quit_reply = None
        self.ids, self.sizes = {}, {}

    def enter(self, how):
        """how: stls, plain, tls, sasl.  True when logged in."""
        c = self.c = Client(self.server, tls=how in ('tls', 'sasl'))
        if not c.line().startswith(b'+OK'):
            return False
        if how == 'stls':
            c.rows('CAPA')
            if c.good('STLS'):
                c.start_tls()
            c.rows('CAPA')
        if how == 'sasl':
            secret = base64.b64encode(b'\0%s\0%s' % (self.drop.name.encode(), self.secret.encode()))
            return c.good(b'AUTH PLAIN ' + secret)
        return c.good('USER ' + self.drop.name) and c.good('PASS ' + self.secret)

    def look(self):
        """STAT, UIDL and LIST: they must agree."""
        c = self.c
        stat = c.cmd('STAT')
        uidl, sizes = c.rows('UIDL'), c.rows('LIST')
        if uidl is None or sizes is None:
            return False
        self.ids = {int(n): u for n, u in uidl}
        self.sizes = {int(n): int(s) for n, s in sizes}
        if set(self.ids) != set(self.sizes):
            raise Violation('I5', 'LIST and UIDL differ: %r %r' % (uidl, sizes))
        if stat.startswith(b'+OK') and [int(x) for x in stat.split()[1:3]] != [len(sizes), sum(self.sizes.values())]:
            raise Violation('I5', '%r, and LIST %r' % (stat, sizes))
        self.drop.listed([(self.ids[n], self.sizes[n]) for n in self.ids])
        return True

    def fetch(self, n):
        """RETR; the octets, or None when it was refused."""
        if not self.c.good('RETR %d' % n):
            return None
        octets, whole = self.c.body()
        self.drop.fetched(self.ids[n], octets, whole)
        if not whole:
            raise Cut('in RETR')
        if len(octets) != self.sizes[n]:
            raise Violation('I5', '%s: size %d, sent %d octets' % (self.ids[n], self.sizes[n], len(octets)))
        return octets

    def top(self, n):
        if not self.c.good('TOP %d 1' % n):
            return
        octets, whole = self.c.body()
        if not whole:
            raise Cut('in TOP')
        if not any(m.startswith(octets) for m in self.drop.sure | self.drop.open):
            raise Violation('I3', 'TOP sent what is no beginning: %r' % octets[:200])

    def delete(self, n):
        if self.ids[n] in self.drop.used and self.c.good('DELE %d' % n):
            self.drop.marked(self.ids[n])

    def leave(self, stuck=None):
        self.asked = True
        r = self.quit_reply = self.c.cmd('QUIT')
        self.drop.quit(r, stuck)

    def run(self, how, stuck=None):
        """All of it, as far as it goes.  True when nothing was refused on the way."""
        try:
            done = self.enter(how) and self.look() and self.work()
            self.leave(stuck)
            return done and self.quit_reply.startswith(b'+OK')
        except Cut:
            self.drop.cut(self.asked)
            return False
        finally:
            self.close()

    def work(self):
        c, numbers = self.c, sorted(self.ids)
        fetched = [self.fetch(n) is not None for n in numbers]
        if numbers:
            self.top(numbers[0])
            c.cmd('UIDL %d' % numbers[0])
            c.cmd('LIST %d' % numbers[-1])
            self.delete(numbers[0])
        if not c.good('NOOP'):
            return False
        if c.good('RSET'):
            self.drop.unmarked()
        for n in numbers[:2]:
            self.delete(n)
        return all(fetched)

    def close(self):
        if self.c is not None:
            self.c.close()

    def heard(self):
        return b'\n'.join(self.c.heard) if self.c is not None else b''


def check_login(server, drop, secret):
    """A session afterwards: all of it must be there and right."""
    s = Session(server, drop, secret)
    try:
        if not s.enter('plain'):
            raise Violation('I7', 'no login afterwards: %r' % s.heard()[-200:])
        if not s.look():
            raise Violation('I7', 'no list afterwards: %r' % s.heard()[-200:])
        rows = [(s.ids[n], s.sizes[n], s.fetch(n)) for n in sorted(s.ids)]
        s.leave()
    except Cut as e:
        raise Violation('I7', 'cut off afterwards, %s: %r' % (e, s.heard()[-200:]))
    finally:
        s.close()
    drop.login([(u, n, o or b'') for u, n, o in rows])


class Bystander:
    """A client nothing is done to: it must hear what it always heard."""

    def __init__(self, server, oracle, name, secret, octets):
        self.server, self.oracle, self.name, self.secret = server, oracle, name, secret
        self.octets = octets
        self.c = None

    def enter(self):
        self.leave()
        self.c = Client(self.server)
        self.c.line()
        if not self.c.good('USER ' + self.name) or not self.c.good('PASS ' + self.secret):
            raise Violation('I7', 'the bystander cannot log in: %r' % self.c.heard[-1])

    def ask(self, excused=False):
        """excused: the process that held its session was killed on purpose."""
        try:
            noop = self.c.cmd('NOOP')
            first = self.c.cmd('RETR 1')
            got = self.c.body() if first.startswith(b'+OK') else (first, True)
        except Cut as e:
            if not excused:
                raise Violation('I7', 'the bystander was cut off (%s)' % e)
            return False
        if excused and (noop + first).find(b'-ERR [SYS/TEMP]') >= 0:
            return False
        self.oracle.bystander(b'+OK', noop[:3])
        self.oracle.bystander(self.octets, got[0])
        self.oracle.bystander(b'True', str(got[1]).encode())
        return True

    def leave(self):
        if self.c is not None:
            self.c.close()
            self.c = None


class Control:
    """The control socket without a program in between."""

    def __init__(self, server):
        self.path = server.sock

    def ask(self, verb, **args):
        """The reply as an object, or None when the connection ended before one came."""
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        data = b''
        try:
            s.connect(self.path)
            s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n')
            while b'\n' not in data:
                d = s.recv(65536)
                if not d:
                    return None
                data += d
        except socket.timeout:
            raise Violation('I7', 'no answer to %s within %d s' % (verb, PATIENCE))
        except OSError:
            return None
        finally:
            s.close()
        self.said = data
        return json.loads(data)

    def processes(self):
        """{(role, index): pid}; pid None while it does not run.  None: nobody answers."""
        r = self.ask('status')
        if r is None or not r.get('ok'):
            return None
        return {(p['role'], p['index']): p['pid'] for p in r['result']['processes']}


def put(server, account, name, octets):
    """A message straight into new/, as a delivery agent of another make does it."""
    folder = server.maildrop(account)
    path = '%s/tmp/%s' % (folder, name)
    with open(path, 'wb') as f:
        f.write(octets)
    st = os.stat(folder)
    os.chown(path, st.st_uid, st.st_gid)
    os.rename(path, '%s/new/%s' % (folder, name))
