#!/bin/sh
# A helper that never answers (stopped): who waits for it hears [SYS/TEMP] when
# the time is over; nobody else waits; after SIGCONT all is as before.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-limits <<'EOF'
{ "limits": { "login_timeout": "4s", "idle_timeout": "10s", "per_address": 20000 } }
EOF
start_server
for u in anna bob carl; do add_account $u@example.org; done
printf 'Subject: one\n\none\n' >"$dir/m"
for u in anna bob carl; do deliver $u@example.org "$dir/m" "$dir/m"; done
pids_of() { ctl --json status | python3 -c "
import json, sys
print(*[p['pid'] for p in json.load(sys.stdin)['result']['processes'] if p['role'] == '$1'])"; }
auths=$(pids_of auth) drops=$(pids_of drop)
export auths drops
python3 - <<'EOF' || fail 'stuck helpers'
import os, signal, time
from pop3 import Pop3
def each(role, signo):
    for p in os.environ[role].split(): os.kill(int(p), signo)
def told(p, least, most, what):
    t = time.time(); r = p.line(); took = time.time() - t
    print(what, r, '%.1f s' % took)
    assert r.startswith(b'-ERR [SYS/TEMP]'), (what, r)
    assert least < took < most and p.eof(), (what, took)
deleting = Pop3().login('bob'); deleting.ok('DELE 1'); deleting.ok('RETR 2'); deleting.multi_raw()
reading = Pop3().login('carl')
each('auths', signal.SIGSTOP)
p = Pop3(); p.ok('USER anna'); p.send(b'PASS secret\r\n')
told(p, 2, 8, 'login while auth is stopped')
deleting.ok('NOOP'); reading.ok('STAT')
each('auths', signal.SIGCONT)
each('drops', signal.SIGSTOP)
p = Pop3(); p.ok('USER anna'); p.send(b'PASS secret\r\n')
reading.send(b'RETR 1\r\n'); deleting.send(b'QUIT\r\n')
told(p, 2, 8, 'login while drop is stopped')
told(reading, 4, 20, 'RETR while drop is stopped')
told(deleting, 0, 20, 'QUIT while drop is stopped')
each('drops', signal.SIGCONT)
p = Pop3().login('anna'); p.ok('RETR 1'); p.multi_raw(); p.quit()
p = Pop3().login('carl'); p.ok('RETR 2'); p.multi_raw(); p.quit()
p = Pop3().login('bob'); assert p.ok('STAT').startswith(b'+OK 1 '), 'QUIT was complete'; p.quit()
EOF
must 'the log says who took too long' grep -q 'reason=helper-timeout' "$dir/log"
still_alive
stop_server
