# logsink.py - whoever receives log records in the tests
#
#	logsink.py KIND WHERE [CERT KEY]
# KIND is udp, tcp or tls with WHERE HOST:PORT, or unix with a path.  Each
# record becomes a line of JSON on standard output: {"raw": …} for unix,
# else what RFC 5424 says the message is; a fault of form ends the receiver.
import json, os, re, socket, ssl, sys

HEAD = re.compile(rb'^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) ')
PARAM = re.compile(rb' ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"')

def tell(o):
    sys.stdout.write(json.dumps(o) + '\n')
    sys.stdout.flush()

def parse(m):
    """A message of RFC 5424, strictly."""
    m.decode('utf-8')
    h = HEAD.match(m)
    assert h, m
    pri, when, host, app, proc, msgid = h.groups()
    assert int(pri) < 192 and (pri == b'0' or pri[:1] != b'0'), m
    assert re.match(rb'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$', when), when
    for w, n in ((host, 255), (app, 48), (proc, 128), (msgid, 32)):
        assert 0 < len(w) <= n and all(33 <= c <= 126 for c in w), w
    at = h.end()
    prefix = b'[pop3srvd@32473'
    assert m[at:at + len(prefix)] == prefix, m[at:]
    at += len(prefix)
    data = {}
    while m[at:at + 1] == b' ':
        p = PARAM.match(m, at)
        assert p, m[at:]
        data.setdefault(p.group(1).decode(), re.sub(rb'\\(["\\\]])', rb'\1', p.group(2)).decode('utf-8'))
        at = p.end()
    assert m[at:at + 1] == b']', m[at:]
    rest = m[at + 1:]
    assert rest == b'' or rest[:1] == b' ', rest
    text = rest[1:]
    if any(c > 127 for c in text):
        assert text.startswith(b'\xef\xbb\xbf'), text
    return {'pri': int(pri), 'host': host.decode(), 'app': app.decode(), 'pid': proc.decode(),
            'msgid': msgid.decode(), 'data': data, 'text': text.decode('utf-8-sig'), 'octets': len(m)}

def stream(c):
    """Octet counting, RFC 6587 section 3.4.1."""
    b = b''
    while True:
        n = re.match(rb'^([1-9]\d{0,4}) ', b)
        assert n or len(b) < 6, b[:40]
        if n and len(b) >= n.end() + int(n.group(1)):
            end = n.end() + int(n.group(1))
            tell(parse(b[n.end():end]))
            b = b[end:]
            continue
        try:
            more = c.recv(65536)
        except (ConnectionError, ssl.SSLError):
            return
        if not more:
            assert b == b'' or 'CUT_IS_FINE' in os.environ, 'ends within a message: %r' % b
            return
        b += more

def listen(kind, where):
    host, port = where.rsplit(':', 1)
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET,
                      socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host.strip('[]'), int(port)))
    if kind != 'udp':
        s.listen(5)
    return s

def main():
    kind, where = sys.argv[1:3]
    if kind == 'unix':
        if os.path.exists(where):
            os.unlink(where)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(where)
        os.chmod(where, 0o666)
        while True:
            tell({'raw': s.recv(1 << 20).decode('latin-1')})
    s = listen(kind, where)
    if kind == 'udp':
        while True:
            m = s.recv(65536)
            assert len(m) <= 2048, len(m)
            tell(parse(m))
    if kind == 'tls':
        x = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        x.load_cert_chain(sys.argv[3], sys.argv[4])
    while True:
        c = s.accept()[0]
        if kind == 'tls':
            try:
                c = x.wrap_socket(c, server_side=True)
            except (ssl.SSLError, OSError) as e:
                tell({'refused': str(e)})
                continue
            tell({'version': c.version()})
        stream(c)
        c.close()

main()
