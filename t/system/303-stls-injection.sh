#!/bin/sh
# S-20: plaintext behind STLS, split at every octet, is never run.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
python3 - <<'EOF' || fail 'STLS injection'
import socket, ssl, time
from pop3 import Pop3, context
tail = b'USER anna\r\n'
n = 0
for cut in range(1, len(tail) + 1):
    p = Pop3(timeout=10)
    p.send(b'STLS\r\n' + tail[:cut])
    r = p.line()
    if r.startswith(b'+OK'):
        # Not run: either the session ends or the handshake starts clean.
        try:
            s = context().wrap_socket(p.s)
        except (ssl.SSLError, OSError):
            n += 1; continue
        s.sendall(b'NOOP\r\n')
        got = s.recv(4096)
        raise SystemExit('octets before TLS survived: %r' % got)
    assert r == b'' or r.startswith(b'-ERR'), r
    n += 1
assert n == len(tail)
p = Pop3(); p.ok('USER anna'); p.ok('STLS')
p.s = context().wrap_socket(p.s)
p.err('PASS secret')                     # the name before TLS is forgotten
p.ok('USER anna'); p.ok('PASS secret'); p.err('STLS'); p.quit()
p = Pop3(tls=True); p.err('STLS'); assert 'STLS' not in p.lines('CAPA'); p.close()
p = Pop3(); assert 'STLS' in p.lines('CAPA'); p.close()
EOF
still_alive
stop_server
