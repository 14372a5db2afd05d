#!/bin/sh
# PROXY protocol v1 and v2, only from listed proxies; the named address counts.
. "${srcdir:-.}/t/system/common.sh"
begin
cat >"$dir/conf.d/50-proxy.json" <<EOF
{ "listeners": [
  { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
  { "name": "proxied", "address": "$addr", "port": 1111, "tls": "starttls", "proxy_from": ["127.97.0.0/16"] },
  { "name": "proxieds", "address": "$addr", "port": 1996, "tls": "implicit", "proxy_from": ["127.97.0.0/16"] } ],
  "allow_plaintext": "always", "access": { "deny": ["203.0.113.9"] } }
EOF
start_server
add_account anna@example.org
python3 - <<'EOF' || fail 'PROXY header'
import os, socket, struct
from pop3 import Pop3, context, ADDR
def v1(a): return b'PROXY TCP4 %s 192.0.2.1 1234 110\r\n' % a.encode()
def v1_6(a): return b'PROXY TCP6 %s 2001:db8::1 1234 110\r\n' % a.encode()
def v2(a, tlv=b''):
    b = socket.inet_aton(a) + socket.inet_aton('192.0.2.1') + struct.pack('!HH', 1234, 110) + tlv
    return b'\r\n\r\n\0\r\nQUIT\n\x21\x11' + struct.pack('!H', len(b)) + b
local = b'\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00'
def conn(head, src='127.97.0.1', port=1111, step=None):
    s = socket.create_connection((ADDR, port), 10, (src, 0))
    if step:
        import time
        for i in range(0, len(head), step): s.sendall(head[i:i + step]); time.sleep(0.002)
    else: s.sendall(head)
    return s
def works(head, **kw):
    p = Pop3(raw=conn(head, **kw), timeout=10); r = p.greeting
    if r.startswith(b'+OK'): p.login('anna').quit(); return True
    return False
assert works(v1('192.0.2.77')) and works(v2('192.0.2.78')) and works(v1_6('2001:db8::77'))
assert works(v2('192.0.2.79', b'\x04\0\x03abc' + b'\x20\0\x05\x01\0\0\0\0'))
assert works(v1('192.0.2.77'), step=1) and works(v2('192.0.2.78'), step=1)
assert works(local) and works(b'PROXY UNKNOWN\r\n')
def refused(head, **kw):
    p = Pop3(raw=conn(head, **kw), greet=False, timeout=10)
    return p.eof() and not p.buf.startswith(b'+OK')
assert refused(b'USER anna\r\n') and refused(b'PROXY TCP4 nonsense\r\n') and refused(b'\r\n\r\n\0\r\nQUIT\n\xff\xff\xff\xff')
assert refused(b'PROXY TCP4 ' + b'1' * 200 + b'\r\n')
# Whoever is no listed proxy is cut as soon as a header comes from it.
p = Pop3(raw=conn(v1('192.0.2.66'), src='127.96.0.1'), greet=False, timeout=10)
assert p.eof() and b'-ERR' not in p.buf
assert refused(v1('203.0.113.9')) and refused(v2('203.0.113.9'))
# Behind the header, implicit TLS begins.
s = context().wrap_socket(conn(v2('192.0.2.80'), port=1996))
p = Pop3(raw=s); assert p.greeting.startswith(b'+OK'); p.login('anna').quit()
EOF
must_not 'a forged address counts nowhere' grep -q '192.0.2.66' "$dir/log"
for a in 192.0.2.77 192.0.2.78 192.0.2.80 2001:db8::77; do
	must "the log has the client $a" grep -q "peer=$a " "$dir/log"
done
still_alive
stop_server
