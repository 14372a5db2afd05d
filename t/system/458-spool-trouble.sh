#!/bin/sh
# A message whose files cannot be removed once it is sent is not sent again, not
# even by the next relay.
. "${srcdir:-.}/t/system/common.sh"
need_root 'traces relay to let a system call fail'
need strace
begin
killing=yes
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\","
start_server
add_sender anna@example.org
old=$(pid_of relay)
strace -qq -o /dev/null -p "$old" -e trace=unlinkat -e inject=unlinkat:error=EIO \
    2>"$dir/strace.err" &
tracer=$!
n=0
until grep -q '^TracerPid:.*[1-9]' "/proc/$old/status" 2>/dev/null; do
	n=$((n + 1))
	[ "$n" -lt 100 ] || skip "relay cannot be traced here: $(cat "$dir/strace.err")"
	sleep 0.1
done
export old
python3 - <<'EOT' || fail 'sent twice'
from xmit import *
sent(message('a@b.example'))
until('trouble', lambda: len(log('spool trouble')) > 1)
os.kill(int(os.environ['old']), 9)
until('an empty spool', lambda: os.listdir(FOLDER + '/state/spool') == ['badmail'])
recorded('smart', 1)
EOT
wait "$tracer" || :
still_alive
stop_server
