#!/bin/sh
# Unknown account, wrong password, locked account: the same octets, on the same
# fixed deadline.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-limits <<'EOF'
{ "limits": { "failure_delay": "700ms", "auth_tries": 3 } }
EOF
start_server
add_account anna@example.org
add_account locked@example.org
must 'lock' ctl account lock locked@example.org
python3 - <<'EOF' || fail 'failed logins'
import base64, time
from concurrent.futures import ThreadPoolExecutor
from pop3 import Pop3
def user(name, pw):
    p = Pop3(); a = p.ok('USER ' + name)
    t = time.monotonic(); r = p.cmd('PASS ' + pw); t = time.monotonic() - t
    p.close(); return a.replace(name.encode(), b''), r, t
def plain(name, pw):
    p = Pop3()
    b = base64.b64encode(b'\0' + name.encode() + b'\0' + pw.encode()).decode()
    t = time.monotonic(); r = p.cmd('AUTH PLAIN ' + b); t = time.monotonic() - t
    p.close(); return b'', r, t
cases = [(user, 'anna@example.org', 'wrong'), (user, 'nobody@example.org', 'wrong'),
         (user, 'locked@example.org', 'secret'), (user, 'x@no.such.domain', 'y' * 200),
         (user, '../../etc/passwd', 'x'), (user, '%s%n%x', 'x'),
         (plain, 'anna@example.org', 'wrong'), (plain, 'nobody@example.org', 'wrong'),
         (plain, 'locked@example.org', 'secret')] * 3
with ThreadPoolExecutor(27) as ex:
    res = list(ex.map(lambda c: c[0](c[1], c[2]), cases))
assert len(set(r for _, r, _ in res)) == 1, set(r for _, r, _ in res)
assert res[0][1].startswith(b'-ERR [AUTH]')
assert len(set(a for a, _, _ in res)) <= 2
# Never before the deadline; being late under load is not what is tested.
assert min(t for _, _, t in res) > 0.69, min(t for _, _, t in res)
# The connection stays for another method, up to auth_tries.
p = Pop3(); p.ok('USER anna'); p.err('PASS wrong', 'AUTH')
p.ok('USER anna'); p.err('PASS wrong', 'AUTH')
p.ok('USER anna'); p.ok('PASS secret'); p.quit()
p = Pop3()
for _ in range(3):
    p.ok('USER anna'); p.err('PASS wrong', 'AUTH')
assert p.eof()
EOF
must 'each failure has a line with its reason' sh -c "grep -c 'auth failed' '$dir/log'"
for r in wrong-password unknown-user locked; do
	must "the log knows $r" grep -q "auth failed.*reason=$r" "$dir/log"
done
still_alive
stop_server
