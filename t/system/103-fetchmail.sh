#!/bin/sh
# fetchmail: all messages by TLS through a delivery command, then none new.
. "${srcdir:-.}/t/system/common.sh"
need fetchmail
. "$src/t/system/clients.sh"
seed_server
mkdir "$dir/got" "$dir/home"
cat >"$dir/mda" <<EOF
#!/bin/sh
exec cat >"\$(mktemp "$dir/got/XXXXXXXX")"
EOF
chmod 755 "$dir/mda"
cat >"$dir/home/rc" <<EOF
poll $addr protocol pop3 port $tls_port timeout 60 uidl
  user "anna@example.org" password "secret"
  ssl sslcertck sslcertfile "$dir/cert.pem" sslcommonname localhost
  keep norewrite no mimedecode
  mda "$dir/mda"
EOF
chmod 700 "$dir/home/rc"
run() { FETCHMAILHOME=$dir/home HOME=$dir/home fetchmail -f "$dir/home/rc" --nosyslog --pidfile "$dir/home/pid" -i "$dir/home/ids" --nodetach --invisible --bad-header accept; }
got=0
run >"$dir/fetchmail.out" 2>&1 || got=$?
[ $got -eq 0 ] || { tail -20 "$dir/fetchmail.out"; fail "fetchmail ended with $got"; }
must 'the same number arrived' sh -c "[ \$(ls '$dir/got' | wc -l) -eq \$(ls '$dir/seed' | wc -l) ] || { ls '$dir/got' | wc -l; tail '$dir/fetchmail.out'; false; }"
must 'the octets are right, as far as fetchmail hands them on' python3 - <<'EOF'
# fetchmail itself drops NULs and CRs and ends the last line; compare what its
# own documentation lets through.
import os
from collections import Counter
from wire import wire
d = os.environ['dir']
def canon(b):
    return b.replace(b'\r', b'').replace(b'\0', b'').rstrip(b'\n')
rd = lambda x: Counter(canon(open(os.path.join(x, f), 'rb').read()) for f in os.listdir(x))
want = Counter(canon(wire(open(os.path.join(d, 'seed', f), 'rb').read())) for f in os.listdir(d + '/seed'))
have = rd(d + '/got')
miss, extra = want - have, have - want
for m in miss: print('missing', len(m), m[:80])
for m in extra: print('extra', len(m), m[:80])
assert not miss and not extra
EOF
must_exit 1 'a second run finds nothing new (UIDLs are stable)' run
still_alive
stop_server
