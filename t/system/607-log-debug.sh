#!/bin/sh
# I-2: debugging adds the dialogue, of everybody or of some, live; no secret is
# ever in it (I10).
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-never <<EOF
{ "autodeny": { "never": ["127.0.0.0/8"] } }
EOF
start_server
add_account anna@example.org 'CanaryAnna1!'
add_account bert@example.org 'CanaryBert1!'
printf 'Subject: CanaryMail\n\nCanaryBody\n' >"$dir/m"
deliver anna@example.org "$dir/m" "$dir/m"
deliver bert@example.org "$dir/m"
lines() { grep -c "dialogue dir=.*$1" "$dir/log" || :; }
quiet() { [ "$(lines '')" -eq "$1" ] || fail "$2: $(lines '') lines, not $1"; say "ok - $2"; }
session() { python3 -c "
import sys
from pop3 import Pop3
p = Pop3().login(*sys.argv[1:3]); p.ok('STAT'); p.quit()" "$@" || fail "a session of $1"; }
session anna 'CanaryAnna1!'
quiet 0 'off: nothing is logged'

# The option, also for a session that is open.
python3 - <<'EOF2' || fail 'the option'
import os, subprocess
from pop3 import Pop3
def ctl(*a): subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], *a], check=True)
p = Pop3().login('anna', 'CanaryAnna1!'); p.ok('NOOP')
ctl('option', 'set', 'debug', 'on')
p.ok('STAT'); p.multi('LIST'); p.multi('RETR 1')
ctl('option', 'set', 'debug', 'off')
p.ok('NOOP'); p.quit()
EOF2
n=0; until grep -q 'session end.*retr=1' "$dir/log"; do n=$((n + 1)); [ $n -lt 50 ] || fail 'no session end'; sleep 0.1; done
quiet 8 'the option works at once, on and off'
for l in 'dir=C text="STAT"' 'dir=S text="+OK 2 ' 'dir=C text="LIST"' 'dir=S text="(2 lines)"' 'dir=C text="RETR 1"' 'dir=S text="+OK '; do
	grep -qF "$l" "$dir/log" || fail "not logged: $l"
done
must_not 'no message is logged' grep -qE 'CanaryMail|CanaryBody' "$dir/log"

# One listener's option.
have=$(lines '')
must 'for one listener' ctl option set --listener pop3s debug on
session anna 'CanaryAnna1!'
quiet "$have" 'the other is silent'
python3 -c "
from pop3 import Pop3
Pop3(tls=True).quit()"
[ "$(lines 'text="QUIT"')" -eq 1 ] || fail 'the listener is not logged'
must 'that ends' ctl option reset --listener pop3s debug

# Some for a while.
must 'one account' ctl log debug --account anna --for 1h
have=$(lines '')
session bert 'CanaryBert1!'
quiet "$have" 'another account is silent, before its login too'
session anna 'CanaryAnna1!'
[ "$(lines 'text="USER anna"')" -eq 1 ] || fail 'what came before the login is not logged'
[ "$(lines 'text="PASS ..."')" -eq 1 ] || fail 'PASS'
have=$(lines '')
python3 -c "
from pop3 import Pop3
p = Pop3(); p.cmd('USER anna@example.org'); p.err('PASS CanaryWrong'); p.close()
p = Pop3(); p.cmd('USER bert'); p.err('PASS CanaryWrong'); p.close()"
[ "$(lines 'text="USER anna@example.org"')" -eq 1 ] || fail 'a refused login of the account is not logged'
[ "$(lines 'text="USER bert"')" -eq 0 ] || fail 'a refused login of another is'
say 'ok - a refused login of the account is logged'
ctl log debug list | grep -q 'account *anna' || fail 'log debug list'
must 'off' ctl log debug off
have=$(lines '')
session anna 'CanaryAnna1!'
quiet "$have" 'off is off'
must 'a range that is not ours' ctl log debug --address 192.0.2.0/24
session anna 'CanaryAnna1!'
quiet "$have" 'nothing of it'
must 'a range that is' ctl log debug --address 127.0.0.0/8 --for 2s
session anna 'CanaryAnna1!'
[ "$(lines '')" -gt "$have" ] || fail 'an address is not logged'
n=0; while ctl log debug list | grep -q '127.0.0.0/8'; do n=$((n + 1)); [ $n -lt 60 ] || fail 'it does not end'; sleep 0.1; done
have=$(lines '')
session anna 'CanaryAnna1!'
quiet "$have" 'it ends by itself'
python3 - <<'EOF2' || fail 'one session'
import json, os, subprocess
from pop3 import Pop3
def ctl(*a): return subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], *a], check=True, capture_output=True).stdout
p = Pop3().login('anna', 'CanaryAnna1!'); q = Pop3().login('bert', 'CanaryBert1!')
s = [x['id'] for x in json.loads(ctl('--json', 'session', 'list'))['result']['sessions'] if x['user'].startswith('bert')][0]
ctl('log', 'debug', '--session', s)
p.cmd('TOP 1 7'); p.close(); q.cmd('UIDL 1'); q.quit()
EOF2
[ "$(lines 'text="UIDL 1"')" -eq 1 ] || fail 'the session is not logged'
[ "$(lines 'text="TOP 1 7"')" -eq 0 ] || fail 'another session is logged'
say 'ok - one session'
must_exit 67 'no such session' ctl log debug --session ffff
must_exit 67 'no such listener' ctl log debug --listener nope
must_exit 65 'no range' ctl log debug --address 127.0.0.1/8
must_exit 65 'too long a time' ctl log debug --account x --for 100d
must_exit 64 'off stands alone' ctl log debug --account x off
n=0
while [ $n -lt 14 ]; do n=$((n + 1)); ctl log debug --account "x$n" >/dev/null || fail "rule $n"; done
must_exit 75 'there is a limit' ctl log debug --account one-more
must 'off' ctl log debug off

# Secrets, by every way there is, octet by octet too.
must 'on for all' ctl option set --runtime debug on
python3 - <<'EOF2' || fail 'secrets'
import base64, hashlib
from pop3 import Pop3
b = lambda s: base64.b64encode(s).decode()
def play(lines, step):
    p = Pop3(timeout=20, tls=step == 0)
    octets = b''.join(l if isinstance(l, bytes) else l.encode() for l in lines)
    try:
        if step <= 0: p.s.sendall(octets)
        else:
            for i in range(0, len(octets), step): p.s.sendall(octets[i:i + step])
        p.s.settimeout(1.5)
        while p.s.recv(4096): pass
    except OSError: pass
    p.close()
C = 'CanaryX'
scripts = [
  ['USER anna\r\nPASS CanaryAnna1!\r\nQUIT\r\n'],
  ['PASS %s\r\nUSER anna\r\nPASS %s\r\nQUIT\r\n' % (C, C)],
  ['pass %s %s\r\nPASS\t%s\r\nPAS %s\r\n%s\r\nQUIT\r\n' % (C, C, C, C, C)],
  ['USER anna\r\n', b'PASS ' + C.encode() + b'\0' + C.encode() + b'\r\nQUIT\r\n'],
  ['USER anna\r\nPASS ' + C * 40 + '\r\nQUIT\r\n'],
  ['USER anna\r\nPASS ' + C * 80 + '\r\nQUIT\r\n'],
  ['AUTH PLAIN %s\r\nQUIT\r\n' % b(b'\0anna\0' + C.encode())],
  ['AUTH PLAIN\r\n%s\r\nQUIT\r\n' % b(b'\0anna\0CanaryAnna1!')],
  ['AUTH LOGIN\r\n%s\r\n%s\r\nQUIT\r\n' % (b(b'anna'), b(C.encode()))],
  ['AUTH LOGIN\r\n%s\r\n*\r\n%s\r\nQUIT\r\n' % (b(b'anna'), b(C.encode()))],
  ['AUTH NOPE %s\r\n%s\r\nQUIT\r\n' % (b(C.encode()), b(C.encode()))],
  ['AUTH %s\r\nAUTH %s x\r\nQUIT\r\n' % (C, C)],
  ['APOP anna %s\r\nAPOP %s anna\r\nQUIT\r\n' % (hashlib.md5(C.encode()).hexdigest(), C)],
  ['AUTH PLAIN ' + 'CanaryX=' * 2100 + '\r\nQUIT\r\n'],
]
for s in scripts:
    for step in (1, -1, 0): play(s, step)
print(len(scripts) * 3, 'dialogues')
EOF2
must 'they were logged' sh -c "[ \$(grep -c 'dialogue dir=C' '$dir/log') -gt 80 ]"
python3 - <<'EOF2' || fail 'a secret is in the log'
import base64, hashlib, os, re
t = open(os.environ['dir'] + '/log', errors='replace').read() + open(os.environ['dir'] + '/stderr', errors='replace').read()
assert 'Canary' not in t, re.findall('.*Canary.*', t)[:3]
for s in (b'CanaryX', b'CanaryAnna1!', b'\0anna\0CanaryX', b'\0anna\0CanaryAnna1!'):
    e = base64.b64encode(s).decode().rstrip('=')[:-1]
    assert e not in t, e
assert hashlib.md5(b'CanaryX').hexdigest() not in t
EOF2
say 'ok - no secret is logged'
still_alive
stop_server
