#!/bin/sh
# status of a server that runs, stops, reloads well and badly, and of none;
# start, stop, restart and reload, by the program and by systemd.
. "${srcdir:-.}/t/system/common.sh"
days=9
begin
end_daemon() { code=$?; ctl stop >/dev/null 2>&1 || :; return $code; }
trap 'end_daemon && cleanup || cleanup' EXIT
must_exit 1 'without a server status is no' ctl status
must 'it says stopped' grep -qx 'stopped' "$dir/out"
must_exit 1 'as JSON too' ctl --json status
py() { python3 - "$@" || fail "$py"; say "ok - $py"; }
result() { "$bin/bin/pop3ctl" -s "$sock" --json "$@" >"$dir/reply" || :; }
cp "$dir/out" "$dir/reply"
py='in the shape of a reply'
py "$dir/reply" <<'PY'
import json, sys
r = json.load(open(sys.argv[1])); assert r['ok'] is True and r['result'] == {'state': 'stopped'}, r
PY

# started by pop3ctl: the daemon itself, since no systemd runs with our unit
hidden=
[ ! -d /run/systemd/system ] || hidden=yes
if [ -z "$hidden" ]; then
	ctl start --config "$dir/pop3srvd.json" >"$dir/rival" 2>&1 &
	rival=$!
	must 'start' ctl start --config "$dir/pop3srvd.json"
	wait $rival || { cat "$dir/rival"; fail 'another start at once'; }
	must 'start of one that runs' ctl start --config "$dir/pop3srvd.json"
	must 'says so' grep -qx 'already running' "$dir/out"
	add_account anna@example.org
	daemon() { cat "$dir"/run/*.pid 2>/dev/null || ctl --json status | sed 's/.*"pid": *\([0-9]*\),.*/\1/'; }
	must 'status' ctl status
	must 'its head' grep -Eq '^pop3srvd [0-9.]+ is running since [0-9-]+ [0-9:]+ \([0-9]+s\), pid [0-9]+$' "$dir/out"
	must 'its certificate' grep -Eq '^certificate .* of pop3: until .*, [89] days left$' "$dir/out"
	must 'its queue' grep -qx 'queue 0, bad mail 0' "$dir/out"
	must 'its listeners' grep -Eq "^pop3s +$addr +$tls_port +implicit +0$" "$dir/out"
	must 'its processes' sh -c '[ "$(grep -Ec "^(front|auth|drop|relay|log) +[0-9]+ +[0-9]+ +0 " "$dir/out")" -ge 7 ]'
	result status
	py='status says all of it'
	py "$dir/reply" <<'PY'
import json, os, sys, time
s = json.load(open(sys.argv[1]))['result']
assert s['state'] == 'running' and s['generation'] == 1 and s['last_reload'] is None, s
assert 0 <= s['uptime'] < 60 and abs(s['since'] - time.time()) < 60, s
assert os.path.samefile('/proc/%d/exe' % s['pid'], os.environ['bin'] + '/sbin/pop3srvd'), s
assert {p['role'] for p in s['processes']} == {'log', 'auth', 'drop', 'relay', 'front'}, s
assert {(l['name'], l['port'], l['tls']) for l in s['listeners']} == {('pop3', 1110, 'starttls'), ('pop3s', 1995, 'implicit')}, s
assert all(c['days_left'] in (8, 9) for c in s['certificates']) and len(s['certificates']) == 2, s
for k in ('sessions', 'logins', 'failures', 'log_drops', 'queue', 'badmail'): assert s[k] == 0, (k, s)
PY
	py='sessions, logins and failures are counted'
	py <<'PY'
import json, os, subprocess
from pop3 import Pop3
def status(): return json.loads(subprocess.check_output([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'status']))['result']
p = Pop3().login('anna'); q = Pop3(tls=True); q.ok('USER anna'); q.err('PASS no')
s = status(); assert (s['sessions'], s['logins'], s['failures']) == (2, 1, 1), s
assert {l['name']: l['sessions'] for l in s['listeners']} == {'pop3': 1, 'pop3s': 1}, s
PY
	must 'reload' ctl reload
	must 'and status knows' sh -c '"$bin/bin/pop3ctl" -s "$sock" status | grep -Eq "^last reload .*: taken$"'
	printf '{ "limits": { "per_adress": 1 } }' >"$dir/conf.d/60-bad.json"
	must_exit 78 'a bad reload' ctl reload
	must 'and status knows why' sh -c '"$bin/bin/pop3ctl" -s "$sock" status | grep -Eq "^last reload .*: refused: .*per_adress"'
	result status
	py='as JSON too'
	py "$dir/reply" <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))['result']['last_reload']
assert r['ok'] is False and 'per_adress' in r['text'] and r['time'] > 0, r
PY
	must_exit 78 'a restart with that' ctl restart
	must 'names the fault' grep -q 'per_adress' "$dir/out"
	must 'and stops nothing' ctl status
	rm "$dir/conf.d/60-bad.json"
	old=$(daemon)
	must 'restart' ctl restart
	must 'is another one, with its configuration' sh -c "[ \"$old\" != \"\$(sed 's/.*\"pid\": *\([0-9]*\),.*/\1/' <<X
\$(\"$bin/bin/pop3ctl\" -s \"$sock\" --json status)
X
)\" ]"
	still_alive
	must 'stop' ctl stop
	must_exit 1 'stopped' ctl status
	must_exit 69 'stop of none' ctl stop
	must_exit 69 'reload of none' ctl reload
else
	say 'not checked here: start without systemd, since systemd runs'
fi

# With systemd: a folder and a systemctl as systemd has them, in a mount
# namespace of our own.
if ! unshare -m true 2>/dev/null; then
	say 'not checked: start by systemd; it needs a mount namespace'
	exit 0
fi
mkdir -p "$dir/fake" "$dir/run-systemd/system"
cat >"$dir/fake/systemctl" <<EOF2
#!/bin/sh
echo "\$*" >>"$dir/systemctl"
case \$1 in
cat)	[ -e "$dir/unit" ] ;;
start)	"$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" ;;
esac
EOF2
chmod 755 "$dir/fake/systemctl"
under_systemd() {
	unshare -m sh -c 'mkdir -p /run/systemd && mount --bind "$dir/run-systemd" /run/systemd || exit 77
		PATH=$dir/fake:$PATH; export PATH; "$@"' sh "$bin/bin/pop3ctl" -s "$sock" "$@"
}
code=0
under_systemd version >/dev/null 2>&1 || code=$?
[ "$code" -ne 77 ] || { say 'not checked: start by systemd; nothing can be mounted'; exit 0; }
: >"$dir/unit"
must 'start by systemd' under_systemd start
must 'systemctl was asked' grep -qx 'start pop3srvd.service' "$dir/systemctl"
must 'it runs' ctl status
must 'stop' ctl stop
: >"$dir/systemctl"
rm "$dir/unit"
try under_systemd start || :
must 'without the unit systemctl starts nothing' sh -c '! grep -q "^start" "$dir/systemctl"'
ctl stop >/dev/null 2>&1 || :
