#!/bin/sh
# TLS 1.2 and 1.3 with forward-secret AEAD only; ALPN; tickets; SNI; RSA and
# ECDSA side by side; a client that knows only old things is refused.
. "${srcdir:-.}/t/system/common.sh"
begin
make_cert rsa localhost rsa
make_cert other other.example.net
make_cert wild '*.wild.example'
conf 50-tls <<EOF
{ "tls": { "certificate": "$dir/cert.pem", "key_file": "$dir/cert.key",
  "certificate2": "$dir/rsa.pem", "key_file2": "$dir/rsa.key",
  "names": [ { "name": "other.example.net", "certificate": "$dir/other.pem", "key_file": "$dir/other.key" },
             { "name": "*.wild.example", "certificate": "$dir/wild.pem", "key_file": "$dir/wild.key" } ] } }
EOF
start_server
client() { openssl s_client -connect "$addr:$tls_port" "$@" </dev/null 2>&1; }
works() { client "$@" | grep -q '^New, TLSv1\|^Reused, TLSv1'; }
must 'TLS 1.3' works -tls1_3
must 'TLS 1.2' works -tls1_2
must_not 'TLS 1.1 is refused' works -tls1_1 -cipher 'ALL:@SECLEVEL=0'
must_not 'TLS 1.0 is refused' works -tls1 -cipher 'ALL:@SECLEVEL=0'
for c in ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305 \
    ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384; do
	must "suite $c" works -tls1_2 -cipher "$c"
done
for c in AES128-GCM-SHA256 AES128-SHA AES256-SHA256 ECDHE-RSA-AES128-SHA ECDHE-ECDSA-AES256-SHA384 \
    DHE-RSA-AES128-GCM-SHA256 NULL-SHA256 ECDHE-RSA-NULL-SHA; do
	must_not "suite $c is refused" works -tls1_2 -cipher "$c:@SECLEVEL=0"
done
must 'STLS' sh -c "openssl s_client -connect $addr:$port -starttls pop3 </dev/null 2>&1 | grep -q '^New, TLSv1'"
must 'ALPN pop3 is acknowledged' sh -c "openssl s_client -connect $addr:$tls_port -alpn pop3 </dev/null 2>&1 | grep -q 'ALPN protocol: pop3'"
must_not 'another ALPN is refused' works -alpn http/1.1
must 'several, pop3 among them, are fine' works -alpn http/1.1,pop3
serial() { openssl x509 -noout -fingerprint -sha256; }
shown() { client "$@" | serial; }
of() { serial <"$dir/$1.pem"; }
[ "$(shown -servername other.example.net)" = "$(of other)" ] || fail 'SNI picks the name'
[ "$(shown -servername a.wild.example)" = "$(of wild)" ] || fail 'SNI wildcard'
[ "$(shown -servername a.b.wild.example)" = "$(of cert)" ] || fail 'a wildcard covers one label only'
[ "$(shown -servername unknown.example)" = "$(of cert)" ] || fail 'unknown name gets the default'
[ "$(shown -noservername)" = "$(of cert)" ] || fail 'no name gets the default'
[ "$(shown -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256)" = "$(of rsa)" ] || fail 'RSA client gets the RSA certificate'
say 'ok - names and key types'
python3 - <<'EOF' || fail 'resumption, renegotiation, garbage'
import os, socket, ssl
from pop3 import Pop3, context, ADDR, TLS_PORT
for v in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    c = context(minimum_version=v, maximum_version=v)
    a = c.wrap_socket(socket.create_connection((ADDR, TLS_PORT)))
    a.recv(100); s = a.session; a.close()
    b = c.wrap_socket(socket.create_connection((ADDR, TLS_PORT)), session=s)
    b.recv(100); assert b.session_reused, v; b.close()
# Garbage instead of a handshake harms nobody.
for junk in (b'GET / HTTP/1.0\r\n\r\n', os.urandom(4000), b'\x80\x2e\x01\x00\x02', b'\x16\x03\x01\xff\xff' + b'x' * 100, b''):
    s = socket.create_connection((ADDR, TLS_PORT)); s.sendall(junk); s.settimeout(20)
    s.shutdown(socket.SHUT_WR)
    try:
        while s.recv(4096): pass
    except OSError: pass
    s.close()
Pop3(tls=True).quit()
EOF
still_alive
stop_server
