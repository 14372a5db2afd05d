#!/bin/sh
# One maildrop, two sessions: a short wait, then [IN-USE] with its age; a dead
# connection is taken over; the lock ends with its holder.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-limits <<'EOF'
{ "limits": { "lock_wait": "1s" } }
EOF
start_server
add_account anna@example.org
printf 'Subject: 1\n\nx\n' >"$dir/m"
deliver anna@example.org "$dir/m"
python3 - <<'EOF' || fail 'two sessions'
import socket, struct, threading, time
from pop3 import Pop3
a = Pop3().login('anna')
b = Pop3(); b.ok('USER anna')
t = time.time(); r = b.err('PASS secret', 'IN-USE'); waited = time.time() - t
assert 0.8 < waited < 4, waited
assert any(c.isdigit() for c in r.decode().split(']')[1]), r
assert a.cmd('NOOP').startswith(b'+OK')
a.ok('DELE 1')
# A short wait is enough when the first one is just leaving (Outlook).
c = Pop3(); c.ok('USER anna'); c.send(b'PASS secret\r\n')
time.sleep(0.3)
assert a.quit().startswith(b'+OK')
assert c.line().startswith(b'+OK')
assert c.cmd('STAT') == b'+OK 0 0'
# A refused session must not free the holder's lock when it leaves.
d = Pop3(); d.ok('USER anna'); d.err('PASS secret', 'IN-USE'); d.close()
e = Pop3(); e.ok('USER anna'); e.err('PASS secret', 'IN-USE'); e.close()
# Reset connection: the next login works at once.
c.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()
f = Pop3().login('anna')
# Two at the same moment: one gets it, the other is told.
f.quit()
res = []
def go():
    p = Pop3(); p.ok('USER anna'); res.append((p.cmd('PASS secret'), p))
ts = [threading.Thread(target=go) for _ in range(6)]
[t.start() for t in ts]; [t.join() for t in ts]
assert sum(r.startswith(b'+OK') for r, _ in res) == 1, [r for r, _ in res]
assert sum(r.startswith(b'-ERR [IN-USE]') for r, _ in res) == 5
EOF
still_alive
stop_server
