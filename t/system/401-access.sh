#!/bin/sh
# Grant and deny ranges: refused peers read the end of the stream and no octet.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
conf 50-access <<'EOF'
{ "access": { "policy": "grant", "deny": ["127.99.50.0/255.255.255.0"], "grant": ["127.99.50.7"] } }
EOF
start_server
python3 - <<'EOF' || fail 'policy grant'
from pop3 import Pop3
def refused(src, tls=False):
    p = Pop3(source=src, greet=False, timeout=5)
    r = p.eof() and p.buf == b''
    p.close(); return r
assert refused('127.99.50.1') and refused('127.99.50.254')
assert not Pop3(source='127.99.51.1').greeting == b''
assert Pop3(source='127.99.50.7').greeting.startswith(b'+OK')
EOF
must 'the log names the rule' grep -q '127.99.50.0/24' "$dir/log"
printf '{ "access": { "policy": "deny", "grant": ["127.0.0.1", "%s"] } }' "$addr" >"$dir/conf.d/50-access.json"
must 'reload' ctl reload
python3 - <<'EOF' || fail 'policy deny'
from pop3 import Pop3
p = Pop3(source='127.99.51.1', greet=False, timeout=5); assert p.eof() and p.buf == b''
assert Pop3(source='127.0.0.1').greeting.startswith(b'+OK')
EOF
rm "$dir/conf.d/50-access.json"
must 'reload' ctl reload
still_alive
stop_server
