#!/bin/sh
# I-1: sysMMDD.txt of local time, another year's file put aside, old ones
# removed, the next day's file at midnight, USR1, and the older server's lines.
. "${srcdir:-.}/t/system/common.sh"
begin
logs=$dir/logs
conf 50-log <<EOF
{ "log": [ { "to": "file", "path": "$dir/log" },
           { "to": "daily", "folder": "$logs", "keep": "30d", "format": "imail" } ] }
EOF

# A zone in which it is midnight in $1 seconds: no clock has to be faked.
zone() {
	python3 - "$1" <<'EOF'
import sys, time
now = int(time.time()); then = now + int(sys.argv[1])
east = (86400 - then % 86400) % 86400
if east > 43200: east -= 86400
day = lambda t: time.strftime('%m%d', time.gmtime(t + east))
off = abs(east)
print('TST%s%d:%02d:%02d' % ('-' if east >= 0 else '+', off // 3600, off // 60 % 60, off % 60), day(now), day(then), then)
EOF
}
# What stands in the folder before the start, then the start; false when that
# took until midnight.
start_before_midnight() {
	rm -rf "$logs"
	mkdir -m 750 "$logs"
	zone "$1" >"$dir/zone"
	read -r TZ today tomorrow midnight <"$dir/zone"
	export TZ
	for f in "sys$today.txt" sys0101.txt sys0102.2020.txt sys0103.txt.gz notes.txt; do
		echo 'an old line' >"$logs/$f"
		touch -d 2020-01-02T12:00:00Z "$logs/$f"
	done
	touch -d '1 day ago' "$logs/sys0101.txt"
	ln -s notes.txt "$logs/sys0104.txt"
	[ "$(id -u)" -ne 0 ] || chown -R 61101:61101 "$logs"
	start_server
	[ "$(date +%s)" -lt $((midnight - 4)) ]
}
start_before_midnight 12 || { stop_server; start_before_midnight 90 || fail 'no start before midnight'; }

login() { python3 -c "
from pop3 import Pop3
Pop3(tls=True).login('anna').quit()"; }
until_there() {
	n=0
	until grep -qs "$2" "$1"; do n=$((n + 1)); [ $n -lt 100 ] || fail "no $2 in $1"; sleep 0.1; done
}
add_account anna@example.org
must 'a session' login
until_there "$logs/sys$today.txt" 'session end'
must "today's file is of today" sh -c "! grep -q 'an old line' '$logs/sys$today.txt'"
must "its first line names the grammar" sh -c "head -n 1 '$logs/sys$today.txt' | grep -q 'log opened fmt=1'"
must_not "another year's file is past 30 days, so it is gone" test -e "$logs/sys$today.2020.txt"
must_not 'a file past 30 days is gone' test -e "$logs/sys0102.2020.txt"
for f in sys0101.txt sys0103.txt.gz notes.txt sys0104.txt; do
	must "$f is not ours or not old, and stays" test -e "$logs/$f"
done
python3 - "$logs/sys$today.txt" "$addr" <<'EOF' || fail 'lines of the older server'
import re, sys
line = re.compile(r'^\d\d:\d\d \d\d:\d\d (POP3D|POP3SRVD)\([0-9A-F]{8}\) \[[0-9a-f.:]+\] [ -~]+$')
lines = open(sys.argv[1], 'rb').read().decode('ascii').splitlines()
for l in lines:
    assert line.match(l), l
mine = [l for l in lines if 'user=anna@example.org' in l and 'peer=' in l]
assert mine and all(' POP3D(' in l and '[%s] peer=' % sys.argv[2] in l for l in mine), mine
day = sys.argv[1][-8:-4]
assert all(l.startswith(day[:2] + ':' + day[2:]) for l in lines), lines
EOF
say 'ok - lines of the older server'

before=$(wc -l <"$logs/sys$today.txt")
while [ "$(date +%s)" -le "$midnight" ]; do sleep 0.2; done
must 'a session after midnight' login
until_there "$logs/sys$tomorrow.txt" 'session end'
must 'it begins like every file' sh -c "head -n 1 '$logs/sys$tomorrow.txt' | grep -q 'log opened fmt=1'"
[ "$(wc -l <"$logs/sys$today.txt")" -eq "$before" ] || fail "yesterday's file got another line"
say "ok - yesterday's file is closed"

mv "$logs/sys$tomorrow.txt" "$logs/moved"
kill -USR1 "$server_pid"
until_there "$logs/sys$tomorrow.txt" 'log opened'
say 'ok - USR1 opens it again'
must 'the other target got all of it' sh -c "[ \$(grep -c 'session end.*user=anna' '$dir/log') -ge 2 ]"
stop_server

# With "keep": 0 the file of another year is put aside and stays.
unset TZ
conf 50-log <<EOF
{ "log": [ { "to": "file", "path": "$dir/log" },
           { "to": "daily", "folder": "$logs/deep/er", "keep": 0 } ] }
EOF
start_server
must 'missing folders are made' test -d "$logs/deep/er"
today=$(date +%m%d)
until_there "$logs/deep/er/sys$today.txt" 'log opened'
stop_server
touch -d 2019-03-04T12:00:00Z "$logs/deep/er/sys$today.txt"
start_server
until_there "$logs/deep/er/sys$today.2019.txt" 'log opened'
say "ok - another year's file is put aside"
still_alive
stop_server
