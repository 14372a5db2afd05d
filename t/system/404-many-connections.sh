#!/bin/sh
# 1,000 connections opened and dropped at once, several times; then thousands
# idle while a client works; descriptors come back.
. "${srcdir:-.}/t/system/common.sh"
begin
hard=$(ulimit -Hn)
idle=10000
[ "$hard" = unlimited ] || [ "$hard" -ge 12000 ] || idle=$((hard / 2))
ulimit -n "$([ "$hard" = unlimited ] && echo 20000 || echo "$hard")"
conf 50-limits <<'EOF'
{ "limits": { "connections": 11000, "per_address": 20000, "login_timeout": "5m" } }
EOF
start_server
add_account anna@example.org
front=$(pid_of front)
fds() { ls "/proc/$front/fd" | wc -l; }
before=$(fds)
idle=$idle python3 - <<'EOF' || fail 'many connections'
import os, socket, struct, time
from pop3 import Pop3, ADDR, PORT, TLS_PORT
idle = int(os.environ['idle'])
def rst(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()
for port in (PORT, TLS_PORT):
    for how in (rst, socket.socket.close):
        ss = []
        for i in range(1000):
            ss.append(socket.create_connection((ADDR, port), 20, ('127.95.%d.%d' % (i // 250, i % 250 + 1), 0)))
        for s in ss: how(s)
Pop3(timeout=20).login('anna').quit()
ss = []
for i in range(idle):
    ss.append(socket.create_connection((ADDR, PORT), 20, ('127.94.%d.%d' % (i // 250, i % 250 + 1), 0)))
time.sleep(1)
greeted = 0
for s in ss:
    s.settimeout(20); greeted += s.recv(100).startswith(b'+OK')
assert greeted == idle, greeted
p = Pop3(timeout=20).login('anna'); p.ok('STAT'); p.quit()
print(greeted, 'idle connections held')
EOF
n=0
while [ "$(fds)" -gt $((before + 5)) ]; do
	n=$((n + 1)); [ $n -lt 200 ] || fail "descriptors: $before before, $(fds) after"; sleep 0.1
done
say "ok - descriptors are back"
# A thousand handshakes at once need 30 kB each for a moment.
if grep -q '^#define SANITIZED' "$bin/config.h"; then
	say 'skipped - memory: sanitizers keep what is freed'
else
	front=$front python3 - <<'EOF' || fail 'memory after a burst of handshakes'
import os, socket, ssl, time
from pop3 import ADDR, TLS_PORT, context
def rss():
    return [int(l.split()[1]) for l in open('/proc/%s/status' % os.environ['front']) if l.startswith('VmRSS')][0]
before, c, ss = rss(), context(), []
for i in range(1000):
    s = socket.create_connection((ADDR, TLS_PORT), 20)
    s.setblocking(False)
    ss.append(c.wrap_socket(s, do_handshake_on_connect=False))
waiting = ss
while waiting:
    rest = []
    for s in waiting:
        try: s.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError): rest.append(s)
    waiting = rest
high = rss()
for s in ss: s.close()
end = time.time() + 30
while rss() > before + 8000 and time.time() < end: time.sleep(0.5)
print('%d kB before, %d with 1,000 handshakes, %d after' % (before, high, rss()))
assert rss() <= before + 8000
EOF
fi
[ "$(pid_of front)" = "$front" ] || fail 'front was restarted'
still_alive
stop_server
