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
# fetchmail itself drops NULs and CRs, breaks very long lines, and rewrites what
# has no header or begins with "From "; everything else must arrive.
import os
from collections import Counter
from wire import wire
d = os.environ['dir']
def canon(b):
    return b.translate(None, b'\r\n\0')
def files(x):
    return [open(os.path.join(d, x, f), 'rb').read() for f in os.listdir(os.path.join(d, x))]
seed = [wire(m) for m in files('seed')]
longest = lambda m: max(map(len, m.split(b'\n')))
plain = [m for m in seed if longest(m) < 8000 and b':' in m.split(b'\r\n')[0] and not m.startswith((b'From ', b'.'))]
assert len(plain) > 60, len(plain)
miss = Counter(map(canon, plain)) - Counter(map(canon, files('got')))
for m in miss: print('missing', len(m), m[:80])
assert not miss
EOF
must_exit 1 'a second run finds nothing new (UIDLs are stable)' run
still_alive
stop_server
