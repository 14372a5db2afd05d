#!/bin/sh
# The audit file when the disk is full, when log does not answer, and when it
# is long: no change waits, what is missing is told.
. "${srcdir:-.}/t/system/common.sh"
need_root 'to mount a small file system'
killing=yes	# log, on purpose
begin
mkdir -p "$dir/state"
mount -t tmpfs -o size=2m,mode=755 none "$dir/state" 2>/dev/null ||
    skip 'cannot mount a tmpfs here'
mounts=$dir/state
start_server
audit=$dir/state/audit.log
add_account anna@example.org
must 'the chain is good' ctl audit verify
dd if=/dev/zero of="$dir/state/fill" bs=4096 count=10000 2>/dev/null || :
cat "$audit" >"$dir/before"
n=0
while [ $n -lt 60 ]; do
	n=$((n + 1))
	must 'a change on a full disk is made' ctl option set --runtime last on
	! grep -q 'no audit record' "$dir/out" || break
done >/dev/null
grep -q 'no audit record' "$dir/out" || fail 'nothing warns of the missing record'
say "ok - a change on a full disk is made, with a warning (after $n)"
ctl --json option set --runtime last off >"$dir/out" || fail 'another change'
python3 -c "
import json
r = json.load(open('$dir/out')); assert r['ok'] and 'audit record' in r['warning'], r" || fail 'no member warning'
must 'the log says so' grep -q 'audit record missing' "$dir/log"
ctl status | grep -Eq 'changes without an audit record [2-9]' || fail 'status does not count them'
rm "$dir/state/fill"
: >"$dir/out"
must 'with room again' ctl option set --runtime last on
must_not 'nothing is missing' grep -q 'no audit record' "$dir/out"
must 'what was missed is counted' grep -qE '"verb":"audit.missed","args":\{"count":[2-9]' "$audit"
must 'the chain is good, with its gap told' ctl audit verify

# log stands still: the answer comes all the same, with a warning.
log=$(pid_of log)
kill -STOP "$log"
must 'a change while log stands still' ctl option set --runtime last off
grep -q 'may have no audit record' "$dir/out" || fail 'no warning while log stands still'
python3 -c "
from pop3 import Pop3
Pop3(timeout=10).login('anna').quit()" || fail 'mail while log stands still'
kill -CONT "$log"
must 'a change when it goes on' ctl option set --runtime last on
must 'the chain is good' ctl audit verify
ctl audit show --verb option.set --limit 2 | grep -q off || fail 'the record that log had in its hands is lost'
stop_server
umount "$dir/state"
mounts=

# 100,000 records are read in slices.
mkdir -p "$dir/state"
python3 - "$audit" <<'EOF2'
import hashlib, sys
prev = '0' * 64
with open(sys.argv[1], 'w') as f:
    for n in range(1, 100001):
        body = ('{"seq":%d,"time":"2026-11-21T22:00:00.000Z","uid":%d,"user":"u%d","pid":1,"role":"admin",'
            '"verb":"deny.add","args":{"ranges":["203.0.113.%d/32"]},"result":"ok","prev":"%s' % (n, n % 100, n % 100, n % 256, prev))
        prev = hashlib.sha256(body.encode()).hexdigest()
        f.write(body + '","hash":"' + prev + '"}\n')
EOF2
chmod 640 "$audit"
start_server
add_account anna@example.org >/dev/null
python3 - <<'EOF2' || fail 'a long file'
import json, os, socket, time
from pop3 import Pop3
def conn():
    s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(os.environ['sock']); return s
def send(s, verb, **args): s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n')
def recv(s):
    r = b''
    while not r.endswith(b'\n'):
        d = s.recv(65536); assert d, 'closed'
        r += d
    return json.loads(r)
jobs = [conn() for _ in range(6)]
begun = time.monotonic()
for i, s in enumerate(jobs): send(s, 'audit.verify' if i % 2 else 'audit.show', **({} if i % 2 else {'user': 'nobody'}))
worst, n = 0, 0
while n < 30:
    t = time.monotonic()
    s = conn(); send(s, 'option.set', name='last', value=bool(n % 2), runtime=True); r = recv(s); s.close()
    assert r['ok'] and 'warning' not in r, r
    worst = max(worst, time.monotonic() - t); n += 1
answers = [recv(s) for s in jobs]
took = time.monotonic() - begun
busy = [r for r in answers if not r['ok']]
assert len(busy) == 2 and all(r['error']['exit'] == 75 for r in busy), busy
for i, r in enumerate(answers):
    if r['ok'] and i % 2: assert r['result']['good'] and r['result']['records'] >= 100000, r
print('all jobs %.2f s, a change meanwhile at most %.3f s' % (took, worst))
assert worst < 1.5, worst
Pop3(timeout=10).login('anna').quit()
EOF2
say 'ok - changes do not wait for a long file to be read'
[ "$(ctl audit show --user u7 | wc -l)" -eq 1000 ] || fail 'pages: not all of one user'
[ "$(ctl audit show --limit 1000 --user u7 | wc -l)" -eq 1000 ] || fail 'the newest 1000'
ctl audit show --limit 1000 --user u7 | tail -n 1 | grep -q '^99907 ' || fail 'the newest 1000 end elsewhere'
[ "$(ctl audit show --file "$audit" --user u7 | wc -l)" -eq 1000 ] || fail 'without the server'
sed -i '50000s/admin/Admin/' "$audit"
must_exit 1 'one changed record of 100,000 is found' ctl audit verify --file "$audit"
grep -q 'record 50000:' "$dir/out" || fail 'another record was named'
still_alive
stop_server
