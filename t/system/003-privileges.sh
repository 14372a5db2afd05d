#!/bin/sh
# Each process has the rights of ARCHITECTURE's table and no more; front opens
# nothing by path under load.
. "${srcdir:-.}/t/system/common.sh"
need_root 'to see processes give up rights'
need strace
begin
start_server
status_of() { grep "^$2:" "/proc/$1/status" | tr -s '\t ' ' '; }
front=$(pid_of front)
must 'front is not root' sh -c "grep -q '^Uid:.61101.61101.61101.61101' /proc/$front/status"
must 'front has no capabilities' grep -q '^CapEff:.0000000000000000' "/proc/$front/status"
must 'front has no permitted ones either' grep -q '^CapPrm:.0000000000000000' "/proc/$front/status"
must 'front is filtered by seccomp' grep -q '^Seccomp:.2' "/proc/$front/status"
must 'front cannot gain privileges' grep -q '^NoNewPrivs:.1' "/proc/$front/status"
must 'the root of front is an empty folder' sh -c "[ -z \"\$(ls -A /proc/$front/root/)\" ]"
must 'auth runs as its user' grep -q '^Uid:.61102.61102.61102' "/proc/$(pid_of auth)/status"
must 'drop runs as its user' grep -q '^Uid:.61103.61103.61103' "/proc/$(pid_of drop)/status"
for r in auth drop relay log; do
	must "$r has no capabilities" grep -q '^CapEff:.0000000000000000' "/proc/$(pid_of $r)/status"
	must "$r cannot gain privileges" grep -q '^NoNewPrivs:.1' "/proc/$(pid_of $r)/status"
done
must 'front loads no account, LDAP, PAM or HTTP library' sh -c \
    "! grep -qE 'sqlite|gsasl|libldap|libpam|libcurl|libcrypt\.so' /proc/$front/maps"
add_account anna@example.org
printf 'Subject: x\n\nhello\n' >"$dir/m"
deliver anna@example.org "$dir/m" "$dir/m" "$dir/m"
strace -f -qq -o "$dir/trace" -p "$front" &
tracer=$!
pids="$pids $tracer"
sleep 1
python3 - <<'EOF'
from pop3 import Pop3
import threading
def work():
    for tls in (False, True, False):
        p = Pop3(tls=tls).login('anna')
        p.lines('LIST'); p.lines('UIDL')
        for n in (1, 2, 3):
            p.multi('RETR %d' % n)
        p.quit()
        p = Pop3(); p.ok('USER x'); p.err('PASS y', 'AUTH'); p.close()
ts = [threading.Thread(target=work) for _ in range(10)]
[t.start() for t in ts]; [t.join() for t in ts]
EOF
kill "$tracer"; wait "$tracer" 2>/dev/null || :
lines=$(wc -l <"$dir/trace")
[ "$lines" -gt 300 ] || fail "the trace has only $lines lines"
must_not 'front opens nothing by path under load' grep -E \
    '(^|[^a-z])(open|openat|openat2|creat|execve|execveat|connect|socket|fork|vfork|clone|clone3|stat|lstat|newfstatat|access|unlink|rename|mkdir)\(' "$dir/trace"
still_alive
stop_server
