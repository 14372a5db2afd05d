#!/bin/sh
# 100,000 accounts from a file in one command; faults name their line.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
hash=$(openssl passwd -6 -salt abcdefgh geheim)
python3 - "$hash" >"$dir/list" <<'EOF'
import sys
for i in range(100000):
    print('user%06d@many.example:%s' % (i, sys.argv[1]))
EOF
must 'import 100000 accounts' ctl account import "$dir/list"
cat "$dir/out"
python3 - <<'EOF' || fail 'login of imported accounts'
from pop3 import Pop3
for n in (0, 50000, 99999):
    Pop3(timeout=60).login('user%06d@many.example' % n, 'geheim').quit()
EOF
cat >"$dir/mixed" <<EOF
good@many.example:{CRYPT}$hash
plain@many.example:{PLAIN}clear text
bare:{SHA512-CRYPT}$hash:1000:1000::/home/x
nosecret@many.example
bad@many.example:{NOPE}abc
:$hash
EOF
python3 - "$dir/wrong" <<'EOF'
import sys
with open(sys.argv[1], 'w', encoding='utf-8') as f:
    for i in range(1500):
        f.write('äöüäöüäöü%d@a-domain-without-a-dot:{PLAIN}x\n' % i)
EOF
must_exit 65 'a file of faults ends with 65' ctl account import "$dir/wrong"
[ "$(grep -c '^pop3ctl: line [0-9]*: ' "$dir/out")" -eq 1500 ] ||
    fail 'one fault for each line'
must 'the last line is named' grep -q '^pop3ctl: line 1500: ' "$dir/out"
must_exit 65 'faults end with 65' ctl account import "$dir/mixed"
cat "$dir/out"
must 'line 4 is named' grep -qE '(line |:)4' "$dir/out"
must 'line 5 is named' grep -qE '(line |:)5' "$dir/out"
must 'line 6 is named' grep -qE '(line |:)6' "$dir/out"
python3 - <<'EOF' || fail 'good lines count'
from pop3 import Pop3
Pop3(timeout=60).login('good@many.example', 'geheim').quit()
Pop3(timeout=60).login('plain@many.example', 'clear text').quit()
Pop3(timeout=60).login('bare@example.org', 'geheim').quit()
EOF
must 'from standard input' sh -c "printf 'stdin@many.example:{PLAIN}x y\n' | '$bin/bin/pop3ctl' -s '$sock' account import -"
# What is exported is imported again, octet by octet: names beyond ASCII, with
# backslashes and quotes, locked accounts.
cat >"$dir/odd" <<EOF
back\\slash@many.example:$hash
b\\x41\\n@many.example:$hash
"quoted"@many.example:$hash
müller@many.example:$hash
山田@many.example:$hash
a#b{c}!@many.example:$hash
locked@many.example:!$hash
EOF
must 'odd names' ctl account import "$dir/odd"
ctl account export >"$dir/export" || fail 'export'
lines=$(wc -l <"$dir/export")
[ "$lines" -eq 100011 ] || fail "export gave $lines lines"
must_not 'the names are as they were' grep -vxFf "$dir/export" "$dir/odd"
stop_server
rm -rf "$dir/state"
start_server
must 'import into a fresh server' ctl account import "$dir/export"
must 'without a fault' grep -q '^100011 lines: 100011 added, 0 updated, 0 faults' "$dir/out"
ctl account export >"$dir/again" || fail 'second export'
must 'export, import, export: the same' cmp "$dir/export" "$dir/again"
python3 - <<'EOF' || fail 'login after the round trip'
from pop3 import Pop3
for n in ('back\\slash', 'm\u00fcller', 'user000007'):
    Pop3(timeout=60).login(n + '@many.example', 'geheim').quit()
p = Pop3(timeout=60); p.ok('USER locked@many.example'); p.err('PASS geheim', 'AUTH')
EOF
still_alive
stop_server
