#!/bin/sh
# I-30: 512 octets in one command pass with -ERR; at the 513th the address is
# shut out until restart and the connection ends without a reply.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
python3 - <<'EOF' || fail 'auto-deny'
import base64
from pop3 import Pop3
p = Pop3(source='127.98.0.1'); p.err(b'X' * 512); p.ok('CAPA'); p.multi_raw(); p.close()
# SASL responses are far longer and exempt.
p = Pop3(source='127.98.0.1'); p.err(b'AUTH PLAIN ' + base64.b64encode(b'\0a\0' + b'x' * 3000)); p.close()
p = Pop3(source='127.98.0.2'); p.send(b'X' * 513)
assert p.eof() and p.buf == b'', p.buf
p = Pop3(source='127.98.0.2', greet=False); assert p.eof() and p.buf == b''
assert Pop3(source='127.98.0.1').greeting.startswith(b'+OK')
EOF
must 'the log says so' grep -q 'autodeny' "$dir/log"
must 'reload' ctl reload
python3 -c "
from pop3 import Pop3
p = Pop3(source='127.98.0.2', greet=False); assert p.eof() and p.buf == b''" || fail 'survives reload'
stop_server; start_server
python3 -c "
from pop3 import Pop3
assert Pop3(source='127.98.0.2').greeting.startswith(b'+OK')" || fail 'ends at restart'
printf '{ "options": { "auto_deny": false } }' >"$dir/conf.d/50-off.json"
must 'reload with the option off' ctl reload
python3 -c "
from pop3 import Pop3
p = Pop3(source='127.98.0.3'); p.send(b'X' * 600 + b'\r\n'); r = p.line(); assert r.startswith(b'-ERR'), r; p.close()
assert Pop3(source='127.98.0.3').greeting.startswith(b'+OK')" || fail 'off'
still_alive
stop_server
