#!/bin/sh
# F-41: a log target that is full, stuck or gone never delays a client.
. "${srcdir:-.}/t/system/common.sh"
killing=yes
begin
mkfifo "$dir/stuck"
chmod 666 "$dir/stuck"
cat >"$dir/conf.d/50-log.json" <<EOF
{ "log": [ { "to": "file", "path": "$dir/log" }, { "to": "file", "path": "/dev/full" } ] }
EOF
start_server
add_account anna@example.org
log=$(pid_of log)
python3 - "$log" <<'EOF' || fail 'log trouble'
import os, signal, sys, time
from pop3 import Pop3
pid = int(sys.argv[1])
os.kill(pid, signal.SIGSTOP)
try:
    worst = 0
    for i in range(300):
        t = time.time(); p = Pop3(timeout=20); p.login('anna').quit(); worst = max(worst, time.time() - t)
    print('worst session with a stopped log process: %.0f ms' % (worst * 1000))
finally:
    os.kill(pid, signal.SIGCONT)
os.kill(pid, signal.SIGKILL)
for i in range(50): Pop3(timeout=20).login('anna').quit()
EOF
n=0
until p=$(pid_of log) && [ -n "$p" ] && [ "$p" != "$log" ]; do n=$((n + 1)); [ $n -lt 100 ] || fail 'log was not restarted'; sleep 0.1; done
must 'log is back' kill -0 "$p"
python3 -c "
from pop3 import Pop3
Pop3(timeout=20).login('anna').quit()" || fail 'a session'
sleep 0.5
must 'and writes again' sh -c "tail -n 5 '$dir/log' | grep -q 'session end'"
still_alive
stop_server
