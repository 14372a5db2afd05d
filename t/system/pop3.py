"""A POP3 client for tests that sees every octet."""
import os
import socket
import ssl

from wire import unstuff

ADDR = os.environ.get('addr', '127.0.0.1')
PORT = int(os.environ.get('port', 1110))
TLS_PORT = int(os.environ.get('tls_port', 1995))


def context(**kw):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    for k, v in kw.items():
        setattr(c, k, v)
    return c


class Pop3:
    def __init__(self, tls=False, greet=True, timeout=30, source=None,
                 addr=None, port=None, raw=None):
        to = (addr or ADDR, port or (TLS_PORT if tls else PORT))
        if raw is not None:
            self.s = raw
        else:
            src = (source, 0) if source else None
            self.s = socket.create_connection(to, timeout, src)
        self.s.settimeout(timeout)
        if tls:
            self.s = context().wrap_socket(self.s)
        self.buf = b''
        self.greeting = self.line() if greet else None

    def more(self):
        d = self.s.recv(1 << 18)
        self.buf += d
        return d

    def line(self):
        """One line without CRLF; b'' at the end of the stream."""
        while b'\n' not in self.buf:
            if not self.more():
                rest, self.buf = self.buf, b''
                return rest
        line, self.buf = self.buf.split(b'\n', 1)
        assert line.endswith(b'\r'), line
        return line[:-1]

    def send(self, octets):
        self.s.sendall(octets)

    def cmd(self, text):
        self.send((text if isinstance(text, bytes) else text.encode()) + b'\r\n')
        return self.line()

    def ok(self, text):
        r = self.cmd(text)
        assert r.startswith(b'+OK'), (text, r)
        return r

    def err(self, text, code=None):
        r = self.cmd(text)
        assert r.startswith(b'-ERR'), (text, r)
        if code:
            assert r.startswith(b'-ERR [' + code.encode() + b']'), (text, r)
        return r

    def multi_raw(self):
        """The octets of a multi-line reply behind its first line."""
        parts, tail = [], self.buf
        size = len(self.buf)
        while not (tail == b'.\r\n' or tail.endswith(b'\r\n.\r\n')):
            parts.append(self.buf)
            d = self.s.recv(1 << 20)
            assert d, 'the stream ended inside a reply'
            self.buf = d
            size += len(d)
            tail = (tail + d)[-5:] if size > 3 else tail + d
        out = b''.join(parts) + self.buf
        self.buf = b''
        return out

    def multi(self, text):
        self.ok(text)
        return unstuff(self.multi_raw())

    def lines(self, text):
        m = self.multi(text)
        return m.decode('latin-1').split('\r\n')[:-1]

    def login(self, user, password='secret'):
        self.ok('USER ' + user)
        self.ok('PASS ' + password)
        return self

    def quit(self):
        r = self.cmd('QUIT')
        self.close()
        return r

    def eof(self):
        """True when the server closes now."""
        try:
            while True:
                d = self.s.recv(65536)
                if not d:
                    return True
                self.buf += d
        except (ConnectionResetError, ssl.SSLError):
            return True
        except socket.timeout:
            return False

    def close(self):
        self.s.close()
