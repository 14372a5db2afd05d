#!/bin/sh
# F-32: another program renames, removes, truncates and adds files during RETR
# and QUIT: right octets or a cut without the dot, never another's loss.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
python3 - <<'EOF'
import os
d = os.environ['dir']
os.mkdir(d + '/in')
for i in range(40):
    with open('%s/in/%03d' % (d, i), 'wb') as f:
        f.write(b'Subject: %d\n\n' % i + (b'line of message %d\n' % i) * 20000)
EOF
deliver anna@example.org "$dir"/in/*
python3 - <<'EOF' || fail 'second agent'
import os, threading, random, time
from pop3 import Pop3
from wire import wire, unstuff
d = os.environ['dir']; drop = d + '/mail/example.org/anna'
stop = False
def renamer():
    while not stop:
        for sub in ('new', 'cur'):
            for f in os.listdir(drop + '/' + sub):
                base = f.split(':')[0]
                to = 'cur/' + base + ':2,' + random.choice(['', 'S', 'RS', 'FS'])
                try: os.rename(drop + '/' + sub + '/' + f, drop + '/' + to)
                except FileNotFoundError: pass
        time.sleep(0.002)
t = threading.Thread(target=renamer); t.start()
try:
    p = Pop3(timeout=60).login('anna')
    n = int(p.ok('STAT').split()[1]); assert n == 40
    for i in range(1, n + 1):
        m = p.multi('RETR %d' % i)
        assert m.startswith(b'Subject: ') and len(m) > 20000 * 15, (i, len(m))
    for i in range(1, 11): p.ok('DELE %d' % i)
    assert p.quit().startswith(b'+OK')
finally:
    stop = True; t.join()
p = Pop3(timeout=60).login('anna')
assert p.ok('STAT').split()[1] == b'30'
# Removed under us: RETR says so, the session goes on, QUIT counts it as gone.
left = sorted(os.listdir(drop + '/cur'))
os.unlink(drop + '/cur/' + left[5])
failed = 0
for i in range(1, 31):
    r = p.cmd('RETR %d' % i)
    if r.startswith(b'-ERR'): failed += 1
    else: unstuff(p.multi_raw())
assert failed == 1, failed
for i in range(1, 31): p.cmd('DELE %d' % i)
assert p.quit().startswith(b'+OK')
p = Pop3().login('anna'); assert p.cmd('STAT') == b'+OK 0 0'; p.quit()
EOF
printf 'Subject: t\n\n' >"$dir/big"
yes 'a line that will be cut' | head -n 400000 >>"$dir/big"
deliver anna@example.org "$dir/big"
python3 - <<'EOF' || fail 'truncation'
import os, socket
from pop3 import Pop3
drop = os.environ['dir'] + '/mail/example.org/anna/new'
f = drop + '/' + os.listdir(drop)[0]
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
s.connect((os.environ['addr'], int(os.environ['port'])))
p = Pop3(raw=s, timeout=30).login('anna')
p.send(b'RETR 1\r\n'); assert p.line().startswith(b'+OK')
p.s.recv(1000)
os.truncate(f, 100000)
got = b''
while True:
    try: b = p.s.recv(65536)
    except ConnectionResetError: break
    if not b: break
    got += b
assert not got.endswith(b'\r\n.\r\n'), 'a cut message must not look whole'
assert len(got) < 9000000
EOF
still_alive
stop_server
