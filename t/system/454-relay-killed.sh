#!/bin/sh
# Killed at each of its steps, relay loses nothing that a client was told is
# sent, leaves no halves behind, and what comes out is whole.
. "${srcdir:-.}/t/system/common.sh"
need_root 'traces relay to kill it at a chosen step'
need strace
begin
killing=yes
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\","
start_server
add_sender anna@example.org
cat >"$dir/send.py" <<'EOT'
import sys
from xmit import *
# The reply, or nothing: relay died before it could answer.
s = Sender()
r = s.xmit(message('n%s@b.example' % sys.argv[1], 'body of %s\n' % sys.argv[1] * 100))
assert r.startswith((b'+OK', b'-ERR [SYS/TEMP]')), r
s.ok('NOOP')
s.quit()
print('ok' if r.startswith(b'+OK') else 'temp')
EOT
# Sync of the message, its rename, the envelope's sync and rename, sync of the
# folder; after the delivery the unlinks and their sync.
: >"$dir/accepted"
step=0
for call in fsync:1 renameat2:1 fsync:2 renameat:1 fsync:3 unlinkat:1 unlinkat:2 fsync:4; do
	step=$((step + 1))
	old=$(pid_of relay)
	strace -qq -o "$dir/trace" -p "$old" -e trace=fsync,renameat,renameat2,unlinkat \
	    -e "inject=${call%:*}:signal=SIGKILL:when=${call#*:}" 2>"$dir/strace.err" &
	tracer=$!
	n=0
	until grep -q '^TracerPid:.*[1-9]' "/proc/$old/status" 2>/dev/null; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || skip "relay cannot be traced here: $(cat "$dir/strace.err")"
		sleep 0.1
	done
	r=$(python3 "$dir/send.py" "$step") || fail "sending at step $step"
	[ "$r" != ok ] || echo "$step" >>"$dir/accepted"
	n=0
	while kill -0 "$old" 2>/dev/null; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || fail "$call: relay does not do that any more"
		sleep 0.1
	done
	wait "$tracer" || :
	n=0
	until new=$(pid_of relay) && [ -n "$new" ] && [ "$new" != "$old" ]; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || fail "relay did not come back after step $step"
		sleep 0.1
	done
	say "killed at $call: the client was told $r"
done
grep -qx 6 "$dir/accepted" || fail 'step 6 is not behind the acceptance any more: count them again'
[ "$(python3 "$dir/send.py" 9)" = ok ] || fail 'a message at the end'
echo 9 >>"$dir/accepted"
python3 - <<'EOT' || fail 'what came out'
from xmit import *
want = set(open(FOLDER + '/accepted').read().split())
def names():
    return {r['rcpts'][0][1] for r in recorded()}
until('all that was accepted', lambda: want <= names())
for r in recorded():
    n = r['rcpts'][0][1]
    assert r['data'].split(b'\r\n\r\n', 1)[1] == b'body of %s\r\n' % n.encode() * 100, r
    assert n in want or n == '5', (n, 'was not accepted and had no envelope')
until('an empty spool', lambda: os.listdir(FOLDER + '/state/spool') == ['badmail'])
assert os.listdir(FOLDER + '/state/spool/badmail') == []
EOT
must 'the front never ended' sh -c "! grep 'process ended role=front' '$dir/log'"

# And at any time, with several clients.
python3 - <<'EOT' || fail 'kills at any time'
import random, signal, subprocess, threading
from xmit import *
told, lock, stop = set(), threading.Lock(), time.monotonic() + 4
def client(k):
    n = 0
    while time.monotonic() < stop:
        n += 1
        name = 'c%d-%d@c.example' % (k, n)
        s = Sender()
        r = s.xmit(message(name, 'x' * 60 + '\n' + 'y\n' * 3000))
        s.quit()
        if r.startswith(b'+OK'):
            with lock:
                told.add(name)
ts = [threading.Thread(target=client, args=(k,)) for k in range(4)]
for t in ts: t.start()
kills = 0
while time.monotonic() < stop:
    time.sleep(random.uniform(0.2, 0.6))
    out = subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'status'], capture_output=True)
    for p in json.loads(out.stdout)['result']['processes']:
        if p['role'] == 'relay' and p['pid']:
            os.kill(p['pid'], signal.SIGKILL)
            kills += 1
for t in ts: t.join()
assert told and kills > 0, (told, kills)
until('all that was accepted', lambda: told <= {r['rcpts'][0] for r in recorded()}, 30)
until('an empty spool', lambda: os.listdir(FOLDER + '/state/spool') == ['badmail'])
print('%d messages accepted, %d kills, %d recorded' % (len(told), kills, len(recorded())))
EOT
still_alive
stop_server
