#!/bin/sh
# What holds for every change of a password: the rules (P-23, B-2.3), all
# processes know at once (P-26), nothing is lost when the disk is full or a
# process dies in the middle (P-25), other sessions end if that is wanted.
. "${srcdir:-.}/t/system/common.sh"
begin
cat >"$dir/conf.d/50-change.json" <<EOF2
{ "listeners": [
  { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
  { "name": "pop3s", "address": "$addr", "port": $tls_port, "tls": "implicit" },
  { "protocol": "poppass", "address": "$addr", "port": 1106, "tls": "none" } ],
  "options": { "password_change": true },
  "limits": { "auth_tries": 20, "failure_delay": "50ms" },
  "auth": { "processes": 4, "password_history": 2, "password_classes": 2 } }
EOF2
killing=yes
start_server
add_account anna@example.org 'Tulip-Harbour-71'
py() { python3 - "$@" || fail "$py"; say "ok - $py"; }

py='a row a rule'
py <<'PY'
from poppass import Poppass
def change(old, new):
    p = Poppass()
    p.must('user anna', '300')
    p.must('pass ' + old, '200')
    r = p.cmd('newpass ' + new).decode().strip()
    p.close()
    return r
for new, why in (('Tul-7h', 'shorter than 8'), ('tulipharbourgate', 'needs 2 of'),
                 ('ANNA@example.ORG', 'user name'), ('Tulip-Harbour-71', 'old one')):
    r = change('Tulip-Harbour-71', new)
    assert r.startswith('550 ') and why in r, (new, r)
assert change('Tulip-Harbour-71', 'Meadow-Lantern-52').startswith('200 ')
assert change('Meadow-Lantern-52', 'Copper-Window-33').startswith('200 ')
r = change('Copper-Window-33', 'Tulip-Harbour-71')
assert r.startswith('550 ') and 'used before' in r, r
assert change('Copper-Window-33', 'Silver-Engine-84').startswith('200 ')
# of the last two; the third may come back
assert change('Silver-Engine-84', 'Tulip-Harbour-71').startswith('200 ')
PY

# Every process has the old one in its cache, then nobody takes it.
py='a change counts in every process'
py <<'PY'
from concurrent.futures import ThreadPoolExecutor
from pop3 import Pop3
from poppass import Poppass
def right(password):
    # the maildrop is exclusive: in use also means that the password was right
    with ThreadPoolExecutor(8) as ex:
        def one(_):
            p = Pop3(); p.ok('USER anna'); r = p.cmd('PASS ' + password); p.close()
            return r.startswith(b'+OK') or r.startswith(b'-ERR [IN-USE]')
        return list(ex.map(one, range(32)))
assert all(right('Tulip-Harbour-71'))
p = Poppass()
p.must('user anna', '300'); p.must('pass Tulip-Harbour-71', '200')
p.must('newpass Velvet-Bridge-48', '200'); p.close()
assert not any(right('Tulip-Harbour-71'))
assert all(right('Velvet-Bridge-48'))
PY

# auth dies while it works: the old password or the new one, never neither.
py='killed in the middle: the old one or the new one'
py <<'PY'
import json, os, signal, subprocess, time
from pop3 import Pop3
from poppass import Poppass
ctl = [os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json']
def auths():
    r = json.loads(subprocess.check_output(ctl + ['status']))
    return [p['pid'] for p in r['result']['processes'] if p['role'] == 'auth' and p['pid']]
def works(password):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        p = Pop3(); p.ok('USER anna'); r = p.cmd('PASS ' + password); p.close()
        if r.startswith(b'+OK') or r.startswith(b'-ERR [IN-USE]'): return True
        if r.startswith(b'-ERR [AUTH]'): return False
        time.sleep(0.1)
    raise AssertionError(r)
now = 'Velvet-Bridge-48'
outcomes = set()
for i in range(8):
    new = ('Round-Cabin-15', 'Sofa-Planet-28', 'Under-Mill-37', 'Kettle-Moss-46', 'Pepper-Rail-59',
           'Lamp-Orchid-64', 'Winter-Cube-79', 'Fjord-Button-82')[i]
    pids = auths()
    try:
        p = Poppass()
        p.must('user anna', '300'); r = p.cmd('pass ' + now)
        if not r.startswith(b'200'):
            continue
        p.f.write(b'newpass ' + new.encode() + b'\r\n'); p.f.flush()
        r = p.line() if i == 7 else b''
        time.sleep(0.02 * i)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        r = r or p.line()
        p.close()
    except (AssertionError, ConnectionError, OSError):
        r = b''
    old_works, new_works = works(now), works(new)
    assert old_works != new_works, (i, r, old_works, new_works)
    assert not (r.startswith(b'200') and not new_works), (i, r)
    outcomes.add(new_works)
    if new_works:
        now = new
open(os.environ['dir'] + '/now', 'w').write(now)
# the last one was waited for
assert True in outcomes, outcomes
PY
now=$(cat "$dir/now")

if [ "$(id -u)" -eq 0 ]; then
	# The state folder on a full disk: refused, and the old one still works.
	must 'stop for the small disk' ctl stop
	wait "$server_pid" 2>/dev/null || :
	server_pid=
	mv "$dir/state" "$dir/state.big"
	mkdir "$dir/state"
	if mount -t tmpfs -o size=400k,mode=755 p3test "$dir/state" 2>/dev/null; then
		mounts="$dir/state"
		cp -a "$dir/state.big/." "$dir/state/"
		start_server
		# a database that is open stays so; to open one needs room
		now=$now python3 - <<'PY' || fail 'before the full disk'
import os
from concurrent.futures import ThreadPoolExecutor
from pop3 import Pop3
def one(_):
    p = Pop3(); p.ok('USER anna'); p.cmd('PASS ' + os.environ['now']); p.close()
with ThreadPoolExecutor(16) as ex:
    list(ex.map(one, range(64)))
PY
		head -c 1M /dev/zero >"$dir/state/filler" 2>/dev/null || :
		now=$now python3 - <<'PY' || fail 'full disk'
import os
from pop3 import Pop3
from poppass import Poppass
now = os.environ['now']
p = Poppass()
p.must('user anna', '300'); p.must('pass ' + now, '200')
r = p.cmd('newpass Harbour-Cabin-15'); p.close()
open(os.environ['dir'] + '/changed', 'w').write('yes' if r.startswith(b'200') else 'no')
right = 'Harbour-Cabin-15' if r.startswith(b'200') else now
q = Pop3(); q.ok('USER anna'); q.ok('PASS ' + right); q.quit()
q = Pop3(); q.ok('USER anna'); q.err('PASS ' + (now if right != now else 'Harbour-Cabin-15'), 'AUTH'); q.close()
PY
		say "ok - on a full disk nothing is lost (changed: $(cat "$dir/changed"))"
		[ "$(cat "$dir/changed")" = no ] || now=Harbour-Cabin-15
		rm "$dir/state/filler"
		now=$now python3 - <<'PY' || fail 'after the full disk'
import os
from poppass import Poppass
p = Poppass()
p.must('user anna', '300'); p.must('pass ' + os.environ['now'], '200')
p.must('newpass Garden-Signal-61', '200'); p.close()
PY
		say 'ok - with room again it changes'
		now=Garden-Signal-61
	else
		say 'no tmpfs can be mounted here: not tried on a full disk'
		rmdir "$dir/state"
		mv "$dir/state.big" "$dir/state"
		start_server
	fi
fi

kick() { now=$now kicked=$1 python3 - <<'PY'
import os, socket, struct
from pop3 import Pop3
from poppass import Poppass
now, new = os.environ['now'], 'Kicked-%s-Garden' % os.environ['kicked']
s = Pop3(); s.ok('USER anna'); s.ok('PASS ' + now)
p = Poppass()
p.must('user anna', '300'); p.must('pass ' + now, '200')
if os.environ['kicked'] == 'gone':
    p.f.write(('newpass ' + new + '\r\n').encode()); p.f.flush()
    p.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
else:
    p.must('newpass ' + new, '200')
p.close()
if os.environ['kicked'] == 'no':
    s.ok('NOOP'); s.quit()
else:
    assert s.line().startswith(b'-ERR [AUTH] the password was changed') and s.eof()
PY
}
must 'other sessions live on' kick no
now=Kicked-no-Garden
conf 60-kick <<'EOF2'
{ "auth": { "kick_on_change": true } }
EOF2
must 'unless the settings say otherwise' ctl reload
must 'then they end' kick yes
now=Kicked-yes-Garden
must 'also when who changed it does not wait for the answer' kick gone
must 'the log says why' grep -q 'reason=password-changed' "$dir/log"
must 'every change is an event' grep -q 'password changed user=anna@example.org by=owner peer=127' "$dir/log"
must_not 'no password is in log or state' grep -rqa -e Tulip-Harbour -e Copper-Window -e Velvet-Bridge -e Garden -e Cabin-15 -e Fjord-Button "$dir/log" "$dir/state" "$dir/stderr"
still_alive
stop_server
