#!/bin/sh
# F-01, F-02, F-04, F-05: kill -9 of each process in mid-session: no deletion
# without QUIT, what was acknowledged is gone, service comes back by itself.
. "${srcdir:-.}/t/system/common.sh"
killing=yes
begin
start_server
add_account anna@example.org
add_account bob@example.org
for n in 1 2 3 4; do printf 'Subject: %d\n\nbody\n' $n >"$dir/m$n"; done
deliver anna@example.org "$dir"/m?
python3 - "$bin" <<'EOF' || fail 'kill -9'
import json, os, signal, subprocess, sys, time
from pop3 import Pop3
def status():
    r = subprocess.run([sys.argv[1] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'status'], capture_output=True, text=True)
    return json.loads(r.stdout)['result']
def pids(role): return [p['pid'] for p in status()['processes'] if p['role'] == role and p['pid']]
def up(timeout=20):
    end = time.time() + timeout
    while True:
        try:
            p = Pop3(timeout=10).login('bob'); p.quit(); return
        except (AssertionError, OSError) as e:
            if time.time() > end: raise SystemExit('not back: %r' % e)
            time.sleep(0.1)
def count():
    end = time.time() + 20
    while True:
        try:
            p = Pop3(timeout=10).login('anna'); n = int(p.ok('STAT').split()[1]); p.quit(); return n
        except (AssertionError, OSError):
            if time.time() > end: raise
            time.sleep(0.1)
up()
for role in ('front', 'drop', 'auth', 'log', 'relay'):
    for round in range(2):
        p = Pop3(timeout=20).login('anna'); p.ok('DELE 1'); p.ok('DELE 2')
        for x in pids(role): os.kill(x, signal.SIGKILL)
        if role in ('auth', 'log', 'relay'):
            assert p.ok('NOOP') and p.ok('RSET') and p.quit().startswith(b'+OK'), role
        else:
            r = p.cmd('QUIT') if role == 'drop' else b''
            assert not r.startswith(b'+OK'), (role, r)
            p.close()
        up()
        assert count() == 4, (role, count())
# Requests that a helper held fail as temporary; the others go on.
p = Pop3(timeout=20); p.ok('USER bob')
for x in pids('auth'): os.kill(x, signal.SIGSTOP)
p.send(b'PASS secret\r\n'); time.sleep(0.3)
for x in pids('auth'): os.kill(x, signal.SIGKILL)
r = p.line(); assert r.startswith(b'-ERR [SYS/TEMP]') or r.startswith(b'+OK'), r
up()
# kill -9 right behind the acknowledged QUIT: gone stays gone.
p = Pop3(timeout=20).login('anna'); p.ok('DELE 1'); assert p.cmd('QUIT').startswith(b'+OK')
for x in pids('drop') + pids('front'): os.kill(x, signal.SIGKILL)
up(); assert count() == 3
s = status(); assert {x['role'] for x in s['processes']} >= {'front', 'auth', 'drop', 'relay', 'log'}
assert sum(x.get('restarts', 0) for x in s['processes']) > 5
EOF
must_not 'a dead front is no breach of the protocol (76)' grep -E 'exit-76|channel broken' "$dir/log"
keeper=$server_pid
[ "$(id -u)" -ne 0 ] || [ -z "${as_user-}" ] || keeper=
children=$(ctl --json status | python3 -c 'import json,sys
print(*[p["pid"] for p in json.load(sys.stdin)["result"]["processes"] if p["pid"]])')
kill -9 "$keeper"
wait "$keeper" 2>/dev/null || :
server_pid=
n=0
for p in $children; do
	[ "$p" != "$keeper" ] || continue
	while kill -0 "$p" 2>/dev/null; do n=$((n + 1)); [ $n -lt 100 ] || fail "process $p outlives keeper"; sleep 0.1; done
done
say 'ok - all processes end with keeper'
start_server
python3 -c "
from pop3 import Pop3
p = Pop3(timeout=20).login('anna'); assert p.ok('STAT').split()[1] == b'3'; p.quit()" || fail 'after keeper was killed'
still_alive
stop_server
