#!/bin/sh
# A listener's own lists, who may change them, and what the configuration file
# says about them afterwards.
. "${srcdir:-.}/t/system/common.sh"
logins=no
need_root 'to act as several users'
begin
conf 50-access <<EOT
{ "access": { "deny": ["127.96.1.0/24"] },
  "listener": { "pop3s": { "access": { "policy": "deny", "grant": ["127.0.0.0/8"] } } },
  "control": { "path": "$sock", "roles": { "operator": ["61132"], "viewer": ["61133"] } } }
EOT
start_server
as() { u=$1; shift; setpriv --reuid="$u" --regid="$u" --clear-groups "$bin/bin/pop3ctl" -s "$sock" "$@"; }
setpriv --reuid=61133 --regid=61133 --clear-groups test -x "$bin/bin/pop3ctl" ||
    skip "an ordinary user cannot reach the build folder $bin"
# says LISTENER served|refused ADDRESS
says() { must "$1: $3 is $2" sh -c "'$bin/bin/pop3ctl' -s '$sock' access test --listener $1 $3 | grep -q '^$1  *$2'"; }
says pop3 refused 127.96.1.1
says pop3s refused 127.96.1.1
says pop3s refused 192.0.2.1
says pop3 served 192.0.2.1
must_exit 1 'one of two refuses' ctl access test 192.0.2.1
must 'the policy decides' grep -q 'policy deny' "$dir/out"

must 'deny for one listener' ctl deny add --listener pop3 127.96.2.1
must 'it has a list of its own now' grep -q 'listener pop3 has a deny list of its own' "$dir/out"
says pop3 refused 127.96.2.1
says pop3 refused 127.96.1.1
says pop3s served 127.96.2.1
must 'kept by its name' python3 -c "
import json
assert json.load(open('$dir/state/settings.json'))['listener']['pop3']['access']['deny'] == ['127.96.1.0/24', '127.96.2.1']"
must 'deny for all' ctl deny add 127.96.3.1
must 'the file is told to count no longer' grep -q '50-access.json says about access.deny no longer counts' "$dir/out"
says pop3s refused 127.96.3.1
says pop3 served 127.96.3.1
must 'once only' sh -c "'$bin/bin/pop3ctl' -s '$sock' deny add 127.96.4.1 2>&1 | wc -c | grep -qx 0"
must 'origins' sh -c "'$bin/bin/pop3ctl' -s '$sock' policy show | grep -q '^pop3s *deny *.*50-access.json *1 *3 *those granted'"
must 'back to what all have' ctl config reset listener.pop3.access.deny
says pop3 refused 127.96.4.1
must 'back to the file' ctl config reset access.deny
says pop3 served 127.96.4.1
says pop3 refused 127.96.1.9
must 'the list says whose it is' sh -c "'$bin/bin/pop3ctl' -s '$sock' deny list | grep -q '^127.96.1.0/24 *.*50-access.json'"
must 'policy for one listener' ctl policy set --listener pop3s grant
says pop3s served 192.0.2.1

must 'a viewer may look' as 61133 deny list
must 'and test' as 61133 access test 127.0.0.1
must_exit 77 'but not add' as 61133 deny add 127.96.9.1
must_exit 77 'nor import' as 61133 grant import /dev/null
must_exit 77 'nor change the policy' as 61133 policy set deny
must 'an operator may' as 61132 deny add 127.96.9.1
must_exit 77 'but not name files' as 61132 config set access.deny_files /etc/hosts
must 'a change is logged with its uid' grep -q 'control verb=deny.add uid=61132' "$dir/log"

# A reload of a faulty file leaves lists, and their listeners, as they are.
printf '{ "access": { "deny": ["127.96.1.0/33"] } }' >"$dir/conf.d/60-faulty.json"
must_exit 78 'a faulty reload' ctl reload
says pop3 refused 127.96.9.1
must_exit 65 'nor can it come in by a change' ctl deny add 127.96.10.1
says pop3 served 127.96.10.1
rm "$dir/conf.d/60-faulty.json"
cat >"$dir/conf.d/70-new.json" <<EOT
{ "listeners": [
  { "name": "pop3", "address": "$addr", "port": $port },
  { "name": "pop3s", "address": "$addr", "port": $tls_port, "tls": "implicit" },
  { "name": "new", "address": "$addr", "port": 1111, "access": { "deny": ["127.96.0.0/16"] } } ] }
EOT
must 'a new listener comes with its lists' ctl reload
says new refused 127.96.77.1
says pop3 served 127.96.77.1
must 'on its port' python3 -c "
import os
from pop3 import Pop3
p = Pop3(source='127.96.77.1', port=1111, greet=False, timeout=9)
assert p.eof() and p.buf == b''
assert Pop3(port=1111).greeting.startswith(b'+OK')"
rm "$dir/conf.d/70-new.json"
must 'and goes with them' ctl reload
must_exit 67 'it is not there any more' ctl access test --listener new 127.0.0.1

must 'the file counts again' ctl config reset access.deny
# Settings and lists change in one turn: who is refused by the old ones and by
# the new ones is refused in between.
cat >"$dir/turns.py" <<'EOP'
import os, socket, subprocess, threading
from pop3 import ADDR, PORT
stop, served, tried = False, 0, 0
def hammer():
    global served, tried
    while not stop:
        s = socket.create_connection((ADDR, PORT), 20, ('127.95.1.1', 0))
        try:
            served += s.recv(1) != b''
        except ConnectionResetError:
            pass
        s.close(); tried += 1
threads = [threading.Thread(target=hammer) for _ in range(3)]
sides = ('{ "access": { "policy": "grant", "grant": [], "deny": ["127.95.0.0/16"] } }',
         '{ "access": { "policy": "deny", "grant": ["127.0.0.1"], "deny": [] } }')
def turn(n):
    with open(os.environ['dir'] + '/conf.d/80-turns.json', 'w') as f:
        f.write(sides[n % 2])
    subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], 'reload'],
                   check=True, stdout=subprocess.DEVNULL)
turn(0)
for t in threads: t.start()
try:
    for n in range(1, 41):
        turn(n)
finally:
    stop = True
    for t in threads: t.join()
print(tried, 'tries,', served, 'served')
assert served == 0 and tried > 100
EOP
must 'settings and lists change in one turn' python3 "$dir/turns.py"
rm "$dir/conf.d/80-turns.json"
must 'back' ctl reload
still_alive
stop_server
