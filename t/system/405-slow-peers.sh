#!/bin/sh
# Slowloris and slow readers are bounded and harm nobody; idle and login
# timeouts hold.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-limits <<'EOF'
{ "limits": { "login_timeout": "10s", "idle_timeout": "10s", "per_address": 20000,
              "min_rate": 100000, "rate_window": "5s" } }
EOF
start_server
add_account anna@example.org
add_account bob@example.org
{ printf 'Subject: big\n\n'; yes 'some text that repeats' | head -c 60000000; } >"$dir/big"
deliver anna@example.org "$dir/big"
python3 - <<'EOF' || fail 'slow peers'
import socket, threading, time
from pop3 import Pop3, ADDR, PORT, TLS_PORT
t0 = time.time()
slow = []
for i in range(500):
    s = socket.create_connection((ADDR, TLS_PORT if i % 2 else PORT), 20, ('127.93.%d.%d' % (i // 250, i % 250 + 1), 0))
    s.sendall(b'\x16' if i % 2 else b'U'); slow.append(s)
reader = socket.socket(); reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
reader.connect((ADDR, PORT))
r = Pop3(raw=reader).login('anna'); r.send(b'RETR 1\r\n')
q = Pop3(timeout=60).login('bob')           # good client, meanwhile
worst = 0
while time.time() - t0 < 8:
    t = time.time(); q.ok('NOOP'); worst = max(worst, time.time() - t)
    r.s.recv(10); time.sleep(0.05)
print('worst NOOP meanwhile: %.0f ms' % (worst * 1000))
q.quit()
idle = Pop3(timeout=60).login('bob')
t = time.time(); assert idle.eof(); took = time.time() - t
assert 8 < took < 25, ('idle timeout', took)
for s in slow:
    s.settimeout(20)
    try:
        while s.recv(1000): pass
    except ConnectionResetError: pass
print('slowloris all gone after %.0f s' % (time.time() - t0))
# The slow reader was cut, without a final dot.
r.s.settimeout(30); got = b''
try:
    while True:
        d = r.s.recv(1 << 20)
        if not d: break
        got = (got + d)[-100:]
except ConnectionResetError: pass
assert not got.endswith(b'\r\n.\r\n')
EOF
still_alive
stop_server
