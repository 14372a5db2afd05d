#!/bin/sh
# The owner of an account, a user of this machine, changes its password by
# pop3ctl: who asks is known by uid, the present password must be shown.
. "${srcdir:-.}/t/system/common.sh"
need_root 'to act as several users'
need setpriv
begin
start_server
setpriv --reuid=61141 --regid=61141 --clear-groups test -x "$bin/bin/pop3ctl" ||
    skip "an ordinary user cannot reach the build folder $bin"
as() { u=$1; shift; setpriv --reuid="$u" --regid="$u" --clear-groups "$bin/bin/pop3ctl" -s "$sock" "$@"; }
# passwd UID PRESENT NEW [NAME]: what is typed comes by standard input
passwd() { printf '%s\n%s\n' "$2" "$3" | as "$1" account passwd ${4+"$4"}; }
login() { python3 -c "
import sys
from pop3 import Pop3
p = Pop3(); p.ok('USER ' + sys.argv[1]); r = p.cmd('PASS ' + sys.argv[2]); p.close()
sys.exit(0 if r.startswith(b'+OK') else 3)" "$@"; }
add_account anna@example.org 'Tulip-Harbour-71'
add_account bert@example.org 'Tulip-Harbour-72'
must 'anna has an owner' ctl account set --owner 61141 anna@example.org
must 'show tells' ctl account show anna@example.org
must 'by number, as it has no name' grep -qE '^owner +61141$' "$dir/out"
must_not 'as long as owners may not come, they cannot' passwd 61141 Tulip-Harbour-71 Meadow-Lantern-52
must 'nothing has changed' login anna Tulip-Harbour-71

conf 60-owners <<'EOF2'
{ "control": { "owners": true }, "limits": { "failure_delay": "800ms" } }
EOF2
must 'let owners come, by a reload' ctl reload
must 'which account is mine' as 61141 account owned
must 'anna' grep -qx anna@example.org "$dir/out"
must_exit 67 'none is of another user' as 61142 account owned
must 'the owner changes it, without naming it' passwd 61141 Tulip-Harbour-71 Meadow-Lantern-52
must 'the new one works' login anna Meadow-Lantern-52
must_exit 3 'the old one does not' login anna Tulip-Harbour-71
must 'with its name' passwd 61141 Meadow-Lantern-52 Tulip-Harbour-73 anna@example.org
must 'the log has the change' grep -q 'password changed user=anna@example.org by=owner' "$dir/log"

before=$(date +%s%N)
must_exit 77 'a wrong present password' passwd 61141 nonsense Meadow-Lantern-52
after=$(date +%s%N)
[ $(((after - before) / 1000000)) -ge 790 ] || fail 'a wrong present password was told at once'
say 'ok - is told as late as at a login'
must 'nothing has changed' login anna Tulip-Harbour-73
must_exit 65 'the rules count for owners' passwd 61141 Tulip-Harbour-73 short
must 'and are told' grep -q 'shorter than 8 characters' "$dir/out"
must_exit 65 'also the present one once more' passwd 61141 Tulip-Harbour-73 Tulip-Harbour-73
must_exit 77 'another account is not mine' passwd 61141 Tulip-Harbour-72 Meadow-Lantern-52 bert@example.org
must_exit 77 'nor one that is not there, by the same words' passwd 61141 Tulip-Harbour-72 Meadow-Lantern-52 nobody@example.org
must 'the same words' grep -q 'not yours' "$dir/out"
must_exit 77 'and nothing else is allowed' as 61141 account show anna@example.org
must_exit 77 'nor setting flags' as 61141 account set --password-change on anna@example.org
must_exit 65 'no way around the rules' sh -c "printf 'Tulip-Harbour-73\nshort\n' | setpriv --reuid=61141 --regid=61141 --clear-groups '$bin/bin/pop3ctl' -s '$sock' account passwd --force"
must 'cannot change password (I-14)' ctl account set --password-change off anna@example.org
must_exit 65 'then not' passwd 61141 Tulip-Harbour-73 Meadow-Lantern-52
must 'the words say who can' grep -q 'administrator' "$dir/out"
printf 'Meadow-Lantern-52\n' >"$dir/pw"
must 'an administrator can, without the present one' ctl account passwd anna@example.org --password-file "$dir/pw"
must 'it works' login anna Meadow-Lantern-52
must 'the log has that too' grep -q 'password changed user=anna@example.org by=admin' "$dir/log"
must 'let the owner again' ctl account set --password-change on anna@example.org
must 'lock the account' ctl account lock anna@example.org
must_exit 77 'locked: the present password is not right (P-24)' passwd 61141 Meadow-Lantern-52 Tulip-Harbour-74
must 'unlock' ctl account unlock anna@example.org
must 'bert is owned by the same user' ctl account set --owner 61141 bert@example.org
must_exit 67 'now a name is needed' passwd 61141 Meadow-Lantern-52 Tulip-Harbour-74
must 'with it' passwd 61141 Meadow-Lantern-52 Tulip-Harbour-74 anna@example.org
must 'nobody owns anna' ctl account set --owner none anna@example.org
must_exit 77 'then the user is a stranger' passwd 61141 Tulip-Harbour-74 Meadow-Lantern-52 anna@example.org

# Guesses of many strangers at once leave room for the operator.
python3 - <<'EOF2' || fail 'many owners'
import json, os, socket, time
ss = []
for i in range(12):
    pid = os.fork()
    if pid == 0:
        os.setgroups([]); os.setgid(61141); os.setuid(61141)
        s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
        s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': 'account.passwd', 'args': {
            'name': 'bert@example.org', 'present_password': 'guess', 'password': 'Meadow-Lantern-52'}}).encode() + b'\n')
        r = json.loads(s.makefile().readline())
        os._exit(0 if not r['ok'] and r['error']['exit'] in (75, 77) else 1)
    ss.append(pid)
s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
t = time.monotonic()
s.sendall(b'{"v":1,"id":2,"verb":"version","args":{}}\n')
assert json.loads(s.makefile().readline())['ok']
for p in ss:
    assert os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]) == 0
EOF2
say 'ok - many guesses at once'
# Who leaves before the answer guesses no faster, by several connections neither.
python3 - <<'EOF2' || fail 'guesses by who does not wait'
import json, os, socket, time
os.setgroups([]); os.setgid(61141); os.setuid(61141)
def guess(i):
    s = socket.socket(socket.AF_UNIX); s.settimeout(0.3); s.connect(os.environ['sock'])
    s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': 'account.passwd', 'args': {
        'name': 'bert@example.org', 'present_password': 'guess-%d' % i,
        'password': 'Meadow-Lantern-52'}}).encode() + b'\n')
    try:
        return json.loads(s.makefile().readline())['error']['exit'] != 75
    except TimeoutError:
        return True             # it was looked at, and the answer is held
time.sleep(1)
end, taken, i = time.monotonic() + 4, 0, 0
while time.monotonic() < end:
    taken += guess(i); i += 1
    time.sleep(0.02)
assert 2 <= taken <= 6, taken   # one in 800 ms
EOF2
say 'ok - one guess at a time, however it ends'
must_not 'no password is in log or state' grep -rqa -e Tulip-Harbour -e Meadow-Lantern -e nonsense "$dir/log" "$dir/state" "$dir/stderr"
rm "$dir/conf.d/60-owners.json"
must 'owners may not come any more' ctl reload
must_not 'so they cannot' passwd 61141 Tulip-Harbour-72 Meadow-Lantern-52 bert@example.org
still_alive
stop_server
