#!/bin/sh
# Log lines: grammar, one summary a session, nothing forged, no secrets.
. "${srcdir:-.}/t/system/common.sh"
begin
cat >"$dir/conf.d/50-log.json" <<EOF
{ "log": [ { "to": "file", "path": "$dir/log" }, { "to": "file", "path": "$dir/log.json", "format": "json" } ] }
EOF
start_server
add_account anna@example.org 'canary-secret'
printf 'Subject: x\n\nhello\n' >"$dir/m"
deliver anna@example.org "$dir/m" "$dir/m"
python3 - <<'EOF' || fail 'sessions'
import base64
from pop3 import Pop3
p = Pop3(tls=True).login('anna', 'canary-secret'); p.multi('RETR 1'); p.multi('TOP 2 1'); p.ok('DELE 1'); p.quit()
for name in (b'x>, rip=192.0.2.99', b'a b user=root', b'\x1b[31mred', b'q\xc3\xa9\xff', b'n' * 200):
    p = Pop3(); p.cmd(b'USER ' + name); p.err('PASS canary-wrong')
    p.close()
b = base64.b64encode(b'\0x\ny z=1\0canary-wrong').decode()
p = Pop3(); p.err('AUTH PLAIN ' + b); p.close()
EOF
sleep 0.5
python3 - <<'EOF' || fail 'grammar'
import json, os, re
d = os.environ['dir']
line = re.compile(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z pop3srvd\[\d+\]: ([a-z_]+=\S+ )*[A-Za-z][^=]*( [a-z_]+=\S*)*$')
lines = open(d + '/log', 'rb').read().decode('ascii').splitlines()
assert 'fmt=1' in lines[0], lines[0]
for l in lines:
    assert line.match(l), l
ends = [l for l in lines if 'session end' in l and 'user=anna@example.org' in l]
assert len(ends) == 1, ends
for part in ('retr=1', 'top=1', 'dele=1', 'reason=quit', 'octets_out=', 'octets_in=', 'duration_ms=', 'tls=TLSv1.3', 'listener=pop3s'):
    assert part in ends[0], (part, ends[0])
fails = [l for l in lines if 'auth failed' in l]
assert len(fails) == 6, len(fails)
assert not any('192.0.2.99' in l.split('user=')[0] for l in fails)
assert all(l.count(' user=') <= 1 for l in fails)
for l in open(d + '/log.json'):
    o = json.loads(l); assert 'time' in o, o
EOF
must_not 'no password anywhere' grep -qa 'canary' "$dir/log" "$dir/log.json" "$dir/stderr"
mv "$dir/log" "$dir/log.old"
must 'USR1 reopens' kill -USR1 "$server_pid"
n=0
until [ -s "$dir/log" ]; do n=$((n + 1)); [ $n -lt 50 ] || fail 'USR1 does not reopen the file'; sleep 0.1; done
must 'with the grammar version again' grep -q 'fmt=1' "$dir/log"
still_alive
stop_server
