#!/bin/sh
# allow_plaintext: never, loopback, always; CAPA hides what is refused.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-plain <<'EOF'
{ "allow_plaintext": "never" }
EOF
start_server
add_account anna@example.org
python3 - <<'EOF' || fail 'never'
from pop3 import Pop3, context
p = Pop3(); c = p.lines('CAPA')
assert 'USER' not in c and not any(x.startswith('SASL') for x in c), c
p.err('USER anna'); p.err('AUTH PLAIN')
p.ok('STLS'); p.s = context().wrap_socket(p.s)
c = p.lines('CAPA'); assert 'USER' in c and any(x.startswith('SASL') and 'PLAIN' in x for x in c), c
p.login('anna').quit()
EOF
printf '{ "allow_plaintext": "loopback" }' >"$dir/conf.d/50-plain.json"
must 'reload' ctl reload
python3 -c "
from pop3 import Pop3
p = Pop3(); assert 'USER' in p.lines('CAPA'); p.login('anna').quit()" || fail 'loopback'
stop_server
