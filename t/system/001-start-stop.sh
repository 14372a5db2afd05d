#!/bin/sh
# The server starts, says so, answers, ends on request; options and exit codes.
. "${srcdir:-.}/t/system/common.sh"
begin
must '-n accepts the configuration' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
must 'it says so' grep -qx 'configuration OK' "$dir/out"
must '-v prints version and libraries' "$bin/sbin/pop3srvd" -v
must 'OpenSSL is named' grep -q OpenSSL "$dir/out"
must_exit 64 'an unknown option is a usage fault' "$bin/sbin/pop3srvd" --nonsense
must_exit 1 'status says no when nothing runs' ctl status
start_server
must 'status works' ctl status
ctl --json status >"$dir/status"
must 'status as JSON names every process' python3 - <<EOF
import json
s = json.load(open('$dir/status'))['result']
roles = {p['role'] for p in s['processes']}
assert {'front', 'auth', 'drop', 'relay', 'log'} <= roles, roles
assert {l['name'] for l in s['listeners']} == {'pop3', 'pop3s'}, s
assert s['state'] == 'running'
EOF
must 'version works' ctl version
still_alive
stop_server
must_exit 1 'status says no after the end' ctl status
must 'the log has its first line with the grammar version' grep -q 'fmt=1' "$dir/log"
start_server
must 'stop ends the server' ctl stop
n=0
while kill -0 "$server_pid" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
must_not 'it is gone' kill -0 "$server_pid"
wait "$server_pid" || fail "exit code $? after stop"
server_pid=
"$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" 2>"$dir/stderr" || fail 'daemon start'
must 'without -f it is serving when the command returns' ctl status
must 'and stops' ctl stop
n=0
while ctl status >/dev/null 2>&1 && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
must_exit 1 'the daemon has ended' ctl status
