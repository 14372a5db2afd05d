#!/bin/sh
# Every exit code of pop3ctl, each by what it is for; a fault is "pop3ctl: what:
# why" on standard error and the same in the reply.
. "${srcdir:-.}/t/system/common.sh"
begin
# An answer that has no room in a line: ask for less.
python3 - >"$dir/conf.d/40-many.json" <<'EOF'
import json
print(json.dumps({'access': {'deny': ['10.0.1.0/24']}, 'relay': {'routes': [
    {'domain': 'd%d.%s.example' % (i, '.'.join(['x' * 60] * 3)), 'smart_host': 'mail.example:25'}
    for i in range(250)]}}))
EOF
must_exit 1 'status of a server that is down: 1' ctl status
must_exit 69 'anything else then: 69' ctl version
start_server

# code NUMBER NAME "WHAT" words…: exit code, both forms of the fault
code() {
	want=$1
	text=$2
	shift 2
	got=0
	ctl "$@" >"$dir/said" 2>"$dir/why" || got=$?
	[ "$got" -eq "$want" ] || { cat "$dir/why"; fail "$*: exit $got, not $want"; }
	[ ! -s "$dir/said" ] || fail "$*: prints what is no result"
	grep -q '^pop3ctl: ' "$dir/why" || { cat "$dir/why"; fail "$*: no fault is named"; }
	ctl --json "$@" >"$dir/json" 2>/dev/null || :
	[ -z "$text" ] || python3 - "$want" "$text" "$dir/json" <<'EOF' || fail "$*: the reply"
import json, sys
e = json.load(open(sys.argv[3]))['error']
assert e['exit'] == int(sys.argv[1]) and e['code'] == sys.argv[2] and e['text'], e
EOF
	say "ok - $want: $*"
}
must_exit 0 'done: 0' ctl status
code 64 '' frobnicate
code 64 '' config set limits.per_address
code 65 bad-value config set limits.per_address many
code 65 bad-value option set last maybe
code 65 bad-value welcome set "$(printf 'a\001')"
code 67 not-found config get limits.per_adress
code 67 not-found session kill 7f3a2
code 67 not-found account show nobody@example.org
code 67 not-found domain lock example.net
code 67 not-found option set lsat on
code 75 try-again config get relay.routes
# What was done is no failure because the answer is long.
mv "$dir/conf.d/40-many.json" "$dir/many"
must_exit 0 'a reload with long changes' ctl reload
must 'says which' grep -q '^relay.routes: (long) -> (long)$' "$dir/out"
must_exit 0 'a long value is set' ctl config set relay.routes "$(python3 -c "
import json
print(json.dumps(json.load(open('$dir/many'))['relay']['routes'][:180]))")"
must 'and kept' grep -q '"domain": "d179\.' "$dir/state/settings.json"
must_exit 0 'and reset' ctl config reset relay.routes
python3 -c "
import json
print(json.dumps({'listener': {'gone%d' % i: {'welcome': 'w'} for i in range(500)}}))" >"$dir/state/settings.json"
must_exit 0 'a reload with many warnings' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json reload 2>/dev/null >'$dir/answer'"
must 'tells the first, and that there are more' python3 -c "
import json
r = json.load(open('$dir/answer'))['result']
assert r['cut'] is True and len(r['notes']) == 100, (r.get('cut'), len(r['notes']))"
rm "$dir/state/settings.json"
mv "$dir/many" "$dir/conf.d/40-many.json"
must_exit 0 'all as before' ctl reload
printf '{ "limits": { "per_adress": 4 } }' >"$dir/conf.d/50-bad.json"
code 78 configuration reload
rm "$dir/conf.d/50-bad.json"
must 'a refusal of the gate is the answer no: 1' sh -c "
    '$bin/bin/pop3ctl' -s '$sock' access test 10.0.1.1 >/dev/null 2>&1; [ \$? -eq 1 ]"
must 'its yes is 0' ctl access test 192.0.2.1
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null 2>&1 &&
    setpriv --reuid=61133 --regid=61133 --clear-groups test -x "$bin/bin/pop3ctl"; then
	printf '{ "control": { "path": "%s", "roles": { "viewer": ["61133"] } } }' "$sock" >"$dir/conf.d/50-roles.json"
	stop_server
	start_server
	ctl() { setpriv --reuid=61133 --regid=61133 --clear-groups "$bin/bin/pop3ctl" -s "$sock" "$@"; }
	code 77 role reload
	code 77 role option set last on
	ctl() { "$bin/bin/pop3ctl" -s "$sock" "$@"; }
else
	say '77 is not tried: it takes root, setpriv and a build folder that others can read'
fi
still_alive
stop_server
