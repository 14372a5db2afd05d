#!/bin/sh
# Started by an ordinary user everything runs as that user and works the same.
. "${srcdir:-.}/t/system/common.sh"
need setpriv
[ "$(id -u)" -ne 0 ] || as_user=61110
begin
if [ -n "${as_user-}" ] && ! setpriv --reuid=$as_user --regid=$as_user --clear-groups \
    test -x "$bin/sbin/pop3srvd"; then
	skip "an ordinary user cannot reach the build folder $bin"
fi
start_server
for p in $(ctl --json status | python3 -c 'import json,sys
print(*[p["pid"] for p in json.load(sys.stdin)["result"]["processes"]])'); do
	must "process $p runs as the user" grep -q "^Uid:.${as_user:-$(id -u)}.${as_user:-$(id -u)}." "/proc/$p/status"
done
add_account anna@example.org
printf 'Subject: x\n\nhello\n' >"$dir/m"
deliver anna@example.org "$dir/m"
python3 - <<'EOF'
from pop3 import Pop3
p = Pop3(tls=True).login('anna@example.org')
assert p.multi('RETR 1') == b'Subject: x\r\n\r\nhello\r\n'
p.ok('DELE 1'); assert p.quit().startswith(b'+OK')
p = Pop3().login('anna')
assert p.cmd('STAT') == b'+OK 0 0'
EOF
still_alive
stop_server
