#!/bin/sh
# F-18: no descriptors left: front neither spins nor ends, and serves again; a
# message that there is none for costs nobody else anything.
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

# 22 sessions in the middle of a big message, with others opened ahead.
hash=$(openssl passwd -6 secret)
for i in $(seq 22); do printf 'u%s@example.org:%s\n' "$i" "$hash"; done >"$dir/users"
must 'import 22 accounts' ctl account import "$dir/users"
printf 'Subject: small\n\nsmall\n' >"$dir/small"
{ cat "$dir/small"; yes 0123456789012345678901234567890123456789 | head -n 400000; } >"$dir/big"
first=$(maildrop u1@example.org)
deliver u1@example.org "$dir/small" "$dir/small" "$dir/big" "$dir/small" "$dir/small" "$dir/small" "$dir/small"
for i in $(seq 2 22); do
	mkdir -p "$(maildrop "u$i@example.org")"
	cp -rl "$first/new" "$first/cur" "$first/tmp" "$(maildrop "u$i@example.org")"
done
own_mail
python3 - <<'EOF' || fail 'messages without descriptors'
import time
from pop3 import Pop3
def body(p):
    size = 0
    while True:
        line = p.line()
        if line == b'.': return size
        size += len(line) + 2
ss = [Pop3().login('u%d' % i) for i in range(1, 23)]
for p in ss: p.send(b'RETR 1\r\nRETR 2\r\nRETR 3\r\n')
time.sleep(2)
sent = 0
for p in ss:
    for i in range(3):
        r = p.line()
        if r.startswith(b'+OK'): assert (body(p) if i < 2 else len(p.multi_raw()) - 3) == int(r.split()[1]); sent += 1
        else: assert r.startswith(b'-ERR [SYS/TEMP]'), r
    p.ok('NOOP'); assert p.quit().startswith(b'+OK')
print(sent, 'of 66 messages sent')
assert sent >= 44, sent
EOF
must_not 'no session lost its maildrop' grep -E 'drop-lost|exit-' "$dir/log"
[ "$(pid_of front)" = "$front" ] || fail 'front ended'
still_alive
stop_server
