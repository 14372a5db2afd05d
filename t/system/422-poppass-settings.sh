#!/bin/sh
# P-20: passwords without TLS come from this machine only; anything else is a
# fault that says what to do.
. "${srcdir:-.}/t/system/common.sh"
logins=no begin
listener() {
	cat >"$dir/conf.d/50-poppass.json" <<EOF2
{ "listeners": [ { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
  { "protocol": "poppass", $1 } ] }
EOF2
}
check() { "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n; }
bad() {
	listener "$1"
	must_exit 78 "fault: $1" check
	must "it says: $2" grep -qF -- "$2" "$dir/out"
}
good() {
	listener "$1"
	must "taken: $1" check
}
bad '"port": 1106' 'poppass has no STARTTLS; say "tls": "implicit"'
bad '"port": 1106, "tls": "starttls"' 'poppass has no STARTTLS'
bad '"port": 1106, "tls": "none"' 'would take passwords without TLS at *; say "tls": "implicit", or "address": "127.0.0.1"'
bad '"port": 1106, "tls": "none", "address": "0.0.0.0"' 'without TLS at 0.0.0.0'
bad '"port": 1106, "tls": "none", "address": "192.0.2.1"' 'without TLS at 192.0.2.1'
bad '"port": 1106, "tls": "none", "address": "::"' 'without TLS at ::'
good '"port": 1106, "tls": "none", "address": "127.0.0.1"'
good '"port": 1106, "tls": "none", "address": "::1"'
good '"port": 1106, "tls": "implicit"'
good "\"tls\": \"none\", \"path\": \"$dir/run/pw.sock\""

# The port without a word about it is 106, the name poppass.
listener '"tls": "implicit", "address": "127.0.0.1"'
if [ "$(id -u)" -eq 0 ]; then
	listener "\"tls\": \"implicit\", \"address\": \"$addr\""
	start_server
	must 'served at port 106' python3 -c "
import ssl, socket, os
from pop3 import context
s = context().wrap_socket(socket.create_connection((os.environ['addr'], 106), 10))
assert s.recv(99).startswith(b'550 ')"
	must 'status names it' sh -c "'$bin/bin/pop3ctl' -s '$sock' status | grep -q 'poppass.* 106'"
	must 'a setting of that listener alone' ctl option set --listener poppass password_change on
	must 'is live' python3 -c "
import ssl, socket, os
from pop3 import context
s = context().wrap_socket(socket.create_connection((os.environ['addr'], 106), 10))
assert s.recv(99).startswith(b'200 ')"
else
	say 'skipped part: port 106 needs root'
	listener "\"tls\": \"implicit\", \"address\": \"$addr\", \"port\": 1107"
	start_server
fi
listener "\"tls\": \"none\", \"address\": \"$addr\", \"port\": 1108, \"proxy_from\": [\"127.97.0.0/16\"]"
must 'a proxy before it' ctl reload
must 'switched on' ctl option set password_change on
must 'a peer that a proxy names counts, not the proxy' python3 -c "
import socket, os
def first(peer):
    s = socket.create_connection((os.environ['addr'], 1108), 10, ('127.97.0.1', 0))
    s.sendall(b'PROXY TCP4 %s 192.0.2.1 1234 106\\r\\nuser anna\\r\\nquit\\r\\n' % peer)
    f = s.makefile('rb')
    assert f.readline().startswith(b'200 ')
    return f.readline()[:3]
assert first(b'203.0.113.5') == b'530', first(b'203.0.113.5')
assert first(b'127.0.0.9') == b'300'"
logins=no still_alive
stop_server
