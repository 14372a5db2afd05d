#!/bin/sh
# A listener on every address gives way to one on a single address of the same
# port, in one reload; nobody else can bind beside it.  In a network of its own,
# which has nothing but loopback.
if [ -z "${in_own_network-}" ]; then
	if [ "$(id -u)" -ne 0 ] || ! unshare -n true 2>/dev/null; then
		echo 'needs root and a network namespace'
		exit 77
	fi
	in_own_network=yes exec unshare -n sh "$0"
fi
. "${srcdir:-.}/t/system/common.sh"
need ip
ip link set lo up
begin
start_server
cat >"$dir/conf.d/70-listeners.json" <<EOF
{ "listeners": [ { "name": "wide", "address": "*", "port": 21701, "tls": "none" } ] }
EOF
must 'reload to one listener on every address' ctl reload
sed -i "s/\"\*\"/\"$addr\"/" "$dir/conf.d/70-listeners.json"
must 'and to one address of the same port' ctl reload
python3 - <<'EOF' || fail 'from every address to one'
import socket, time
from pop3 import Pop3
assert Pop3(port=21701).greeting.startswith(b'+OK')
for _ in range(50):
    try: socket.create_connection(('127.0.0.1', 21701), 2).close()
    except ConnectionRefusedError: break
    time.sleep(0.1)
else: raise SystemExit('other addresses are still served')
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
try: s.bind(('0.0.0.0', 21701))
except OSError: pass
else: raise SystemExit('somebody else can bind beside the server')
EOF
rm "$dir/conf.d/70-listeners.json"
must 'and back' ctl reload
still_alive
stop_server
