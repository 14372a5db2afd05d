#!/bin/sh
# X-10 to X-19, X-40, X-45, X-46, X-48 to X-50: mail sent by XTND XMIT, handed
# to a program that writes down what it is given.
. "${srcdir:-.}/t/system/common.sh"
begin
mkdir -m 777 "$dir/sent"
cat >"$dir/sendmail" <<EOF2
#!/bin/sh
[ ! -e "$dir/sent/hang" ] || sleep 600
f=\$(mktemp "$dir/sent/mail.XXXXXX")
printf '%s\n' "\$@" >"\$f.args"
cat >"\$f"
chmod 644 "\$f" "\$f.args"
mv "\$f" "\$f.eml"
EOF2
chmod 755 "$dir/sendmail"
cat >"$dir/conf.d/50-xmit.json" <<EOF2
{ "relay": { "sendmail": "$dir/sendmail", "max_size": "200K" },
  "limits": { "rate_window": "2s", "min_rate": 200, "bad_commands": 100,
    "idle_timeout": "10s" } }
EOF2
start_server
for u in anna berta; do add_account "$u@example.org"; done
deliver anna@example.org "$src"/t/system/wire.py
must 'permit one account' ctl account set --xmit on anna@example.org
py() { python3 - || fail "$py"; say "ok - $py"; }
cat >"$dir/sending.py" <<'EOF2'
import glob, os, time
from pop3 import Pop3
DIR = os.environ['dir']
TEXT = (b'From: anna@example.org\r\nTo: Ben <ben@example.net>\r\n'
        b'Bcc: carl@example.net\r\nSubject: %s\r\n\r\nHello\r\n')
def sent(subject, wait=15):
    """What the program was given for this one: (arguments, message)."""
    end = time.monotonic() + wait
    while time.monotonic() < end:
        for f in glob.glob(DIR + '/sent/*.eml'):
            m = open(f, 'rb').read()
            if b'Subject: ' + subject + b'\n' in m.replace(b'\r\n', b'\n'):
                return open(f[:-4] + '.args').read().split('\n')[:-1], m
        time.sleep(0.05)
    return None
def send(p, message):
    p.ok('XTND XMIT')
    p.send(message + b'.\r\n')
    return p.line()
EOF2
export PYTHONPATH="$PYTHONPATH:$dir"

py='off means off: refused, and not in CAPA'
py <<'PY'
from pop3 import Pop3
p = Pop3(tls=True).login('anna')
assert b'switched off' in p.err('XTND XMIT')
assert p.err('XTND XLST Message-Id') == b'-ERR unknown XTND command'
assert 'X-XTND-XMIT' not in p.lines('CAPA')
p.quit()
PY
must 'switch it on, live' ctl option set xtnd_xmit on

py='before login, without TLS, not permitted: refused before any data (X-40, X-50)'
py <<'PY'
from pop3 import Pop3
p = Pop3(tls=True)
assert p.err('XTND XMIT') == b'-ERR log in first'
assert 'X-XTND-XMIT' not in p.lines('CAPA')
p = Pop3().login('anna')
assert p.err('XTND XMIT') == b'-ERR must use TLS first'
assert 'X-XTND-XMIT' not in p.lines('CAPA')
p.quit()
p = Pop3(tls=True).login('berta')
assert b'may not send' in p.err('XTND XMIT')
assert 'X-XTND-XMIT' not in p.lines('CAPA')
p.err('XTND XMIT now'); p.err('XTND'); p.ok('NOOP')
p.quit()
p = Pop3(tls=True).login('anna')
assert 'X-XTND-XMIT' in p.lines('CAPA')
p.quit()
PY

py='switched off, also for a session that is open; and on again'
py <<'PY'
import os, subprocess
from pop3 import Pop3
from sending import TEXT, send
ctl = [os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], 'option', 'set', 'xtnd_xmit']
p = Pop3(tls=True).login('anna')
subprocess.run(ctl + ['off'], check=True)
assert b'switched off' in p.err('XTND XMIT')
p.ok('NOOP')
subprocess.run(ctl + ['on'], check=True)
assert send(p, TEXT % b'on again').startswith(b'+OK')
p.quit()
PY

py='several messages in a session: queued, handed on, Bcc gone (X-17, X-31)'
py <<'PY'
from pop3 import Pop3
from sending import TEXT, send, sent
p = Pop3(tls=True).login('anna')
p.ok('STAT')
ids = set()
for s in (b'one', b'two', b'three'):
    r = send(p, TEXT % s)
    assert r.startswith(b'+OK Message sent successfully ('), r
    ids.add(r)
assert len(ids) == 3, ids
p.ok('STAT'); p.ok('NOOP'); p.quit()
for s in (b'one', b'two', b'three'):
    got = sent(s)
    assert got, s
    args, m = got
    assert args[:3] == ['-i', '-f', 'anna@example.org'] and args[3] == '--', args
    assert sorted(args[4:]) == ['ben@example.net', 'carl@example.net'], args
    assert b'carl@' not in m and b'Bcc' not in m, m
    assert b'\nHello' in m
PY

py='Eudora: dots doubled, an empty line before the end, 8 bit, long lines'
py <<'PY'
from pop3 import Pop3
from sending import TEXT, send, sent
p = Pop3(tls=True).login('anna')
body = b'..\r\n..two\r\n.one\r\n\xe4\xf6\r\n' + b'y' * 3000 + b'\r\n\r\n'
assert send(p, TEXT % b'dots' + body).startswith(b'+OK'), 'dots'
p.quit()
args, m = sent(b'dots')
m = m.replace(b'\r\n', b'\n')
assert b'Hello\n.\n.two\n.one\n\xe4\xf6\n' + b'y' * 3000 in m, m
PY

py='octets sent one by one come to the same (512 rule: exempt)'
py <<'PY'
import socket
from pop3 import Pop3
from sending import TEXT, sent
p = Pop3(tls=True).login('anna')
p.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
p.ok('XTND XMIT')
for o in TEXT % b'slices' + b'z' * 900 + b'\r\n.\r\n':
    p.send(bytes([o]))
assert p.line().startswith(b'+OK'), 'slices'
p.ok('NOOP'); p.quit()
assert b'z' * 900 in sent(b'slices')[1]
PY

py='bare LF and bare CR end nothing and send nothing (X-46)'
py <<'PY'
from pop3 import Pop3
from sending import TEXT, send, sent
p = Pop3(tls=True).login('anna')
for evil in (b'\n.\n', b'\r\n.\n', b'\n.\r\n', b'\r.\r', b'\r\n.\r\r\n'):
    r = send(p, TEXT % b'evil' + b'x' + evil + b'DELE 1\r\nMAIL FROM:<x@y>\r\n')
    assert r == b'-ERR message not sent: a line does not end in CR LF', (evil, r)
p.ok('STAT'); assert p.ok('LIST 1')
p.quit()
assert sent(b'evil', wait=1) is None
PY

py='larger than the cap: read to the dot, refused, no desync; far larger: cut (X-45)'
py <<'PY'
import ssl
from pop3 import Pop3
from sending import TEXT, send, sent
p = Pop3(tls=True).login('anna')
big = TEXT % b'large' + b'0123456789abcde\r\n' * 14000
assert send(p, big) == b'-ERR message not sent: it is too large'
p.ok('NOOP')
assert send(p, TEXT % b'after').startswith(b'+OK')
p.ok('XTND XMIT')
try:
    p.send(TEXT % b'flood' + b'0123456789abcde\r\n' * 60000)
    r = p.line()
    assert r in (b'', b'-ERR message not sent: it is much too large'), r
    assert p.eof()
except (ConnectionError, ssl.SSLError):
    pass
assert sent(b'after') and sent(b'large', wait=0.5) is None
PY
must 'with its reason' grep -q 'session end user=anna@example.org reason=message-flood' "$dir/log"

py='a connection lost before the dot sends nothing (X-18)'
py <<'PY'
import glob, os, time
from pop3 import Pop3
from sending import TEXT, sent
p = Pop3(tls=True).login('anna')
p.ok('XTND XMIT'); p.send(TEXT % b'lost' + b'\r\n.\r'); p.close()
p = Pop3(tls=True).login('anna')
p.ok('XTND XMIT'); p.send(TEXT % b'lost' + b'q' * 60000); p.close()
assert sent(b'lost', wait=1.5) is None
PY

py='who sends too slowly is cut, single octets do not help (X-48)'
py <<'PY'
import time
from pop3 import Pop3
from sending import TEXT
p = Pop3(tls=True).login('anna')
p.ok('XTND XMIT')
p.send(TEXT % b'slow')
t = time.monotonic()
p.s.settimeout(0.2)
while time.monotonic() - t < 15:
    try:
        p.send(b'x')
        if p.s.recv(100).startswith(b'-ERR the message came too slowly'):
            break
    except TimeoutError:
        pass
assert time.monotonic() - t < 12, time.monotonic() - t
PY
must 'with its reason' grep -q 'session end user=anna@example.org reason=slow-sender' "$dir/log"

py='another client is served while the mailer hangs (X-44)'
py <<'PY'
import os, time
from pop3 import Pop3
from sending import DIR, TEXT, send
open(DIR + '/sent/hang', 'w').close()
p = Pop3(tls=True).login('anna')
for i in range(3):
    t = time.monotonic()
    assert send(p, TEXT % b'hang').startswith(b'+OK')
    assert time.monotonic() - t < 5
q = Pop3(tls=True).login('berta'); q.ok('STAT'); q.quit()
p.quit()
os.unlink(DIR + '/sent/hang')
PY

py='a relay that hangs costs those who send, nobody else (X-44)'
py <<'PY'
import json, os, signal, subprocess, time
from pop3 import Pop3
out = subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'status'],
                     capture_output=True).stdout
relay = [p['pid'] for p in json.loads(out)['result']['processes'] if p['role'] == 'relay'][0]
os.kill(relay, signal.SIGSTOP)
try:
    p = Pop3(tls=True).login('anna')
    p.send(b'XTND XMIT\r\n')
    q = Pop3(tls=True).login('berta'); q.ok('STAT'); q.quit()
    assert p.line() == b'-ERR [SYS/TEMP] no answer in time'
    assert p.eof()
finally:
    os.kill(relay, signal.SIGCONT)
PY
must 'with its reason' grep -q 'session end user=anna@example.org reason=helper-timeout' "$dir/log"

killing=yes
py='without relay it is refused before the client sends, and later works again (X-19)'
py <<'PY'
import json, os, signal, subprocess, time
from pop3 import Pop3
from sending import TEXT, send, sent
def relay():
    out = subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'status'],
                         capture_output=True).stdout
    return [p['pid'] for p in json.loads(out)['result']['processes'] if p['role'] == 'relay'][0]
p = Pop3(tls=True).login('anna')
p.ok('XTND XMIT')
p.send(TEXT % b'cut' + b'x' * 100 + b'\r\n')
os.kill(relay(), signal.SIGKILL)
r = b''
time.sleep(0.3)
p.send(b'.\r\n')
r = p.line()
assert r.startswith(b'-ERR [SYS/TEMP] message not sent: '), r
end = time.monotonic() + 20
while True:
    r = p.cmd('XTND XMIT')
    if r.startswith(b'+OK'):
        break
    assert r.startswith(b'-ERR [SYS/TEMP] message not sent: '), r
    assert time.monotonic() < end
    time.sleep(0.2)
p.send(TEXT % b'again' + b'.\r\n')
assert p.line().startswith(b'+OK')
p.quit()
assert sent(b'again') and sent(b'cut', wait=0.5) is None
PY

py='one log line for each that was taken, one for each refused by relay (X-49)'
py <<'PY'
import os, re
log = open(os.environ['dir'] + '/log').read()
taken = re.findall(r' session=[0-9a-f]+ peer=127[0-9.]+ mail accepted queue_id=(\w+) '
                   r'user=anna@example\.org octets=\d+ recipients=2\n', log)
assert len(taken) == len(set(taken)) == 11, taken
assert log.count(' xmit refused user=anna@example.org class=temporary error=') >= 1
PY
still_alive
stop_server
