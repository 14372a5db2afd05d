#!/bin/sh
# I-30…I-35: what is counted, what is exempt, what is told and logged; never
# denied addresses; the verbs; the end of front, a reload and a restart.
. "${srcdir:-.}/t/system/common.sh"
begin
killing=yes	# front is killed below
start_server
add_account anna@example.org
py() { python3 - "$@" || fail "$py"; say "ok - $py"; }

py='512 octets pass, the 513th ends it at once, without LF and without a reply'
py <<'PY'
import time
from pop3 import Pop3, PORT, TLS_PORT
p = Pop3(source='127.98.1.1'); p.err(b'X' * 512); p.ok('CAPA'); p.multi_raw()
p.send(b'Y' * 300); time.sleep(0.1); p.send(b'Y' * 212 + b'\r'); time.sleep(0.2)
p.send(b'\n'); assert p.line().startswith(b'-ERR')	# CRLF is not counted
p.close()
p = Pop3(source='127.98.1.2'); p.send(b'Y' * 512); time.sleep(0.2); p.send(b'Z')
assert p.eof() and p.buf == b'', p.buf
# after a login too
p = Pop3(source='127.98.1.3').login('anna'); p.send(b'RETR ' + b'1' * 700 + b'\r\n')
assert p.eof() and p.buf == b'', p.buf
for a in ('127.98.1.2', '127.98.1.3'):
    for port in (PORT, TLS_PORT):	# before TLS
        p = Pop3(source=a, port=port, greet=False); assert p.eof() and p.buf == b''
assert Pop3(source='127.98.1.1').greeting.startswith(b'+OK')
PY
must 'the log tells address, octets and state' \
    grep -q 'autodeny ip=127.98.1.2 octets=513 state=login reason=overlong seconds=0' "$dir/log"
must 'the octets that had come, and the state of then' \
    grep -q 'autodeny ip=127.98.1.3 octets=705 state=transaction' "$dir/log"
must 'the gate names the reason' grep -q 'peer=127.98.1.2 refused reason=autodeny' "$dir/log"

py='AUTH lines and SASL responses are exempt; their own cap ends without a ban'
py <<'PY'
import base64
from pop3 import Pop3
b = base64.b64encode
p = Pop3(source='127.98.1.4'); p.err(b'AUTH PLAIN ' + b(b'\0a\0' + b'x' * 3000))
p.send(b'AUTH PLAIN\r\n'); assert p.line().startswith(b'+'); p.err(b(b'\0a\0' + b'x' * 9000)); p.close()
p = Pop3(source='127.98.1.4'); p.send(b'AUTH PLAIN\r\n'); assert p.line().startswith(b'+')
p.send(b'A' * 20000 + b'\r\n'); r = p.line(); assert r.startswith(b'-ERR'), r
p.close()
assert Pop3(source='127.98.1.4').greeting.startswith(b'+OK')
PY

must 'list shows both' sh -c '"$bin/bin/pop3ctl" -s "$sock" autodeny list | grep -c "^127.98.1.[23] *overlong .* restart *" | grep -qx 2'
must 'not among the denied' sh -c '! "$bin/bin/pop3ctl" -s "$sock" config get access.deny | grep -q 127.98'
must 'add' ctl autodeny add 127.98.1.5
must 'add for a time' ctl autodeny add 127.98.1.6 --for 2s
must 'an IPv6 address is its /64' ctl autodeny add 2001:db8::7
must_exit 65 'a range is none' ctl autodeny add 192.0.2.0/24
must 'the refusal names what does' grep -q 'deny takes ranges' "$dir/out"
must_exit 65 'nonsense' ctl autodeny add mail.example.org
must_exit 65 'a duration that is none' ctl autodeny add 127.98.1.7 --for ever
must_exit 64 'without an address' ctl autodeny add
ctl --json autodeny list >"$dir/list"
py='the reply has reason, since, expires and hits'
py "$dir/list" <<'PY'
import json, sys, time
rows = {r['address']: r for r in json.load(open(sys.argv[1]))['result']['addresses']}
assert set(rows) == {'127.98.1.2', '127.98.1.3', '127.98.1.5', '127.98.1.6', '2001:db8::/64'}, rows
assert rows['127.98.1.2']['reason'] == 'overlong' and rows['127.98.1.2']['hits'] == 2, rows
assert rows['127.98.1.5'] | {'since': 0} == {'address': '127.98.1.5', 'reason': 'operator', 'since': 0, 'expires': None, 'hits': 0}
assert 0 < rows['127.98.1.6']['expires'] - time.time() <= 3 and abs(rows['127.98.1.6']['since'] - time.time()) < 10
PY
refused() { python3 -c "
from pop3 import Pop3
p = Pop3(source='$1', greet=False); assert p.eof() and p.buf == b''"; }
served() { python3 -c "
from pop3 import Pop3
assert Pop3(source='$1').greeting.startswith(b'+OK')"; }
must 'the operator shuts out' refused 127.98.1.5
n=0
until served 127.98.1.6 2>/dev/null; do
	n=$((n + 1)); [ "$n" -lt 40 ] || fail 'a timed one ends'; sleep 0.2
done
say 'ok - a timed one ends'
must 'remove' ctl autodeny remove 127.98.1.5
must 'and it is served' served 127.98.1.5
must_exit 67 'remove what is not there' ctl autodeny remove 127.98.1.5
must 'remove as it is shown' ctl autodeny remove 2001:db8::/64

# never
must 'never' ctl config set --runtime autodeny.never '127.98.1.2 127.98.1.8'
must 'who is never is served, although in the table' served 127.98.1.2
must_exit 65 'and cannot be added' ctl autodeny add 127.98.1.8
py='nor be entered'
py <<'PY'
from pop3 import Pop3
p = Pop3(source='127.98.1.8'); p.send(b'X' * 600); assert p.eof() and p.buf == b''
assert Pop3(source='127.98.1.8').greeting.startswith(b'+OK')
PY
must_not 'nothing is logged as if' grep -q 'autodeny ip=127.98.1.8' "$dir/log"
must 'never no more' ctl reload
must 'then it is refused again' refused 127.98.1.2
must 'a reload forgets nobody' refused 127.98.1.3

# front ends
must 'a timed one, for an hour' ctl autodeny add 127.98.1.9 --for 1h
ctl --json autodeny list >"$dir/before"
old=$(pid_of front)
kill -9 "$old"
n=0
until [ "$(pid_of front 2>/dev/null)" != "$old" ] && ctl status >/dev/null 2>&1; do
	n=$((n + 1)); [ "$n" -lt 100 ] || fail 'front comes again'; sleep 0.1
done
must 'another front refuses them' refused 127.98.1.3
must 'the timed one too' refused 127.98.1.9
ctl --json autodeny list >"$dir/after"
py='it knows reason, since, expires and hits'
py "$dir/before" "$dir/after" <<'PY'
import json, sys
a, b = ({r['address']: r for r in json.load(open(f))['result']['addresses']} for f in sys.argv[1:])
for r in b.values(): r['hits'] = a[r['address']]['hits'] if r['address'] in ('127.98.1.3', '127.98.1.9') else r['hits']
for k in a:
    for m in ('since', 'expires'):	# the clocks are read apart
        assert (a[k][m] is None) == (b[k][m] is None) and abs((a[k][m] or 0) - (b[k][m] or 0)) <= 1, (a[k], b[k])
    assert a[k]['reason'] == b[k]['reason'] and a[k]['hits'] == b[k]['hits'], (a[k], b[k])
assert set(a) == set(b), (a, b)
PY
must 'the log says how many' grep -q 'still shut out addresses=3' "$dir/log"

must 'off' ctl option set --runtime auto_deny off
must 'off is served' served 127.98.1.3
must 'on' ctl option reset --runtime auto_deny
must 'on is refused' refused 127.98.1.3
must 'clear' ctl autodeny clear
must 'all are served' served 127.98.1.3
must 'the list is empty' sh -c '! "$bin/bin/pop3ctl" -s "$sock" autodeny list | grep -q 127'
must 'once more' ctl autodeny add 127.98.1.5
stop_server
start_server
must 'a restart forgets' served 127.98.1.5
still_alive
stop_server
