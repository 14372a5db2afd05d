#!/bin/sh
# getmail6: POP3 over TLS into a Maildir, then nothing new.
. "${srcdir:-.}/t/system/common.sh"
need getmail
. "$src/t/system/clients.sh"
seed_server
mkdir -p "$dir/gm" "$dir/box/new" "$dir/box/cur" "$dir/box/tmp"
cat >"$dir/gm/getmailrc" <<EOF
[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = $tls_port
username = anna@example.org
password = secret
ca_certs = $dir/cert.pem
[destination]
type = Maildir
path = $dir/box/
[options]
read_all = false
delete = false
delivered_to = false
received = false
EOF
sed -i "s/^server = .*/server = $addr/" "$dir/gm/getmailrc"
grep -v '^ca_certs' "$dir/gm/getmailrc" >"$dir/gm/x" && mv "$dir/gm/x" "$dir/gm/getmailrc"
# getmail looks for the end of a process that delivers only after it was begun:
# one that is quick is then waited for until it gives up.  Wait for it as one
# should; its POP3 is untouched.
cat >"$dir/getmail.py" <<'EOF'
import os, runpy, shutil
from getmailcore.baseclasses import ForkingBase
ForkingBase._prepare_child = lambda self: None
ForkingBase._wait_for_child = lambda self, pid: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
runpy.run_path(shutil.which('getmail'), run_name='__main__')
EOF
python=$(sed -n '1s/^#! *//p' "$(command -v getmail)")
get() {
	if [ "$(id -u)" -eq 0 ]; then
		chown -R nobody:nogroup "$dir/gm" "$dir/box"
		HOME=$dir/gm setpriv --reuid=nobody --regid=nogroup --clear-groups "$python" "$dir/getmail.py" --getmaildir="$dir/gm"
	else
		"$python" "$dir/getmail.py" --getmaildir="$dir/gm"
	fi
}
must 'getmail fetches all' get
total=$(ls "$dir/seed" | wc -l)
[ "$(ls "$dir/box/new" | wc -l)" -eq "$total" ] || { cat "$dir/out" | tail; fail "$(ls "$dir/box/new" | wc -l) of $total arrived"; }
must 'the text is right, as far as getmail hands it on' python3 - <<'EOF'
# getmail parses and writes messages anew; the real ones must still be equal in
# their bodies' words.
import os
d = os.environ['dir']
rd = lambda x, f: open(os.path.join(x, f), 'rb').read()
have = b'\n'.join(rd(d + '/box/new', f) for f in os.listdir(d + '/box/new'))
for f in os.listdir(d + '/seed'):
    if 'edge' in f:
        body = rd(d + '/seed', f)
        run = max(body.replace(b'\r', b'\n').split(b'\n'), key=len)
        assert run in have, f
EOF
must 'getmail runs again' get
[ "$(ls "$dir/box/new" | wc -l)" -eq "$total" ] || fail 'the second run fetched again'
still_alive
stop_server
