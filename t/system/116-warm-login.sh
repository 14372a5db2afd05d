#!/bin/sh
# A second login to an unchanged maildrop neither stats nor opens messages.
. "${srcdir:-.}/t/system/common.sh"
need strace
begin
conf 50-one <<'EOF'
{ "mail": { "processes": 1 } }
EOF
[ "$(id -u)" -ne 0 ] || printf '{ "mail": { "processes": 1, "user": "61103" } }' >"$dir/conf.d/50-one.json"
start_server
add_account anna@example.org
d=$(maildrop anna@example.org)
mkdir -p "$d/cur" "$d/new" "$d/tmp"
python3 - "$d" <<'EOF'
import sys
for i in range(100000):
    open('%s/cur/%d.M%dP1.host:2,S' % (sys.argv[1], 1700000000 + i, i), 'w').write('Subject: %d\n\nx\n' % i)
EOF
own_mail
touch -d '1 hour ago' "$d/cur" "$d/new"
login() { python3 -c "
from pop3 import Pop3
p = Pop3(timeout=120).login('anna'); assert p.ok('STAT').split()[1] == b'100000'
assert len(p.lines('UIDL')) == 100000; p.quit()"; }
sleep 3	# folders that changed just now are read again, whatever they say
must 'first login' login
drop=$(pid_of drop)
strace -f -qq -o "$dir/trace" -p "$drop" &
tracer=$!
pids="$pids $tracer"
sleep 1
must 'warm login' login
kill "$tracer"; wait "$tracer" 2>/dev/null || :
calls=$(wc -l <"$dir/trace")
[ "$calls" -gt 5 ] || fail "the trace has only $calls lines"
[ "$calls" -lt 300 ] || { cut -d'(' -f1 "$dir/trace" | sort | uniq -c | sort -rn | head; fail "a warm login made $calls system calls"; }
must_not 'no message is looked at' grep -E '(stat|openat2?|newfstatat|statx)\([^,]*, "17000' "$dir/trace"
must_not 'the folders are not read' grep -E 'getdents64\(.* /\* [1-9]' "$dir/trace"
say "ok - $calls system calls for 100000 messages"
still_alive
stop_server
