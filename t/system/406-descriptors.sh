#!/bin/sh
# F-18: no descriptors left: front neither spins nor ends, and serves again.
. "${srcdir:-.}/t/system/common.sh"
begin
nofile=100
start_server
front=$(pid_of front)
python3 - "$front" <<'EOF' || fail 'EMFILE'
import os, socket, sys, time
from pop3 import ADDR, PORT
pid = sys.argv[1]
def cpu(): return sum(map(int, open('/proc/%s/stat' % pid).read().rsplit(')', 1)[1].split()[11:13])) / os.sysconf('SC_CLK_TCK')
ss = []
for i in range(300):
    s = socket.socket(); s.setblocking(False); s.bind(('127.92.0.%d' % (i % 250 + 1), 0))
    try: s.connect((ADDR, PORT))
    except BlockingIOError: pass
    ss.append(s)
time.sleep(1); c = cpu(); time.sleep(3); used = (cpu() - c) / 3
print('processor share at the limit: %.1f %%' % (used * 100))
assert used < 0.2, used
for s in ss: s.close()
EOF
[ "$(pid_of front)" = "$front" ] || fail 'front ended'
still_alive
stop_server
