#!/bin/sh
# APOP only where it can work: a key file of the administrator's, one that
# others may read, one that is missing; and a build without accounts.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
stamp() { python3 -c "
import sys
from pop3 import Pop3
p = Pop3(); sys.exit(0 if p.greeting.endswith(b'>') else 3)"; }
if ! has_accounts; then
	start_server
	must 'switched on where there is no account database' ctl option set apop on
	must_exit 3 'it is not offered' stamp
	must 'the log says why' grep -q 'apop off.*account database' "$dir/log"
	still_alive
	stop_server
	exit 0
fi
head -c 32 /dev/urandom >"$dir/own.key"
chmod 644 "$dir/own.key"
conf 60-apop <<EOF2
{ "options": { "apop": true }, "auth": { "apop_key_file": "$dir/own.key" } }
EOF2
must_exit 78 'a key that others may read is refused' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
must 'with the command that repairs it' grep -q 'chmod' "$dir/out"
chmod 600 "$dir/own.key"
must 'then it is right' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
start_server
must 'APOP is offered' stamp
must_not 'no other key was made' test -e "$dir/state/apop.key"
add_account anna@example.org
printf 'Tulip-Harbour-71\n' >"$dir/apop"
must 'a secret' ctl account apop anna@example.org --password-file "$dir/apop"
login() { python3 -c "
import os, poplib
p = poplib.POP3(os.environ['addr'], int(os.environ['port']), timeout=20)
p.apop('anna@example.org', 'Tulip-Harbour-71'); p.quit()"; }
must 'works' login
mv "$dir/own.key" "$dir/away.key"
must_exit 78 'a reload without the file is refused' ctl reload
must 'and changes nothing' login
mv "$dir/away.key" "$dir/own.key"
must 'a reload with it is not' ctl reload
must 'the secret is as it was' login
must 'switch it off' ctl config set options.apop false
must_exit 3 'off means off' stamp
must 'and the secret stays for later' ctl config set options.apop true
must 'as it was' login
still_alive
stop_server
