#!/bin/sh
# mutt: <fetch-mail> by pops into a mailbox.
. "${srcdir:-.}/t/system/common.sh"
need mutt script
script -qec true /dev/null </dev/null >/dev/null 2>&1 ||
    skip 'mutt needs a terminal, and there is no pseudo-terminal here (/dev/pts)'
. "$src/t/system/clients.sh"
seed_server
: >"$dir/spool"
cat >"$dir/muttrc" <<EOF
set pop_host="pops://anna@example.org@$addr:$tls_port"
set pop_user="anna@example.org"
set pop_pass="secret"
set pop_delete=no
set pop_authenticators="user"
set ssl_verify_host=no
set ssl_verify_dates=no
set certificate_file="$dir/cert.pem"
set ssl_force_tls=yes
set mbox_type=mbox
set spoolfile="$dir/spool"
set folder="$dir"
set confirmappend=no
set timeout=5
set wait_key=no
EOF
HOME=$dir TERM=xterm timeout 90 script -qec "mutt -n -F $dir/muttrc -f $dir/spool -e 'push <fetch-mail><sync-mailbox><exit>'" /dev/null </dev/null >"$dir/mutt.out" 2>&1 || :
must 'every message arrived' python3 - <<'EOF'
import os
d = os.environ['dir']
box = open(d + '/spool', 'rb').read().replace(b'\r\n', b'\n')
n = 0
for f in sorted(os.listdir(d + '/seed')):
    m = open(d + '/seed/' + f, 'rb').read().replace(b'\r\n', b'\n')
    lines = [x.rstrip(b'\r') for x in m.split(b'\n') if len(x) > 200]
    if 'edge' in f:
        assert max(lines, key=len) in box, f
        n += 1
assert n > 20, n
print(n, 'checked')
EOF
still_alive
stop_server
