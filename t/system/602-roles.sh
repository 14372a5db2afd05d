#!/bin/sh
# Roles come from the peer's uid and groups; others are refused (77).
. "${srcdir:-.}/t/system/common.sh"
need_root 'to act as several users'
need setpriv
begin
conf 50-roles <<EOF
{ "control": { "path": "$sock", "roles": { "admin": ["root", "61131"], "operator": ["61132"], "viewer": ["61133"] } } }
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
must 'changes are logged with uid' grep -qE 'control.*verb=domain.add.*uid=61131' "$dir/log"
must 'refusals too' grep -qE 'control.*verb=reload.*uid=61133' "$dir/log"
still_alive
stop_server
