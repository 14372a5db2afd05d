#!/bin/sh
# New certificate files are taken without a restart and without dropping a
# session; a bad pair keeps the old one; expiry is logged.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
serial() { openssl x509 -noout -serial; }
shown() { openssl s_client -connect "$addr:$tls_port" </dev/null 2>/dev/null | serial; }
[ "$(shown)" = "$(serial <"$dir/cert.pem")" ] || fail 'first certificate'
mkfifo "$dir/go"
python3 - <<'EOF' &
import os
from pop3 import Pop3
p = Pop3(tls=True, timeout=60).login('anna')
open(os.environ['dir'] + '/go').read()
assert p.ok('NOOP') and p.quit().startswith(b'+OK')
EOF
session=$!
sleep 1
days=5 make_cert new localhost
cp "$dir/new.key" "$dir/cert.key.tmp" && chmod 600 "$dir/cert.key.tmp" && mv "$dir/cert.key.tmp" "$dir/cert.key"
cp "$dir/new.pem" "$dir/cert.pem"
n=0
until [ "$(shown)" = "$(serial <"$dir/new.pem")" ]; do
	n=$((n + 1)); [ $n -lt 150 ] || fail 'the new certificate is not served'; sleep 0.1
done
say 'ok - the new certificate is served'
must 'its near end is logged' grep -q 'certificate expires' "$dir/log"
make_cert mismatch localhost
cp "$dir/mismatch.pem" "$dir/cert.pem"
n=0
until grep -q 'certificate refused' "$dir/log"; do
	n=$((n + 1)); [ $n -lt 150 ] || fail 'a mismatched pair is not logged'; sleep 0.1
done
[ "$(shown)" = "$(serial <"$dir/new.pem")" ] || fail 'the old pair is kept'
say 'ok - a mismatched pair keeps the old one'
printf 'garbage' >"$dir/cert.pem"
sleep 6
[ "$(shown)" = "$(serial <"$dir/new.pem")" ] || fail 'the old pair is kept over garbage'
must_not 'reload says what is wrong' ctl reload
[ "$(shown)" = "$(serial <"$dir/new.pem")" ] || fail 'the old pair is kept over reload'
cp "$dir/new.pem" "$dir/cert.pem"
must 'reload with good files' ctl reload
echo go >"$dir/go"
wait "$session" || fail 'the session was dropped'
say 'ok - the running session was not dropped'
still_alive
stop_server
