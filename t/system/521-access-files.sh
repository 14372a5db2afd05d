#!/bin/sh
# Lists in files: read again when they change, a faulty line or a vanished file
# changes nothing, for all listeners or for one.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
list=$dir/blocklist
printf '# a blocklist\n\n127.98.1.0/24   # one\r\n127.98.2.7;two\n2001:db8:1::/48\n' >"$list"
conf 50-lists <<EOT
{ "access": { "deny": ["127.98.9.0/24"], "deny_files": ["$list"] } }
EOT
start_server
# seen SOURCE served|refused [PORT]
seen() {
	python3 - "$1" "${3:-$port}" <<'EOP' >"$dir/seen"
import socket, sys, os
s = socket.create_connection((os.environ['addr'], int(sys.argv[2])), 10, (sys.argv[1], 0))
s.settimeout(0.3)
try:
    print('served' if s.recv(3) else 'refused')
except socket.timeout:
    print('served')             # TLS: it waits for us
except ConnectionResetError:
    print('refused')
EOP
	grep -q "$2" "$dir/seen"
}
# soon WHAT command…: within the seconds that a look at the files may take
soon() {
	what=$1; shift; n=0
	until "$@" >"$dir/out" 2>&1; do
		n=$((n + 1)); [ $n -lt 150 ] || { cat "$dir/out"; fail "$what"; }
		sleep 0.1
	done
	say "ok - $what"
}
must 'a range of the file' seen 127.98.1.9 refused
must 'and of the configuration' seen 127.98.9.1 refused
must 'another address' seen 127.98.3.1 served
must_exit 1 'the rule is named' ctl access test 127.98.2.7
must 'with file and line' grep -q "127.98.2.7 *deny *$list:4" "$dir/out"
must 'so it is in the list' sh -c "'$bin/bin/pop3ctl' -s '$sock' deny list | grep -q '127.98.1.0/24 *$list:3'"
must_exit 67 'it cannot be removed there' ctl deny remove 127.98.2.7
must 'but in the file' grep -q "stands in $list, line 4" "$dir/out"
must 'it was logged' grep -q "access file loaded file=$list ranges=3 faults=0" "$dir/log"

# A change is seen without a reload.
printf '127.98.3.0/24\n' >"$list.new" && mv "$list.new" "$list"
soon 'a changed file is read again' seen 127.98.3.1 refused
must 'its old ranges are gone' seen 127.98.1.9 served
must 'others stay' seen 127.98.9.1 refused

# A faulty one is not.
printf '127.98.4.0/24\n127.98.5.7/24\nsome words\n' >"$list"
soon 'a faulty file is refused' grep -q "access file refused file=$list ranges=1 faults=2" "$dir/log"
must 'with its line' grep -q "access file fault file=$list line=2 .*did you mean 127.98.5.0/24" "$dir/log"
must 'words are not repeated' grep -q "access file fault file=$list line=3 error=\"not a range" "$dir/log"
must 'the old ranges stay' seen 127.98.3.1 refused
must 'no new one counts' seen 127.98.4.1 served
must 'policy show tells' sh -c "'$bin/bin/pop3ctl' -s '$sock' policy show | grep -q '$list *1 *2 *faulty'"
must 'a reload does not change that' ctl reload
must 'still the old ranges' seen 127.98.3.1 refused

rm "$list"
soon 'a vanished file is told' grep -q "access file lost file=$list ranges=1" "$dir/log"
must 'its ranges stay' seen 127.98.3.1 refused
kill -9 "$(pid_of front)"
killing=yes
soon 'also when front is new' ctl session list
must 'its ranges stay then' seen 127.98.3.1 refused
printf '127.98.4.0/24\n' >"$list"
soon 'it comes back' seen 127.98.4.1 refused
must 'the old ranges go' seen 127.98.3.1 served

# For one listener, live.
printf '127.98.6.0/24\n' >"$dir/one"
must 'a file for one listener' ctl config set listener.pop3.access.deny_files "$dir/one"
must 'is refused there' seen 127.98.6.1 refused
must 'not at the other' seen 127.98.6.1 served $tls_port
must 'which has its own' seen 127.98.4.1 refused $tls_port
must 'the first one no longer' seen 127.98.4.1 served
must_exit 65 'a file that is not there' ctl config set access.grant_files "$dir/nosuch"
must 'is named' grep -q "$dir/nosuch" "$dir/out"
must_exit 65 'a relative path' ctl config set access.grant_files nosuch
must 'nothing changed' seen 127.98.6.1 refused

# At the start: what is wrong is told by -n, what is right counts.
printf '127.98.7.0/24\nnonsense\n' >"$list"
stop_server
must 'the check names the line' "$bin/sbin/pop3srvd" -n -c "$dir/pop3srvd.json"
must 'of the file' grep -q "$list: line 2: not a range" "$dir/out"
start_server
must 'the right ones count' seen 127.98.7.1 refused $tls_port
stop_server
rm "$list"
must_exit 78 'a file that is not there ends the start' "$bin/sbin/pop3srvd" -n -c "$dir/pop3srvd.json"
must 'and is named' grep -q "$list" "$dir/out"
printf '127.98.7.0/24\n' >"$list"
start_server
still_alive
stop_server
