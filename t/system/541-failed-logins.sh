#!/bin/sh
# I-11, G-12: who guesses passwords or names is shut out for a while; typos,
# forgotten telephones and the programs of this machine are not.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-few <<'EOF2'
{ "autodeny": { "failures": 6, "unknown_users": 4, "duration": "2s" },
  "limits": { "failure_delay": "10ms" }, "allow_plaintext": "always" }
EOF2
start_server
for u in anna berta carla dora; do add_account "$u@example.org"; done
py() { python3 - "$@" || fail "$py"; say "ok - $py"; }
cat >"$dir/guess.py" <<'EOF2'
import base64
from pop3 import Pop3
def tries(src, pairs, sasl=False):
    """How many were answered [AUTH] before the source was shut out."""
    n = 0
    while pairs:
        p = Pop3(source=src, greet=False)
        if not p.line():
            return n
        for k in range(3):
            if not pairs: break
            user, pw = pairs.pop(0)
            if sasl:
                r = p.cmd(b'AUTH PLAIN ' + base64.b64encode(b'\0%s\0%s' % (user.encode(), pw.encode())))
            else:
                p.ok('USER ' + user); r = p.cmd('PASS ' + pw)
            if r.startswith(b'+OK'):
                p.quit(); break
            assert r.startswith(b'-ERR [AUTH]'), r
            n += 1
            if b'too many' in r:
                assert p.eof() and p.buf == b'', p.buf
                return n
        p.close()
    return n
EOF2
export PYTHONPATH="$PYTHONPATH:$dir"

py='six wrong passwords shut out, over connections and whatever the command'
py <<'PY'
from guess import tries
assert tries('127.98.2.1', [('anna', 'p%d' % i) for i in range(4)], sasl=True) == 4
n = tries('127.98.2.1', [('berta', 'q%d' % i) for i in range(50)])
assert n == 2, n
PY
must 'the log says why and how long' \
    grep -Eq 'peer=127.98.2.1 autodeny ip=127.98.2.1 reason=failures seconds=2$' "$dir/log"
must 'the session ended for it' grep -Eq 'peer=127.98.2.1 session end .*reason=autodeny' "$dir/log"
must 'list' sh -c '"$bin/bin/pop3ctl" -s "$sock" autodeny list | grep -q "^127.98.2.1 *failures"'

py='the same wrong password again and again is one; so are two of them'
py <<'PY'
from guess import tries
assert tries('127.98.2.2', [('anna', 'old')] * 12 + [('berta', 'older')] * 3) == 15
assert tries('127.98.2.2', [('anna', 'old')] * 12, sasl=True) == 12
PY
py='a right password forgives what its user mistyped'
py <<'PY'
from guess import tries
for turn in range(4):
    assert tries('127.98.2.3', [('anna', 'a%d%d' % (turn, i)) for i in range(2)] + [('anna', 'secret')]) == 2
PY
py='another right password forgives nothing'
py <<'PY'
from guess import tries
pairs = []
for i in range(30):
    pairs += [('anna', 'b%d' % i), ('berta', 'secret')]
n = tries('127.98.2.4', pairs)
assert n == 6, n
PY
py='four names of nobody are a harvest'
py <<'PY'
from guess import tries
n = tries('127.98.2.5', [('nobody%d' % i, 'x%d' % i) for i in range(30)])
assert n == 4, n
PY
must 'the log says so' grep -Eq 'autodeny ip=127.98.2.5 reason=unknown-users' "$dir/log"
py='one name of nobody is none'
py <<'PY'
from guess import tries
assert tries('127.98.2.6', [('nobody', 'x%d' % i) for i in range(5)]) == 5
PY
py='the programs of this machine are not counted'
py <<'PY'
from guess import tries
assert tries('127.0.0.1', [('anna', 'c%d' % i) for i in range(20)]) == 20
PY
py='many sources on one account: it stays open'
py <<'PY'
import threading
from guess import tries
from pop3 import Pop3
ts = [threading.Thread(target=tries, args=('127.98.3.%d' % i, [('dora', 'd%d%d' % (i, k)) for k in range(2)])) for i in range(1, 40)]
for t in ts: t.start()
for t in ts: t.join()
Pop3(source='127.98.4.1').login('dora').quit()
PY
py='a session that is there cannot go on guessing; one that is logged in can go on'
py <<'PY'
from guess import tries
from pop3 import Pop3
p = Pop3(source='127.98.2.7'); q = Pop3(source='127.98.2.7').login('carla')
assert tries('127.98.2.7', [('anna', 'e%d' % i) for i in range(9)]) == 6
p.ok('USER anna'); r = p.cmd('PASS secret'); assert r.startswith(b'-ERR [AUTH] too many'), r
assert p.eof()
q.ok('NOOP'); q.quit()
PY
py='the time outside grows: 2 s, 4 s; and half as many lead there'
py <<'PY'
import time
from guess import tries
from pop3 import Pop3
def served(src):
    return bool(Pop3(source=src, greet=False).line())
def outside(src):
    began = time.monotonic()
    while not served(src): time.sleep(0.05)
    return time.monotonic() - began
assert tries('127.98.2.8', [('anna', 'f%d' % i) for i in range(9)]) == 6
t = outside('127.98.2.8'); assert 1.5 < t < 4, t
assert tries('127.98.2.8', [('anna', 'g%d' % i) for i in range(9)]) == 3
t = outside('127.98.2.8'); assert 3.5 < t < 8, t
PY
must 'removed is forgotten' ctl autodeny add 127.98.2.8
must 'removed' ctl autodeny remove 127.98.2.8
py='as if it had not been'
py <<'PY'
from guess import tries
assert tries('127.98.2.8', [('anna', 'h%d' % i) for i in range(9)]) == 6
PY
must 'as it comes' ctl config set --runtime autodeny.failures 20
must 'for an hour' ctl config set --runtime autodeny.duration 1h
py='G-12: twenty connections at once get no more than 30 guesses beyond the first 20'
py <<'PY'
import threading
from guess import tries
n = []
def guess(k): n.append(tries('127.98.2.12', [('anna', 'm%d-%d' % (k, i)) for i in range(30)]))
ts = [threading.Thread(target=guess, args=(k,)) for k in range(20)]
for t in ts: t.start()
for t in ts: t.join()
assert 20 <= sum(n) <= 50, n
PY
must 'no count' ctl config set --runtime autodeny.failures 0
must 'no count of names' ctl config set --runtime autodeny.unknown_users 0
py='then any number is borne'
py <<'PY'
from guess import tries
assert tries('127.98.2.9', [('who%d' % i, 'j%d' % i) for i in range(15)]) == 15
PY
must 'never' ctl config set --runtime autodeny.never 127.98.2.10
must 'counted again' ctl config set --runtime autodeny.failures 3
py='who is never shut out may fail'
py <<'PY'
from guess import tries
assert tries('127.98.2.10', [('anna', 'k%d' % i) for i in range(9)]) == 9
PY
must 'off' ctl option set --runtime auto_deny off
py='with auto_deny off nothing is counted'
py <<'PY'
from guess import tries
assert tries('127.98.2.11', [('anna', 'l%d' % i) for i in range(9)]) == 9
PY
must_not 'nor was anybody entered' sh -c '"$bin/bin/pop3ctl" -s "$sock" autodeny list | grep -Eq "127.98.2.(9|10|11) "'
must_not 'no password is in the log' grep -Eq 'secret|older' "$dir/log"
still_alive
stop_server
