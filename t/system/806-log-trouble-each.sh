#!/bin/sh
# F-41, each kind of target in trouble at once (full, its reader stopped, gone,
# half open): sessions keep their speed, the target that works gets everything
# in time, and status counts what the others lost.
. "${srcdir:-.}/t/system/common.sh"
begin
mkdir "$dir/days" "$dir/nowhere"
mkfifo "$dir/fifo" "$dir/errors" "$dir/days/sys$(date +%m%d).txt"
tomorrow=$dir/days/sys$(date -d tomorrow +%m%d).txt
ln "$dir/days/sys$(date +%m%d).txt" "$tomorrow"
chmod 666 "$dir/fifo" "$dir/errors" "$dir"/days/*
# Receivers that never read, or never accept.
python3 - "$tomorrow" <<'EOF' >"$dir/stuck" 2>&1 &
import os, signal, socket, sys
d, a = os.environ['dir'], os.environ['addr']
keep = []
for name in ('dev-log', 'journal'):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(d + '/' + name); os.chmod(d + '/' + name, 0o666); keep.append(s)
for port in (5601, 5651):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096); s.bind((a, port)); s.listen(1); keep.append(s)
fds = [os.open(f, os.O_RDWR | os.O_NONBLOCK) for f in (d + '/fifo', d + '/errors', sys.argv[1])]
print('ready', flush=True)
signal.pause()
EOF
stuck=$!
pids="$pids $stuck"
n=0
until grep -q ready "$dir/stuck"; do n=$((n + 1)); [ $n -lt 100 ] || { cat "$dir/stuck"; fail 'receivers'; }; sleep 0.1; done
conf 50-log <<EOF
{ "options": { "debug": true },
  "log": [
  { "to": "none" },
  { "to": "file", "path": "/dev/full", "level": "debug" },
  { "to": "file", "path": "$dir/fifo", "level": "debug" },
  { "to": "file", "path": "$dir/nowhere", "level": "debug" },
  { "to": "daily", "folder": "$dir/days", "level": "debug" },
  { "to": "daily", "folder": "/proc/self", "level": "debug" },
  { "to": "stderr", "level": "debug" },
  { "to": "syslog", "path": "$dir/dev-log", "level": "debug" },
  { "to": "syslog", "path": "$dir/gone", "level": "debug" },
  { "to": "syslog", "path": "$dir/journal", "transport": "journal", "level": "debug" },
  { "to": "server", "address": "$addr", "port": 5514, "level": "debug" },
  { "to": "server", "address": "$addr", "port": 5601, "transport": "tcp", "level": "debug" },
  { "to": "server", "address": "$addr", "port": 5602, "transport": "tcp", "level": "debug" },
  { "to": "server", "address": "$addr", "port": 5651, "transport": "tls", "level": "debug" },
  { "to": "server", "address": "nowhere.invalid", "transport": "tcp", "level": "debug" },
  { "to": "file", "path": "$dir/log" } ] }
EOF
run_server 2>"$dir/errors" &
server_pid=$!
wait_up
add_account anna@example.org
add_account bob@example.org
log=$(pid_of log)

python3 - <<'EOF' || fail 'sessions'
import time
from pop3 import Pop3
worst = 0
p = Pop3(timeout=20).login('bob')
for i in range(100):
    # The dialogue of 200 commands is some 100 kB for each target.
    if i % 4 == 0:
        p.s.sendall(b'NOOP\r\n' * 200)
        for j in range(200): p.line()
    t = time.time(); Pop3(timeout=20).login('anna').quit(); worst = max(worst, time.time() - t)
p.quit()
print('worst login of 100: %.0f ms' % (worst * 1000))
assert worst < 3, worst
EOF
say 'ok - sessions keep their speed'
n=0
until [ "$(grep -c 'session end.*user=anna' "$dir/log")" -eq 100 ]; do
	n=$((n + 1))
	[ $n -lt 100 ] || fail "the target that works has $(grep -c 'session end.*user=anna' "$dir/log") of 100 sessions"
	sleep 0.1
done
say 'ok - the target that works has every session'
for what in /dev/full "$dir/nowhere" /proc/self "$dir/gone" "$addr:5514" "$addr:5602" nowhere.invalid:601; do
	n=0
	until grep -qF "log target failed to=$what" "$dir/log"; do n=$((n + 1)); [ $n -lt 400 ] || fail "not told: $what"; sleep 0.1; done
	say "ok - told: $what"
done
must_not 'trouble is not told for each line' sh -c "[ \$(grep -c 'log target failed' '$dir/log') -gt 60 ]"
lost() { ctl --json status | python3 -c "
import json, sys
print(json.load(sys.stdin)['result']['log_drops'])"; }
n=0
until [ "$(lost)" -gt 1000 ]; do n=$((n + 1)); [ $n -lt 50 ] || fail "only $(lost) records are counted as dropped"; sleep 0.1; done
say "ok - status counts what was lost: $(lost)"
[ "$(pid_of log)" = "$log" ] || fail 'log is another process now'

# One that is read again gets what waited, and the number of what did not.
timeout 20 python3 - <<'EOF' || fail 'a reader that comes back is not told what it missed'
import os, re, select
fd = os.open(os.environ['dir'] + '/fifo', os.O_RDONLY | os.O_NONBLOCK)
b = b''
while not re.search(rb'log records dropped count=[1-9]\d* to=file\n', b):
    select.select([fd], [], [], 5)
    try: b = b[-200:] + os.read(fd, 65536)
    except BlockingIOError: pass
EOF
say 'ok - a reader that comes back is told what it missed'
still_alive
stop_server
