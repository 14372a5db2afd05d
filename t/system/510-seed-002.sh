#!/bin/sh
# The administrator's walk through an older server's POP3 page, in its order
# (seed 002; I-1 to I-57): each setting by one pop3ctl command, in force at once,
# without a restart and without a dropped session, and kept across a restart.
. "${srcdir:-.}/t/system/common.sh"
begin
company_port=1996
mkdir -m 777 "$dir/sent" "$dir/spool"
cat >"$dir/sendmail" <<EOF
#!/bin/sh
cat >"$dir/sent/\$\$.tmp" && chmod 644 "$dir/sent/\$\$.tmp" && mv "$dir/sent/\$\$.tmp" "$dir/sent/\$\$.eml"
EOF
chmod 755 "$dir/sendmail"
conf 50-walk <<EOF
{ "relay": { "sendmail": "$dir/sendmail" },
  "listeners": [
    { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
    { "name": "pop3s", "address": "$addr", "port": $tls_port, "tls": "implicit" },
    { "name": "poppass", "protocol": "poppass", "address": "$addr", "port": 1106, "tls": "none" } ] }
EOF
start_server
for u in anna berta held; do add_account "$u@example.org" 'first horse battery'; done
py() { PY=$1; python3 - || fail "$PY"; say "ok - $PY"; }

# Two sessions that live through everything, asked again and again.
cat >"$dir/held.py" <<'EOF'
import os, time
from pop3 import Pop3
held = [Pop3(timeout=60).login('held', 'first horse battery'),
        Pop3(tls=True, timeout=60).login('berta', 'first horse battery')]
n = 0
open(os.environ['dir'] + '/held.up', 'w').close()
while not os.path.exists(os.environ['dir'] + '/held.end'):
    for p in held:
        assert p.ok('NOOP') and p.ok('STAT')
    n += 1
    time.sleep(0.2)
for p in held:
    assert p.quit().startswith(b'+OK')
print(n, 'rounds')
assert n > 3
EOF
python3 "$dir/held.py" >"$dir/held" 2>&1 &
held=$!
pids="$pids $held"
until_true() { # until_true WHAT COMMAND…
	what=$1
	shift
	t=0
	until "$@" >/dev/null 2>&1; do
		t=$((t + 1))
		[ $t -lt 150 ] || fail "$what"
		sleep 0.1
	done
	say "ok - $what"
}
until_true 'two sessions are open' test -e "$dir/held.up"
front=$(pid_of front)
one() { must "pop3ctl $*" ctl "$@"; }

say '--- Log To (I-1): none, a daily file, the system log, a log server'
mkdir -m 777 "$dir/logs"
cat >"$dir/listen.py" <<'EOF'
"""A system log and a log server: what comes is written to two files."""
import os, select, socket
d = os.environ['dir']
local = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); local.bind(d + '/devlog')
os.chmod(d + '/devlog', 0o666)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); server.bind((os.environ['addr'], 5514))
open(d + '/listening', 'w').close()
while True:
    for s in select.select([local, server], [], [])[0]:
        with open(d + ('/got.local' if s is local else '/got.server'), 'ab') as f:
            f.write(s.recv(65536) + b'\n')
EOF
: >"$dir/got.local"
: >"$dir/got.server"
python3 "$dir/listen.py" &
pids="$pids $!"
until_true 'a system log and a log server listen' test -e "$dir/listening"
visit() { python3 -c "
import sys; from pop3 import Pop3
p = Pop3(); p.login('anna', sys.argv[1]); p.quit()" "${1-first horse battery}"; }
lines() { cat "$@" 2>/dev/null | grep -c 'user=anna@example.org' || :; }
must 'no log' ctl config set log '[{"to":"none"}]'
before=$(lines "$dir/log")
must 'a visit' visit
must_not 'leaves nothing' sh -c "[ \$(grep -c 'login ok user=anna' '$dir/log') -gt $before ] || ls '$dir'/logs/* 2>/dev/null || [ -s '$dir/got.local' ] || [ -s '$dir/got.server' ]"
must 'a daily file, in lines as they were' ctl config set log "[{\"to\":\"daily\",\"folder\":\"$dir/logs\",\"format\":\"imail\"}]"
must 'a visit' visit
until_true 'is in sysMMDD.txt' sh -c "grep -q anna '$dir/logs/sys$(date +%m%d).txt'"
must 'date, time, service, address in brackets' grep -Eq '^[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2} POP3D?\([0-9A-F]{8}\) \[[0-9.]*\] .*anna' "$dir/logs/sys$(date +%m%d).txt"
must 'the system log' ctl config set log "[{\"to\":\"syslog\",\"transport\":\"local\",\"path\":\"$dir/devlog\"}]"
was=$(cksum "$dir/logs"/sys*)
must 'a visit' visit
until_true 'is there' grep -q 'login ok user=anna' "$dir/got.local"
must 'and not in the file' test "$(cksum "$dir/logs"/sys*)" = "$was"
must 'a log server' ctl config set log "[{\"to\":\"server\",\"address\":\"$addr\",\"port\":5514,\"transport\":\"udp\"}]"
before=$(lines "$dir/got.local")
must 'a visit' visit
until_true 'is there' grep -q 'login ok.*anna@example.org' "$dir/got.server"
must 'as RFC 5424 has it' grep -Eaq '^<[0-9]+>1 [0-9T:.-]+Z ' "$dir/got.server"
must 'and not in the system log' test "$(lines "$dir/got.local")" -eq "$before"
must 'a file again' ctl config reset log

say '--- Debug messages (I-2)'
one option set debug on
must 'a visit' visit
until_true 'every command is in the log' grep -q 'STAT\|QUIT' "$dir/log"
must_not 'the password is not' grep -q 'horse' "$dir/log"
one option set debug off
before=$(grep -c QUIT "$dir/log")
must 'a visit' visit
sleep 0.5
must 'leaves no command' test "$(grep -c QUIT "$dir/log")" -eq "$before"

say '--- APOP (I-3)'
py 'off: no stamp, no APOP' <<'EOF'
from pop3 import Pop3
p = Pop3(); assert b'<' not in p.greeting; p.err('APOP anna ' + '0' * 32)
EOF
one option set apop on
printf 'Tulip-Harbour-71\n' >"$dir/secret"
chmod 600 "$dir/secret"
must 'a secret of its own' ctl account apop anna@example.org --password-file "$dir/secret"
py 'on: a stamp that ends the greeting, a login by it, and none without a secret' <<'EOF'
import hashlib
from pop3 import Pop3
for user, want in (('anna', b'+OK'), ('held', b'-ERR')):
    p = Pop3()
    assert p.greeting.endswith(b'>'), p.greeting
    stamp = p.greeting[p.greeting.index(b'<'):]
    r = p.cmd('APOP %s %s' % (user, hashlib.md5(stamp + b'Tulip-Harbour-71').hexdigest()))
    assert r.startswith(want), (user, r)
EOF

say '--- Enable XTND XMIT command (I-4)'
must 'anna may send' ctl account set --xmit on anna@example.org
py 'off: refused' <<'EOF'
from pop3 import Pop3
p = Pop3(tls=True).login('anna', 'first horse battery'); p.err('XTND XMIT'); p.quit()
EOF
one option set xtnd_xmit on
py 'on: a message is taken' <<'EOF'
from pop3 import Pop3
p = Pop3(tls=True).login('anna', 'first horse battery')
p.ok('XTND XMIT')
p.send(b'From: anna@example.org\r\nTo: ben@example.net\r\nSubject: the walk\r\n\r\nHello\r\n.\r\n')
assert p.line().startswith(b'+OK'); p.quit()
EOF
until_true 'and handed on' sh -c "cat '$dir'/sent/*.eml | grep -q 'Subject: the walk'"

say '--- Allow remote password changes (I-5)'
py 'off: no service' <<'EOF'
from poppass import Poppass
p = Poppass(); assert p.greeting.startswith(b'550 ') and p.eof()
EOF
one option set password_change on
py 'on: changed as Eudora does' <<'EOF'
from poppass import Poppass
p = Poppass()
p.must('user anna', '300'); p.must('pass first horse battery', '200')
p.must('newpass Second horse, battery', '200'); p.cmd('quit')
EOF
must 'the new password is right' visit 'Second horse, battery'
must_not 'the old one is not' visit

say '--- Auto-deny possible hack attempts (I-6, I-30 to I-33)'
one option set auto_deny off
py 'off: long lines are only refused' <<'EOF'
from pop3 import Pop3
p = Pop3(source='127.97.1.1'); p.err(b'X' * 600)
assert Pop3(source='127.97.1.1').greeting.startswith(b'+OK')
EOF
one option set auto_deny on
py '512 pass, the 513th ends it without a reply and the address stays out' <<'EOF'
from pop3 import Pop3
p = Pop3(source='127.97.1.2'); p.err(b'X' * 512); p.ok('CAPA'); p.multi_raw()
p = Pop3(source='127.97.1.3'); p.send(b'X' * 513)
assert p.eof() and p.buf == b'', p.buf
p = Pop3(source='127.97.1.3', greet=False); assert p.eof() and p.buf == b''
EOF
until_true 'it is reported in the log' grep -q 'autodeny ip=127.97.1.3 octets=513' "$dir/log"
must_not 'and not in the deny list' sh -c "'$bin/bin/pop3ctl' -s '$sock' deny list | grep -q 127.97.1.3"
must 'but in its own' sh -c "'$bin/bin/pop3ctl' -s '$sock' autodeny list | grep -q 127.97.1.3"
one reload
must_exit 1 'a reload keeps it out' ctl access test 127.97.1.3

say '--- A dedicated port for TLS (I-7), at the port the company wants'
must 'one command' ctl config set listeners "[
  {\"name\":\"pop3\",\"address\":\"$addr\",\"port\":$port,\"tls\":\"starttls\"},
  {\"name\":\"pop3s\",\"address\":\"$addr\",\"port\":$company_port,\"tls\":\"implicit\"},
  {\"name\":\"poppass\",\"protocol\":\"poppass\",\"address\":\"$addr\",\"port\":1106,\"tls\":\"none\"}]"
cat >"$dir/tls.py" <<'EOF'
import socket, sys
from pop3 import ADDR, Pop3, TLS_PORT, context
s = context().wrap_socket(socket.create_connection((ADDR, int(sys.argv[1])), 20))
assert s.version() in ('TLSv1.2', 'TLSv1.3') and s.recv(3) == b'+OK'
try: socket.create_connection((ADDR, TLS_PORT), 5)
except ConnectionRefusedError: pass
else: sys.exit('the old port is still open')
EOF
until_true 'served there and no more where it was' python3 "$dir/tls.py" "$company_port"

say '--- Welcome message (I-9, I-20 to I-25)'
greets() { python3 -c "
import sys; from pop3 import Pop3
g = Pop3().greeting[4:].decode(); assert g == sys.argv[1], g" "$1"; }
one option set apop off
must 'the built-in text names neither product nor version' greets 'mail.example.org POP3 server ready'
one welcome set 'Authorised users only. All access is logged.'
must 'is shown' greets 'Authorised users only. All access is logged.'
must '400 characters' ctl welcome set "$(printf '%0400d' 5)"
must 'are shown' greets "$(printf '%0400d' 5)"
one option set apop on
py 'with APOP the text gives way, the stamp is whole' <<'EOF'
import re
from pop3 import Pop3
g = Pop3().greeting[4:]
assert len(g) == 400 and re.fullmatch(rb'[05]+ ?<[^<> ]+@mail\.example\.org>', g), g
EOF
one option set apop off
must '401 characters' ctl welcome set "$(printf '%0401d' 5)"
must 'are not, but the built-in text' greets 'mail.example.org POP3 server ready'
must 'the log says so' grep -q 'configuration warning key=welcome.*401 octets' "$dir/log"
one welcome set ''
must 'an empty text is the built-in one' greets 'mail.example.org POP3 server ready'
must_exit 65 'a line end is refused' ctl welcome set 'two
lines'
one welcome set 'Authorised users only. All access is logged.'
one option set apop on

say '--- Control access (I-10, I-50 to I-57): granted but to those listed'
cat >"$dir/may.py" <<'EOF'
# may.py SOURCE…: those that are greeted; a refused one reads no octet
import sys
from pop3 import Pop3
for a in sys.argv[1:]:
    p = Pop3(source=a, greet=False)
    first = p.line()
    assert first == b'' or first.startswith(b'+OK'), first
    if first: print(a)
EOF
may() { # may "THOSE" SOURCE…
	want=$1
	shift
	got=$(python3 "$dir/may.py" "$@" | tr '\n' ' ')
	[ "$got" = "$want" ] || fail "of $* are let in: $got"
	say "ok - let in: ${want:-nobody}"
}
one policy set grant
may '127.50.0.1 127.50.0.254 127.50.1.1 ' 127.50.0.1 127.50.0.254 127.50.1.1
one deny add 127.50.1.1
may '127.50.0.1 127.50.0.254 ' 127.50.0.1 127.50.0.254 127.50.1.1
one deny add 127.50.0.0/255.255.255.0
may '' 127.50.0.1 127.50.0.254 127.50.1.1
one deny add 156.21.50.0/255.255.255.0
must_exit 1 'the first of the group' ctl access test 156.21.50.1
must_exit 1 'the last of the group' ctl access test 156.21.50.254
must_exit 0 'the next group' ctl access test 156.21.51.1
must_exit 1 'the same, seen through IPv6' ctl access test ::ffff:156.21.50.7
must 'the log names the rule' grep -q 'peer=127.50.1.1 refused.*127.50.1.1' "$dir/log"
must_exit 65 'a mask with holes' ctl deny add 156.21.50.0/255.0.255.0
must_exit 65 'bits beyond the mask' ctl deny add 156.21.50.7/255.255.255.0
must 'are told what was meant' grep -q '156.21.50.0' "$dir/out"
one deny remove 127.50.1.1
may '127.50.1.1 ' 127.50.0.1 127.50.0.254 127.50.1.1
say '--- denied but to those listed'
must 'this machine first' ctl grant add 127.0.0.1
one policy set deny
may '' 127.60.1.1 127.60.0.1
one grant add 127.60.1.1
may '127.60.1.1 ' 127.60.1.1 127.60.0.1
one grant add 127.60.0.0/255.255.255.0
may '127.60.1.1 127.60.0.1 127.60.0.254 ' 127.60.1.1 127.60.0.1 127.60.0.254 127.60.2.1
must 'one service alone (I-55)' ctl policy set --listener pop3s grant
must_exit 1 'the plain one is closed' ctl access test --listener pop3 192.0.2.1
must 'the other is open' ctl access test --listener pop3s 192.0.2.1
one policy set grant

say '--- Server status (I-12), and what all of this left alone'
must 'it runs' ctl status
must 'the sessions are still open' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json session list | grep -q held@example.org"
: >"$dir/held.end"
wait "$held" || { cat "$dir/held"; fail 'an open session was dropped'; }
say "ok - two sessions lived through all of it: $(cat "$dir/held")"
must 'and front is the same process' test "$(pid_of front)" = "$front"
must_not 'nothing failed' grep -q 'process ended' "$dir/log"
must_not 'no secret is in the log' grep -rq -e horse -e Tulip "$dir/log" "$dir/logs" "$dir/got.local" "$dir/got.server"

say '--- Stop/Start: everything is kept (I-12, I-13), the auto-denied are free'
ctl --json option list >"$dir/options"
ctl --json policy show | sed 's/"id":[0-9]*//' >"$dir/policy"
kept=$(cksum <"$dir/state/settings.json")
server=$server_pid
one stop
wait "$server"
server_pid=
must_exit 1 'status says that it does not run' ctl status
must 'start' ctl start --config "$dir/pop3srvd.json"
server_pid=$(ctl --json status | python3 -c "import json,sys; print(json.load(sys.stdin)['result']['pid'])")
must 'it runs' ctl status
must 'settings.json is as it was' test "$(cksum <"$dir/state/settings.json")" = "$kept"
ctl --json option list >"$dir/options.after"
must 'the options are as they were' cmp "$dir/options" "$dir/options.after"
ctl --json policy show | sed 's/"id":[0-9]*//' >"$dir/policy.after"
must 'the access lists too' cmp "$dir/policy" "$dir/policy.after"
py 'the greeting with its stamp, the ports, the passwords' <<'EOF'
from pop3 import Pop3
p = Pop3()
assert p.greeting.startswith(b'+OK Authorised users only. All access is logged.') and p.greeting.endswith(b'>')
p.login('anna', 'Second horse, battery').quit()
from poppass import Poppass
assert Poppass().greeting.startswith(b'200 ')
Pop3(source='127.97.1.3').quit()
EOF
must 'TLS at the company port' python3 "$dir/tls.py" "$company_port"
may '127.50.1.1 ' 127.50.0.1 127.50.1.1
still_alive
must 'stop' ctl stop
server_pid=
