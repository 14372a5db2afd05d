#!/bin/sh
# mail.login_delay: announced, enforced per account from login to login, never
# a failed password, nothing opened for who comes early; off by default.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
add_account bert@example.org
python3 - <<'EOT' || fail 'without a delay'
from pop3 import Pop3
for _ in range(3):
    p = Pop3()
    assert b'LOGIN-DELAY' not in p.multi('CAPA')
    p.login('anna@example.org'); p.quit()
EOT
say 'ok - no delay by default'
conf 50-delay <<'EOT'
{ "mail": { "login_delay": "6s" }, "limits": { "failure_delay": "100ms" } }
EOT
must 'reload' ctl reload
python3 - "$dir" <<'EOT' || fail 'login delay'
import base64, os, re, shutil, sys, time
from pop3 import Pop3
drop = sys.argv[1] + '/mail/example.org/anna'
assert b'LOGIN-DELAY 6\r\n' in Pop3().multi('CAPA')
p = Pop3().login('anna@example.org')
began = time.monotonic()
p.quit()
# The next login makes it anew; its index may still be on the way.
while os.path.exists(drop):
    shutil.rmtree(drop, ignore_errors=True)
def early(p, cmd):
    r = p.err(cmd, 'LOGIN-DELAY')
    m = re.fullmatch(rb'-ERR \[LOGIN-DELAY\] wait ([1-6]) seconds', r.rstrip())
    assert m, r
    return int(m.group(1))
# Whatever the way in and the spelling of the name.
p = Pop3()
p.ok('USER anna'); early(p, 'PASS secret')
p.quit()
p = Pop3()
early(p, 'AUTH PLAIN ' + base64.b64encode(b'\0anna@example.org\0secret').decode())
# A wrong password stays one: nobody learns from the delay what was right.
p.ok('USER anna'); p.err('PASS wrong', 'AUTH')
p.quit()
# Another account is not held back; one that was never in opens its maildrop.
Pop3().login('bert@example.org').quit()
# A delay is no failed login: auth_tries of 3 is not reached by it and another
# account may follow on the same connection.
p = Pop3()
for _ in range(2):
    p.ok('USER anna'); left = early(p, 'PASS secret')
time.sleep(left)
while time.monotonic() < began + 6.1:
    time.sleep(0.1)
assert not os.path.exists(drop), 'opened for who came early'
# Having asked in between did not prolong the wait.
p.ok('USER anna'); p.ok('PASS secret'); p.quit()
assert os.path.exists(drop)
EOT
say 'ok - enforced'
must 'the log has a line for it' grep -q 'login too early user=anna@example.org mech=PLAIN' "$dir/log"
[ "$(grep -c 'auth failed' "$dir/log")" -eq 1 ] || fail 'a delayed login was logged as failed'
[ "$(grep -c 'login ok user=anna' "$dir/log")" -eq 5 ] || fail 'a maildrop was opened too early'
echo '{}' | conf 50-delay
must 'reload' ctl reload
python3 - <<'EOT' || fail 'without a delay again'
from pop3 import Pop3
for _ in range(2):
    Pop3().login('anna@example.org').quit()
EOT
still_alive
stop_server
