"""What RETR must send for a stored message: an independent, naive oracle.

LF becomes CRLF unless CR stands before it; a missing final line end and a
missing empty line (header only) are added; nothing else changes.
"""


def wire(stored: bytes) -> bytes:
    out = stored.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
    if not out.endswith(b'\r\n'):
        if out:
            out += b'\r\n'
    if not (out.startswith(b'\r\n') or b'\r\n\r\n' in out):
        out += b'\r\n'
    return out


def unstuff(sent: bytes) -> bytes:
    """The message in a multi-line reply without its last '.' line."""
    assert sent.endswith(b'\r\n.\r\n') or sent == b'.\r\n'
    body = sent[:-3]
    lines = body.split(b'\r\n')
    return b'\r\n'.join(x[1:] if x.startswith(b'.') else x for x in lines)
