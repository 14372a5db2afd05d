#!/bin/sh
# F-39: reloads under load drop nobody; a bad file changes nothing; dry-run says
# what would change; new listeners open, old ones close.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
for u in 1 2 3 4 5 6 7 8; do add_account "u$u@example.org"; done
printf 'Subject: x\n\n%0500d\n' 1 >"$dir/m"
for u in 1 2 3 4 5 6 7 8; do deliver "u$u@example.org" "$dir/m" "$dir/m" "$dir/m"; done
python3 - "$bin" <<'EOF' || fail 'reload under load'
import os, subprocess, sys, threading, time
from pop3 import Pop3
stop = False; done = [0]; bad = []
def work(u):
    while not stop:
        try:
            p = Pop3(tls=u % 2 == 0, timeout=20).login('u%d' % u)
            for i in (1, 2, 3):
                assert len(p.multi('RETR %d' % i)) == 516
            assert p.quit().startswith(b'+OK'); done[0] += 1
        except Exception as e:
            bad.append(repr(e))
ts = [threading.Thread(target=work, args=(u,)) for u in range(1, 9)]
[t.start() for t in ts]
held = Pop3(timeout=60).login('anna')
for i in range(60):
    if i % 10 == 5: open(os.environ['dir'] + '/conf.d/50-x.json', 'w').write('{ "welcome": "round %d" }' % i)
    r = subprocess.run([sys.argv[1] + '/bin/pop3ctl', '-s', os.environ['sock'], 'reload'], capture_output=True, text=True)
    assert r.returncode == 0, r
stop = True; [t.join() for t in ts]
assert not bad, bad[:3]
assert held.ok('NOOP') and held.quit().startswith(b'+OK')
assert b'round 55' in Pop3().greeting
print(done[0], 'sessions during 60 reloads')
assert done[0] > 8
EOF
printf '{ "limits": { "auth_tries": 0, "nonsense": 1 } }' >"$dir/conf.d/60-bad.json"
must_exit 78 'a bad file is refused' ctl reload
must 'with key and file' sh -c "grep -q nonsense '$dir/out' && grep -q 60-bad.json '$dir/out'"
must 'status remembers it' ctl status
rm "$dir/conf.d/60-bad.json"
printf '{ "limits": { "auth_tries": 4 } }' >"$dir/conf.d/60-new.json"
must 'dry-run says what would change' ctl reload --dry-run
must 'the key' grep -q 'limits.auth_tries' "$dir/out"
must 'and changes nothing' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 3"
must 'HUP does' kill -HUP "$server_pid"
n=0
until ctl config get limits.auth_tries | grep -qx 4; do n=$((n + 1)); [ $n -lt 50 ] || fail 'HUP does not reload'; sleep 0.1; done
before=$(grep -c 'configuration reloaded' "$dir/log")
python3 -c "
import os, time
for _ in range(500): os.kill($server_pid, 1); time.sleep(0.002)"
printf '{ "limits": { "auth_tries": 6 } }' >"$dir/conf.d/60-new.json"
kill -HUP "$server_pid"
n=0
until ctl config get limits.auth_tries | grep -qx 6; do n=$((n + 1)); [ $n -lt 50 ] || fail 'the last HUP is lost'; sleep 0.1; done
[ $(($(grep -c 'configuration reloaded' "$dir/log") - before)) -lt 20 ] || fail 'a storm of HUPs is a storm of reloads'
say 'ok - 500 HUPs are a few reloads, and the last one counts'
cat >"$dir/conf.d/70-listeners.json" <<EOF
{ "listeners": [
  { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
  { "name": "extra", "address": "$addr", "port": 1113, "tls": "none", "welcome": "the extra one" } ] }
EOF
must 'reload with other listeners' ctl reload
python3 - <<'EOF' || fail 'listeners'
import socket, time
from pop3 import Pop3, ADDR, TLS_PORT
assert b'the extra one' in Pop3(port=1113).greeting
for _ in range(50):
    try: socket.create_connection((ADDR, TLS_PORT), 2).close()
    except ConnectionRefusedError: break
    time.sleep(0.1)
else: raise SystemExit('the old listener is still open')
EOF
rm "$dir/conf.d/70-listeners.json"
must 'and back' ctl reload
still_alive
stop_server
