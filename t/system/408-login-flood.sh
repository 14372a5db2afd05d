#!/bin/sh
# Logins begun and given up, thousands of them by one address, that never has
# more than one connection: others still log in at once, and so does pop3ctl.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
python3 - <<'EOF' || fail 'login after a flood'
import socket, struct, time
from pop3 import Pop3, ADDR, PORT
n, end = 0, time.time() + 4
while time.time() < end:
    s = socket.create_connection((ADDR, PORT), 20, ('127.91.0.1', 0)); s.recv(100)
    s.sendall(b'USER anna\r\nPASS wrong%d\r\n' % n); n += 1
    time.sleep(0.0005)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()
t = time.time(); Pop3(timeout=60).login('anna').quit(); took = time.time() - t
print('%d given up, then a login in %.0f ms' % (n, took * 1000))
assert n > 500 and took < 3, (n, took)
EOF
still_alive
stop_server
