#!/bin/sh
# B-6.3: every change is a record of a hash-chained file; whatever is done to
# the file is found, and a full disk or a dying log process costs no change.
. "${srcdir:-.}/t/system/common.sh"
killing=yes	# log, on purpose
begin
start_server
audit=$dir/state/audit.log
# records VERB RESULT: how many there are
records() { grep -c "\"verb\":\"$1\",.*\"result\":\"$2\"" "$audit" || :; }
# wait_for WHAT COMMAND…
wait_for() {
	what=$1
	shift
	n=0
	until "$@" >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 100 ] || fail "$what"; sleep 0.1; done
	say "ok - $what"
}

wait_for 'the start is recorded when all is there' grep -q '"server.start"' "$audit"
add_account anna@example.org 'canary-secret'
printf 'bert@example.org:{PLAIN}canary-import\n' >"$dir/import"
must 'accounts are imported' ctl account import "$dir/import"
must_exit 67 'what is not there is not removed' ctl domain remove nowhere.example
must 'a lookup leaves no record' ctl domain list
[ "$(records server.start ok)" -eq 1 ] || fail 'another start is a record'
[ "$(records account.add ok)" -eq 1 ] || fail 'account.add is no record'
[ "$(records account.import ok)" -eq 1 ] || fail 'account.import is no record'
[ "$(records domain.remove not-found)" -eq 1 ] || fail 'a failed change is no record'
[ "$(records domain.list ok)" -eq 0 ] || fail 'a lookup is a record'
python3 - <<'EOF2' || fail 'a request with faults'
import json, os, socket
def ask(verb, args):
    s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
    s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n')
    r = json.loads(s.recv(65536)); assert not r['ok'] or verb == 'account.import', r
for args in ({'name': 'x', 'pasword': 'canary-1'}, {'name': 'x', 'password': ['canary-2']}, {'PASSWORD': {'a': 'canary-3'}},
             {'lines': ['canary-4']}, {'name': 'x', 'present_password': 'canary-5', 'hash': 'canary-6'},
             {'name': {'pw': 'canary-7'}}, {'name': ['x', 'canary-8']}):
    for verb in ('account.add', 'account.passwd', 'account.import', 'domain.add'): ask(verb, args)
for key in ('relay.password', 'relay.password_file', 'auth.password'): ask('config.set', {'key': key, 'value': 'canary-9'})
EOF2
must 'what was refused is' grep -q '"config.set","args":{"key":"relay.password_file","value":"[.][.][.]"}' "$audit"
must_not 'no secret is recorded' grep -aq canary "$audit" "$dir/log" "$dir/stderr"
[ "$(stat -c %a "$audit")" = 640 ] || fail "mode $(stat -c %a "$audit")"

# By the manual alone, with other tools.
python3 - "$audit" <<'EOF2' || fail 'the file is not as the manual says'
import hashlib, json, os, sys
prev = '0' * 64
for n, line in enumerate(open(sys.argv[1], 'rb'), 1):
    assert line.endswith(b'\n') and len(line) <= 16384
    r = json.loads(line)
    assert r['seq'] == n and r['prev'] == prev, r
    assert r['hash'] == hashlib.sha256(line.rsplit(b'","hash":"', 1)[0]).hexdigest(), r
    for key in ('time', 'uid', 'pid', 'role', 'verb', 'args', 'result'): assert key in r, r
    if r['verb'] == 'account.add' and r['result'] == 'ok':
        assert r['uid'] == os.getuid() and r['args']['name'] == 'anna@example.org' and r['role'] == 'admin', r
        assert os.getuid() or r['user'] == 'root', r
    prev = r['hash']
EOF2
say 'ok - the file is as the manual says'
must 'the chain is good' ctl audit verify
grep -q "head $(tail -n 1 "$audit" | sed 's/.*"hash":"//; s/".*//')" "$dir/out" || fail 'another head'
must 'the event has the hash' grep -q "control verb=domain.remove.* seq=.* hash=$(grep '"domain.remove"' "$audit" | tail -n 1 | sed 's/.*"hash":"//; s/".*//')" "$dir/log"
kill -HUP "$server_pid"
wait_for 'a reload by signal is recorded' grep -q '"role":"signal","verb":"reload","args":{},"result":"ok"' "$audit"

ctl audit show >"$dir/out"; [ "$(wc -l <"$dir/out")" -eq "$(wc -l <"$audit")" ] || fail 'audit show shows not all'
ctl audit show --verb account >"$dir/out"; [ "$(wc -l <"$dir/out")" -eq "$(grep -c '"verb":"account[.]' "$audit")" ] || fail 'audit show --verb'
ctl audit show --limit 2 >"$dir/out"; [ "$(wc -l <"$dir/out")" -eq 2 ] || fail 'audit show --limit'
tail -n 1 "$dir/out" | grep -q 'signal reload ok' || fail 'audit show --limit shows not the newest'
ctl audit show --user nobody-at-all >"$dir/out"; [ ! -s "$dir/out" ] || fail 'audit show --user'
ctl audit show --since 2037-01-01 >"$dir/out"; [ ! -s "$dir/out" ] || fail 'audit show --since'
must_exit 64 'a time that is none' ctl audit show --since yesterdayish

# Done to a copy: found, with the number of the first wrong record.
bad() { must_exit 1 "$1" ctl audit verify --file "$dir/copy"; grep -q "record $2:" "$dir/out" || { cat "$dir/out"; fail "$1: not record $2"; }; }
cp "$audit" "$dir/copy"; head=$(tail -n 1 "$audit" | sed 's/.*"hash":"//; s/".*//')
must 'a copy is good without the server' ctl audit verify --file "$dir/copy" --head "$head"
sed '2s/"uid":0/"uid":7/; 2s/"uid":\([1-9]\)/"uid":9\1/' "$audit" >"$dir/copy"; bad 'an edit is found' 2
sed 3d "$audit" >"$dir/copy"; bad 'a removal is found' 3
sed 1d "$audit" >"$dir/copy"; bad 'the removal of the first is found' 1
sed -n '1p;2p;2p;3,$p' "$audit" >"$dir/copy"; bad 'a repetition is found' 3
{ sed -n 1p "$audit"; sed -n 3p "$audit"; sed -n 2p "$audit"; sed 1,3d "$audit"; } >"$dir/copy"; bad 'a change of order is found' 2
sed '4s/.*/not a record/' "$audit" >"$dir/copy"; bad 'garbage is found' 4
sed '$d' "$audit" >"$dir/copy"
must 'a cut at the end is found only' ctl audit verify --file "$dir/copy"
must_exit 1 'with the last hash' ctl audit verify --file "$dir/copy" --head "$head"

# log dies: the chain goes on, and a change made meanwhile is recorded.
kill -9 "$(pid_of log)"
must 'a change while log is away' ctl domain add away.example
must_not 'has its record' grep -q 'no audit record' "$dir/out"
wait_for 'after the restart' grep -q away.example "$audit"
must 'and the chain is good' ctl audit verify

# The live server knows its end better than the file does.
cp "$audit" "$dir/whole"
sed '$d' "$dir/whole" >"$audit"
must_exit 1 'a cut under the server is found' ctl audit verify
cat "$dir/whole" >"$audit"
must 'put back it is good' ctl audit verify

# Put away: the next file goes on.
mv "$audit" "$dir/old"
kill -USR1 "$server_pid"
wait_for 'a new file is made on USR1' test -s "$audit"
must 'changes go there' ctl domain add rotated.example
grep -q rotated.example "$audit" || fail 'not in the new file'
must 'the new file is good' ctl audit verify
must 'the old one too' ctl audit verify --file "$dir/old"
cat "$dir/old" "$audit" >"$dir/copy"
must 'both are one chain' ctl audit verify --file "$dir/copy" --head "$(tail -n 1 "$audit" | sed 's/.*"hash":"//; s/".*//')"
rm "$audit"
wait_for 'a file that was removed is made anew' test -s "$audit"
stop_server

# The power went in the middle of a line.
before=$(wc -l <"$audit")
printf '{"seq":999,"time":"2026-' >>"$audit"
start_server
must 'a torn line is marked, not dropped' ctl audit verify
grep -q '"audit.torn"' "$audit" || fail 'no audit.torn'
wait_for 'nothing else is added but the start' sh -c "[ \$(wc -l <'$audit') -eq $((before + 3)) ]"
stop_server
truncate -s -1 "$audit"
start_server
must 'a line that lacks its LF only is completed' ctl audit verify
[ "$(records server.stop ok)" -ge 1 ] || fail 'the stop is no record'
stop_server

# What is no plain file of ours is not written to; the server serves all the
# same, says so, and goes on when the name is free.
mv "$audit" "$dir/kept"
printf 'keep\n' >"$dir/victim"
ln -s "$dir/victim" "$audit"
start_server
must 'without a file a change is made' ctl option set --runtime last on
grep -q 'no audit record' "$dir/out" || fail 'and nobody is warned'
must 'the log says why' grep -q 'audit file not opened' "$dir/log"
must_exit 75 'nothing can be verified' ctl audit verify
[ "$(cat "$dir/victim")" = keep ] || fail 'a link was followed'
rm "$audit"
mv "$dir/kept" "$audit"
wait_for 'with the file back it goes on' sh -c "'$bin/bin/pop3ctl' -s '$sock' audit verify"
must 'a change has a record' ctl option set --runtime last off
must_not 'again' grep -q 'no audit record' "$dir/out"
must 'the chain is good' ctl audit verify
must 'what was missed is counted' grep -q '"audit.missed"' "$audit"
still_alive
stop_server
