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
must_exit 1 'the daemon has ended' ctl status
# pop3ctl starts the server itself where no service manager does.
keeper() { server_pid=$(ctl --json status | python3 -c 'import json, sys
print(json.load(sys.stdin)["result"]["pid"])'); }	# for cleanup
printf '{ "nonsense": 1 }' >"$dir/conf.d/60-bad.json"
must_exit 78 'start tells of a fault' ctl start --config "$dir/pop3srvd.json"
must 'and names it' grep -q nonsense "$dir/out"
rm "$dir/conf.d/60-bad.json"
must_exit 64 'start takes no word' ctl start now
must_exit 78 'a file that is not there' ctl start --config "$dir/none.json"
must 'start' ctl start --config "$dir/pop3srvd.json"
first=$(pid_of front)
keeper
must 'it is serving' ctl status
must 'status names the file' grep -q "of $dir/pop3srvd.json" "$dir/out"
must 'start again does nothing' ctl start --config "$dir/pop3srvd.json"
[ "$(pid_of front)" = "$first" ] || fail 'another server was started'
for n in 1 2 3 4 5; do
	must "restart $n finds its configuration" ctl restart
	second=$(pid_of front)
	[ -n "$second" ] && [ "$second" != "$first" ] || fail 'not started anew'
	first=$second
	keeper
done
python3 -c "
from pop3 import Pop3
Pop3().login('alive@example.org', 'alive').quit()" || fail 'login after restarts'
sed 's/mail.example.org/other.example/' "$dir/pop3srvd.json" >"$dir/second.json"
must 'restart with another one' ctl restart --config "$dir/second.json"
keeper
must 'which is in force' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get hostname | grep -q other.example"
must 'stop' ctl stop
must 'restart of none starts it' ctl restart --config "$dir/pop3srvd.json"
keeper
must 'stop at last' ctl stop
must_exit 1 'nobody is there' ctl status
server_pid=
