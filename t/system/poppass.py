"""A client of the password-change protocol for tests, strict about replies."""
import os
import re
import socket

from pop3 import ADDR, context

PORT, TLS_PORT = 1106, 1107


class Poppass:
    def __init__(self, tls=False, source=None, port=None, timeout=30, addr=None):
        src = (source, 0) if source else None
        to = (addr or ADDR, port or (TLS_PORT if tls else PORT))
        self.s = socket.create_connection(to, timeout, src)
        if tls:
            self.s = context().wrap_socket(self.s)
        self.f = self.s.makefile('rwb')
        self.greeting = self.line()

    def line(self):
        """One reply, b'' at the end; its shape is checked (P-8, P-21)."""
        r = self.f.readline()
        if r:
            assert re.fullmatch(rb'[2-5][0-9][0-9] [ -~]{1,496}\r\n', r), r
        return r

    def cmd(self, text):
        if isinstance(text, str):
            text = text.encode()
        self.f.write(text + b'\r\n')
        self.f.flush()
        return self.line()

    def must(self, text, code):
        r = self.cmd(text)
        assert r.startswith(code.encode() + b' '), (text, r)
        return r

    def eof(self):
        try:
            return self.f.read() == b''
        except ConnectionResetError:
            return True

    def close(self):
        self.f.close()
        self.s.close()


def change(user, old, new, **kw):
    """A whole dialogue; the code of the last reply."""
    p = Poppass(**kw)
    for text in ('user ' + user, 'pass ' + old, 'newpass ' + new):
        r = p.cmd(text)
        if r[:1] not in (b'2', b'3'):
            break
    p.close()
    return r[:3].decode()
