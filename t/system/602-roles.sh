#!/bin/sh
# Roles come from the peer's uid and groups; others are refused (77).
. "${srcdir:-.}/t/system/common.sh"
need_root 'to act as several users'
need setpriv
begin
conf 50-roles <<EOF
{ "control": { "path": "$sock", "roles": { "admin": ["root", "61131", "@61141"], "operator": ["61132", "@61142"], "viewer": ["61133"] } } }
EOF
start_server
as() { u=$1; shift; setpriv --reuid="$u" --regid="$u" --clear-groups "$bin/bin/pop3ctl" -s "$sock" "$@"; }
setpriv --reuid=61133 --regid=61133 --clear-groups test -x "$bin/bin/pop3ctl" ||
    skip "an ordinary user cannot reach the build folder $bin"
must 'viewer may look' as 61133 status
must_exit 77 'viewer may not change' as 61133 reload
must_exit 77 'viewer may not kill' as 61133 session kill x
must_exit 67 'operator may try to kill' as 61132 session kill x
must_exit 77 'operator may not add accounts' as 61132 domain add x.example
must 'admin may' as 61131 domain add x.example
got=0; as 61139 status >"$dir/out" 2>&1 || got=$?
[ $got -eq 77 ] || [ $got -eq 69 ] || { cat "$dir/out"; fail "a stranger got exit $got"; }
say 'ok - a stranger may nothing'
cat >"$dir/every" <<'EOF'
"""Every verb of the table, asked by a role, is refused when it needs more."""
import json, os, socket, sys
uid, gid = int(sys.argv[3]), int(sys.argv[4])
lines = open(sys.argv[2]).readlines()
os.setgroups([int(g) for g in sys.argv[5:]]); os.setgid(gid); os.setuid(uid)
# OWNER is an admin here: control.owners is off.
rank = {'none': 0, 'viewer': 1, 'operator': 2, 'admin': 3, 'owner': 3}
mine = rank[sys.argv[1]]
refused = answered = 0
for line in lines:
    verb, role = line.split()
    if verb == 'server.stop' and mine == 3:
        continue    # it would
    s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
    s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': {}}).encode() + b'\n')
    r = b''
    while not r.endswith(b'\n'):
        d = s.recv(65536)
        assert d, verb
        r += d
    r = json.loads(r); s.close()
    no = not r['ok'] and r['error']['exit'] == 77
    assert no == (rank[role] > mine), (verb, role, r)
    refused += no; answered += not no
print(refused, 'refused,', answered, 'answered')
assert answered + refused > 40
assert refused > 3 or mine == 3
assert answered > 3 or mine == 0
EOF
# every ROLE UID [GID [SUPPLEMENTARY…]]
every() {
	role=$1 uid=$2 gid=${3-$2}
	[ $# -lt 3 ] && shift 2 || shift 3
	python3 "$dir/every" "$role" "$dir/verbs" "$uid" "$gid" "$@"
}
[ -x "$bin/t/rules/print_tables" ] || skip 'the tables are printed by t/rules/print_tables, which is not built (make check builds it)'
"$bin/t/rules/print_tables" verbs | awk -F '\t' '$4 != "pop3ctl" { print $1, $3 }' >"$dir/verbs"
[ "$(wc -l <"$dir/verbs")" -gt 20 ] || fail 'the verb table is short'
must 'a viewer is refused every verb above its role' every viewer 61133
must 'an operator too' every operator 61132
must 'an admin none' every admin 61131
must 'a stranger all that need a role' every none 61139
must 'a primary group counts' every operator 61140 61142
must 'a supplementary group counts' every operator 61140 61140 61150 61142
must 'the highest role of all counts' every admin 61133 61142 61141
must 'a group is no user of that number' every none 61142 61139
must 'a user is no group of that number' every none 61139 61132
must 'changes are logged with uid' grep -qE 'control.*verb=domain.add.*uid=61131' "$dir/log"
conf 50-roles <<EOF2
{ "control": { "path": "$sock", "roles": { "admin": ["root"], "operator": ["61133"], "viewer": [] } } }
EOF2
must 'roles change by a reload' ctl reload
must 'the viewer is an operator' every operator 61133
must 'the operator is nobody' every none 61132 61142
must 'refusals too' grep -qE 'control.*verb=reload.*uid=61133' "$dir/log"
still_alive
stop_server
