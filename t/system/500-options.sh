#!/bin/sh
# I-2 to I-6, item 1: options by short names, live, kept, --runtime until the
# next reload, for one listener; every refusal names the value and what would be
# right and leaves all as it was; a session lives through all of it.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
add_account held@example.org

# A session that must survive everything below.
mkfifo "$dir/hold"
python3 - <<'EOF' >"$dir/held" 2>&1 &
import os, time
from pop3 import Pop3
p = Pop3(timeout=120).login('held')
open(os.environ['dir'] + '/hold', 'r').read()
assert p.ok('NOOP') and p.quit().startswith(b'+OK')
print('alive')
EOF
held=$!
pids="$pids $held"

last() { # last PORT: what LAST is answered
	python3 -c "
from pop3 import Pop3
p = Pop3(port=$1, tls=$1 == $tls_port).login('anna'); print(p.cmd('LAST').decode()); p.quit()"
}
answers() { last "$1" | grep -q "^$2"; }

must_exit 0 'the list names the options' ctl option list
for o in apop xtnd_xmit password_change auto_deny debug last no_nuls implementation; do
	grep -q "^$o " "$dir/out" || { cat "$dir/out"; fail "option list lacks $o"; }
done
must 'on or off, and from where' grep -Eq '^auto_deny +on +default' "$dir/out"
must 'get prints one word' sh -c "[ \"\$('$bin/bin/pop3ctl' -s '$sock' option get auto_deny)\" = on ]"
must 'LAST is off' answers $port -ERR
must 'set' ctl option set last on
must 'it is live' answers $port +OK
must 'and kept' grep -q '"last": true' "$dir/state/settings.json"
must 'the origin says so' sh -c "'$bin/bin/pop3ctl' -s '$sock' option list | grep -Eq '^last +on +settings.json'"
must 'the same as config get' sh -c "[ \"\$('$bin/bin/pop3ctl' -s '$sock' config get options.last)\" = true ]"

must 'for a while' ctl option set --runtime last off
must 'that is live too' answers $port -ERR
must 'from runtime' sh -c "'$bin/bin/pop3ctl' -s '$sock' option list | grep -Eq '^last +off +runtime'"
must 'and not kept' grep -q '"last": true' "$dir/state/settings.json"
must 'a reload ends it' ctl reload
must 'on again' answers $port +OK
must 'reset --runtime only takes that back' sh -c "
    '$bin/bin/pop3ctl' -s '$sock' option set --runtime last off &&
    '$bin/bin/pop3ctl' -s '$sock' option reset --runtime last &&
    [ \"\$('$bin/bin/pop3ctl' -s '$sock' option get last)\" = on ]"
must 'reset' ctl option reset last
must 'off again' answers $port -ERR
must_exit 67 'there is nothing more to reset' ctl option reset last

must 'for one listener' ctl option set --listener pop3s last on
must 'there it is on' answers $tls_port +OK
must 'elsewhere not' answers $port -ERR
must 'the list shows who differs' sh -c "'$bin/bin/pop3ctl' -s '$sock' option list | grep -Eq '^ +on +settings.json +pop3s'"
must 'get of that listener' sh -c "[ \"\$('$bin/bin/pop3ctl' -s '$sock' option get --listener pop3s last)\" = on ]"
must 'as JSON it is a boolean' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json option get --listener pop3s last | grep -q '\"value\":true'"
must 'config diff has nothing open' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json config diff | grep -q '\"changes\":\\[\\]'"
must 'config show --origin has the key' sh -c "'$bin/bin/pop3ctl' -s '$sock' config show --origin | grep -Eq '^listener.pop3s.options.last +settings.json +true'"
must 'config set has it too' ctl config set listener.pop3.options.last true
must 'there as well' answers $port +OK
must 'config reset' ctl config reset listener.pop3.options.last
must 'back' answers $port -ERR
must 'any key that a listener may override' ctl config set listener.pop3.limits.idle_timeout 30m
must 'is in force for it' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get listener.pop3.limits.idle_timeout | grep -qx 30m"
must 'and not for all' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.idle_timeout | grep -qx 10m"

cp "$dir/state/settings.json" "$dir/before"
says() { grep -q -e "$1" "$dir/out" || { cat "$dir/out"; fail "must say: $1"; }; }
must_exit 67 'a mistyped option' ctl option set lsat on
says 'lsat: no such option; did you mean last?'
must_exit 67 'an unknown one' ctl option get frobnicate
says 'possible are: apop, '
must_exit 65 'neither on nor off' ctl option set last maybe
says 'maybe: must be on or off'
must_exit 67 'an unknown listener' ctl option set --listener nix last on
says 'no listener "nix"; possible are: pop3, pop3s'
must_exit 67 'in config get as well' ctl config get listener.nix.options.last
says 'possible are: pop3, pop3s'
must_exit 65 'in config set as well' ctl config set listener.nix.options.last on
says 'possible are: pop3, pop3s'
must_exit 67 'a key that no listener may override' ctl config set listener.pop3.user root
must_exit 67 'a key of the socket' ctl config set listener.pop3.port 1
must_exit 64 'a word too few' ctl option set last
must_exit 64 'an option of another command' ctl option list --runtime
must 'none of that changed what is kept' cmp "$dir/before" "$dir/state/settings.json"

must 'what is kept survives' grep -q '"last": true' "$dir/state/settings.json"
printf x >"$dir/hold"
wait "$held" || { cat "$dir/held"; fail 'the open session died'; }
say 'ok - a session lived through all of it'
stop_server
start_server
must 'and a restart' answers $tls_port +OK
must 'also the other key' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get listener.pop3.limits.idle_timeout | grep -qx 30m"

# The listener goes and comes.
cp "$dir/pop3srvd.json" "$dir/whole"
sed 's/{ "name": "pop3s".*//; s/"tls": "starttls" },/"tls": "starttls" }/' "$dir/whole" >"$dir/pop3srvd.json"
must 'the check warns of what waits' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
says 'settings.json: listener.pop3s.options.last: there is no listener "pop3s"'
must 'a reload without the listener' ctl reload
says 'warning: listener.pop3s.options.last: there is no listener "pop3s" any more'
must 'the log warns' grep -q 'configuration warning key=listener.pop3s.options.last' "$dir/log"
must 'other changes work' ctl option set no_nuls on
stop_server
start_server
must 'a start too' ctl status
cp "$dir/whole" "$dir/pop3srvd.json"
must 'it comes back' ctl reload
must 'with what was kept' answers $tls_port +OK
cp "$dir/pop3srvd.json" "$dir/whole"
sed 's/{ "name": "pop3s".*//; s/"tls": "starttls" },/"tls": "starttls" }/' "$dir/whole" >"$dir/pop3srvd.json"
must 'gone again' ctl reload
must 'what waits can be reset' ctl config reset listener.pop3s.options.last
must_not 'then nothing of it is left' grep -q pop3s "$dir/state/settings.json"
still_alive
stop_server
