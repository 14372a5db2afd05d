#!/bin/sh
# I-2: the log can be followed live and filtered; a follower that is slow loses
# lines, never anybody's time.
. "${srcdir:-.}/t/system/common.sh"
killing=yes	# log, on purpose
begin
start_server
add_account anna@example.org
add_account bert@example.org
# follow NAME ARGS…: in the background, until it is there
follow() {
	to=$dir/follow.$1
	shift
	ctl "$@" >"$to" 2>"$to.err" &
	pids="$pids $!"
}
wait_for() {
	what=$1
	shift
	n=0
	until "$@" >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 100 ] || fail "$what"; sleep 0.1; done
	say "ok - $what"
}
follow all log follow
follow login log follow --event login
follow anna --json log follow --user anna@example.org --level info --listener pop3s
follow other log follow --peer 192.0.2.0/24
sleep 0.5
must_exit 75 'a fifth is one too many' ctl log follow
wait_for 'lines arrive' sh -c "
	python3 -c 'from pop3 import Pop3
Pop3(tls=True).login(\"anna\").quit(); Pop3().login(\"bert\").quit()' &&
	grep -q 'login ok user=anna' '$dir/follow.all' && grep -q 'session end' '$dir/follow.all'"
wait_for 'by event' grep -q 'login ok user=bert' "$dir/follow.login"
must_not 'and nothing else' grep -qv 'login ok' "$dir/follow.login"
wait_for 'by user, as objects' grep -q '"event":"session end"' "$dir/follow.anna"
python3 -c "
import json
for l in open('$dir/follow.anna'):
    r = json.loads(l); assert r['user'] == 'anna@example.org' and r['listener'] == 'pop3s', r" || fail 'another record'
[ ! -s "$dir/follow.other" ] || fail 'a peer from elsewhere'
grep ' login ok ' "$dir/log" | while read -r l; do grep -qxF "$l" "$dir/follow.all" || echo "$l"; done >"$dir/missing"
[ ! -s "$dir/missing" ] || fail 'the lines are not those of the log'
say 'ok - the lines are those of the log'

# log dies: who follows is told, and its place is free again.
kill -9 "$(pid_of log)"
wait_for 'the end of log ends the stream' grep -q 'ended' "$dir/follow.all.err"
for p in $pids; do wait "$p" && fail 'a follower ended with 0' || :; done
pids=
wait_for 'there is a log again' sh -c "'$bin/bin/pop3ctl' -s '$sock' log follow --level loud 2>&1 | grep -q 'expected error'"
must_exit 65 'a level that is none' ctl log follow --level loud
must_exit 65 'a range that is none' ctl log follow --peer 192.0.2.1/24

# One that never reads: the others are served, it is told how much it lost.
must 'there is much to read' ctl option set --runtime debug on
python3 - <<'EOF2' || fail 'a follower that never reads'
import json, os, socket, time
from pop3 import Pop3
def conn():
    s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock']); return s
def ask(s, verb, **args): s.sendall(json.dumps({'v': 1, 'id': 9, 'verb': verb, 'args': args}).encode() + b'\n')
def line(f): return json.loads(f.readline())
deadline = time.monotonic() + 10
while True:
    lazy = conn(); lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048); ask(lazy, 'log.follow')
    first = lazy.recv(100, socket.MSG_PEEK)
    if b'"ok":true,"more":true' in first: break
    assert time.monotonic() < deadline, first
    time.sleep(0.1)
good = conn(); gf = good.makefile('rb'); ask(good, 'log.follow', event='session end'); assert line(gf)['more']
n = 0
worst = 0
while n < 600:
    t = time.monotonic(); p = Pop3(timeout=10)
    for _ in range(4): p.cmd(b'USER ' + b'\xff' * 100)
    p.cmd(b'QUIT'); p.close(); worst = max(worst, time.monotonic() - t); n += 1
for i in range(n): r = line(gf); assert r['more'] and 'session end' in r['result']['line'] and 'lost' not in r, r
print('a session beside it took at most %.2f s' % worst)
assert worst < 5
f = lazy.makefile('rb')
got = lost = 0
def drain():
    global got, lost
    try:
        while True:
            r = line(f); got += 1; lost += r.get('lost', 0)
            assert r['more'] and set(r) <= {'v', 'id', 'ok', 'more', 'lost', 'result'}, r
    except (socket.timeout, TimeoutError): pass
lazy.settimeout(1); drain()
p = Pop3(timeout=10)
for _ in range(4): p.cmd(b'USER x')
p.cmd(b'QUIT'); p.close()
f = lazy.makefile('rb'); drain()
print('it got', got, 'lines and lost', lost)
# greeting, 4 x 2, QUIT x 2, end: 12 lines a session, one at the begin
assert got > 200 and lost > 1000 and got + lost == 12 * (n + 1) + 1, (got, lost)
good.close(); lazy.close()
EOF2
wait_for 'places are free again' sh -c "
	! timeout 1 '$bin/bin/pop3ctl' -s '$sock' log follow 2>&1 | grep -q 'already'"
still_alive
stop_server
