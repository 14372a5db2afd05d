#!/bin/sh
# P-3, P-8, P-9, P-20, P-21, P-27: owners change their password as Eudora,
# Roundcube and SnappyMail do it, without TLS on this machine and inside it.
. "${srcdir:-.}/t/system/common.sh"
begin
cat >"$dir/conf.d/50-poppass.json" <<EOF2
{ "listeners": [
  { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
  { "name": "pop3s", "address": "$addr", "port": $tls_port, "tls": "implicit" },
  { "protocol": "poppass", "address": "$addr", "port": 1106, "tls": "none" },
  { "name": "poppasss", "protocol": "poppass", "address": "$addr", "port": 1107, "tls": "implicit" } ] }
EOF2
start_server
for u in anna berta carla; do add_account "$u@example.org" 'first horse battery'; done
py() { python3 - || fail "$py"; say "ok - $py"; }

py='off means off: one line, and the end (I-5)'
py <<'PY'
from poppass import Poppass
for tls in (False, True):
    p = Poppass(tls=tls)
    assert p.greeting.startswith(b'550 '), p.greeting
    assert p.eof()
PY
must 'switch it on, live' ctl option set password_change on

py='Eudora: domain cut off, quit sent and not waited for (P-8)'
py <<'PY'
from poppass import Poppass
for tls, old, new in ((False, 'first horse battery', 'Second  horse, battery '),
                      (True, 'Second  horse, battery ', 'Third horse; battery')):
    p = Poppass(tls=tls)
    assert p.greeting.startswith(b'200 ') and b'pop3srvd' not in p.greeting.lower()
    assert not any(c in b'0123456789' for c in p.greeting[4:]), p.greeting
    p.must('user anna', '300')
    p.must('pass ' + old, '200')
    p.must('newpass ' + new, '200')
    p.f.write(b'quit\r\n'); p.f.flush()
    p.close()
from pop3 import Pop3
p = Pop3(tls=True); p.ok('USER anna'); p.err('PASS first horse battery', 'AUTH')
p.ok('USER anna@example.org'); p.ok('PASS Third horse; battery'); p.quit()
PY

py='Roundcube: full name, regular expressions, closes without quit (P-9)'
py <<'PY'
import re
from poppass import Poppass
def roundcube(user, old, new):
    p = Poppass()
    if not re.match(rb'^2\d\d', p.greeting): return 'connect'
    if not re.match(rb'^[23]\d\d', p.cmd('user ' + user)): return 'user'
    if not re.match(rb'^[23]\d\d', p.cmd('pass ' + old)): return 'pass'
    r = p.cmd('newpass ' + new)
    p.close()
    return 'ok' if re.match(rb'^2\d\d', r) else r.decode()
assert roundcube('berta@example.org', 'first horse battery', 'Zweites Pferd! 77') == 'ok'
assert roundcube('berta@example.org', 'first horse battery', 'x') == 'pass'
r = roundcube('berta@example.org', 'Zweites Pferd! 77', 'x')
assert r.startswith('550 ') and 'password' in r, r
from pop3 import Pop3
Pop3(tls=True).login('berta', 'Zweites Pferd! 77').quit()
PY

py='SnappyMail: codes looked up in sets, a quit that is waited for (P-9)'
py <<'PY'
from poppass import Poppass
def snappy(user, old, new, tls):
    p = Poppass(tls=tls)
    def step(text, *codes):
        r = p.line() if text is None else p.cmd(text)
        assert r[:1].decode() in codes or r.startswith(b'+OK '), (text, r)
    p.greeting and None
    step('user ' + user, '2', '3')
    step('pass ' + old, '2', '3')
    step('newpass ' + new, '2')
    step('quit', '2')
    assert p.eof()
snappy('carla@example.org', 'first horse battery', 'Trzeci kon! 5512', True)
PY

py='octets of other scripts, and a bare LF'
py <<'PY'
from poppass import Poppass
from pop3 import Pop3
new = 'Пароль ä 2026 lang'.encode()
p = Poppass()
def lf(text):
    p.f.write(text + b'\n'); p.f.flush(); return p.line()
assert lf(b'USER carla').startswith(b'300')
assert lf(b'PASS Trzeci kon! 5512').startswith(b'200')
assert lf(b'NEWPASS ' + new).startswith(b'200')
assert lf(b'QUIT').startswith(b'200')
q = Pop3(tls=True); q.ok('USER carla')
assert q.cmd(b'PASS ' + new).startswith(b'+OK'); q.quit()
PY

py='the list of sessions shows who is changing what'
py <<'PY'
import json, os, subprocess
from poppass import Poppass
p = Poppass(tls=True)
p.must('user anna', '300'); p.must('pass Third horse; battery', '200')
out = subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json',
                      'session', 'list'], capture_output=True, check=True).stdout
rows = [s for s in json.loads(out)['result']['sessions'] if s['listener'] == 'poppasss']
assert len(rows) == 1 and rows[0]['user'] == 'anna@example.org', rows
assert rows[0]['state'] == 'password' and rows[0]['tls'].startswith('TLSv1'), rows
subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], 'session', 'kill',
                rows[0]['id']], check=True, stdout=subprocess.DEVNULL)
assert p.line().startswith(b'421 '), 'killed'
assert p.eof()
PY
must 'each change has its line' sh -c "[ \$(grep -c ' password changed ' '$dir/log') -eq 5 ]"
must_not 'no password is in the log' grep -qiE 'horse|pferd|trzeci' "$dir/log"
must_not 'nor in what the server keeps of changes' grep -rqaiE 'horse|pferd|trzeci' "$dir/state"
must 'log the dialogue' ctl option set debug on
py='a session is shown, its dialogue logged'
py <<'PY'
import json, os, subprocess
from poppass import Poppass
p = Poppass()
p.must('user carla', '300'); p.must('pass Zebra-Pferd-42', '535')
p.must('user anna', '300'); p.must('pass Third horse; battery', '200')
p.must('newpass Trzeci', '550')
ctl = [os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'session']
rows = json.loads(subprocess.run(ctl + ['list'], capture_output=True, check=True).stdout)
i = [s['id'] for s in rows['result']['sessions'] if s['listener'] == 'poppass'][0]
s = json.loads(subprocess.run(ctl + ['show', i], capture_output=True, check=True).stdout)['result']
assert s['mechanism'] == 'poppass' and s['bad_commands'] == 1 and s['changed'] == 0, s
p.must('quit', '200'); assert p.eof()
PY
must 'commands are there' grep -q 'dialogue dir=C text="NEWPASS ..."' "$dir/log"
must 'and replies' grep -q 'dialogue dir=S text="535 wrong name or password"' "$dir/log"
must_not 'but no password' grep -qiE 'horse|pferd|trzeci' "$dir/log"
py='off again, for who is there and for who comes'
py <<'PY'
import os, subprocess
from poppass import Poppass
p = Poppass()
p.must('user anna', '300'); p.must('pass Third horse; battery', '200')
q = Poppass()
q.must('user anna', '300')
subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'],
    'option', 'set', 'password_change', 'off'], check=True)
assert b'switched off' in p.must('newpass Fourth horse; battery', '550')
q.must('pass Third horse; battery', '550')
p = Poppass(); assert p.greeting.startswith(b'550 ') and p.eof()
PY
still_alive
stop_server
