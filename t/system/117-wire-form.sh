#!/bin/sh
# Messages stored in wire form (deliver -w) are sent as they lie on the disk,
# but only octets that need no change: RETR is right to the octet for every
# seed, for hostile files and names, and cut without the dot when a file
# changes on the way (I3, I5); plain and by TLS.
. "${srcdir:-.}/t/system/common.sh"
begin
need strace
need_root 'strace looks at the front process'
python3 "$src/t/data/seed.py" "$dir/seed" --huge
python3 - <<'EOF'
# Large enough not to be converted as a matter of course; each with few
# things that must be touched, anywhere, also around the borders of blocks.
import os, random
d = os.environ['dir'] + '/seed'
rnd = random.Random(117)
HEAD = b'Subject: %s\r\n\r\n'


def text(n):
    out = bytearray()
    while len(out) < n:
        out += rnd.choice((b'a', b'..', b' .', b'x\r')) + b'y' * rnd.randrange(150) + b'\r\n'
    return bytes(out)


HARM = (b'.\r\n', b'..\r\n', b'.x\r\n', b'\n', b'x\n', b'\n.\n', b'a\rb\r\n', b'\r\r\n', b'\0\r\n', b'\r\n.\r\n', b'.' * 3000 + b'\r\n', b'\r\n\r\n')
files = {'clean-%d' % n: text(n) for n in (130000, 600000, 3000000)}
for i in range(40):
    body = text(rnd.choice((140000, 300000, 1300000)))
    for _ in range(rnd.randrange(1, 4)):
        at = body.index(b'\r\n', rnd.randrange(len(body) - 4000)) + 2
        body = body[:at] + rnd.choice(HARM) + body[at:]
    files['harm-%d' % i] = body
for border in (32768, 131072, 131072 + 32768, 1 << 20, (1 << 20) + 32768):
    for off in (-2, -1, 0, 1):
        head = text(border)[:border + off - 40 - len(HEAD % b'x')]
        files['border-%d%+d' % (border, off)] = head + b'z' * 38 + b'\r\n.\r\n' + text(200000)
files['one-line'] = b'L' * (3 << 20) + b'\r\n' + text(200000)
files['open-end'] = text(200000) + b'no end'
files['open-dot'] = text(200000) + b'.'
files['open-cr'] = text(200000) + b'x\r'
for i, (what, body) in enumerate(sorted(files.items()), 900):
    open('%s/%d-%s' % (d, i, what), 'wb').write(HEAD % b'x' + body)
open(d + '/899-no-body', 'wb').write(b'X-Header: a line of it\r\n' * 20000)
EOF
start_server
# anna's lie there as they came, bob's in wire form; both name their sizes.
for u in anna bob; do add_account $u@example.org; done
deliver anna@example.org "$dir"/seed/*
for f in "$dir"/seed/*; do "$bin/libexec/deliver" -w "$(maildrop bob@example.org)" <"$f"; done
# carl's names say wire form of what is not, as any program could write them.
add_account carl@example.org
python3 - <<'EOF'
import os
d = os.environ['dir']
new = d + '/mail/example.org/carl/new'
for sub in ('new', 'cur', 'tmp'):
    os.makedirs(d + '/mail/example.org/carl/' + sub)
lies = (b'A: b\n\n' + b'text\n.\nmore\n' * 30000, b'A: b\r\n\r\n' + b'text\r\n.\r\n' * 30000,
        b'A: b\r\n\r\n' + b'text\r\n' * 60000 + b'.\r\n' + b'text\r\n' * 60000 + b'\n.\r\n')
for i, m in enumerate(lies):
    n = '%d.M1P1Q%dR0123456789abcdef.h,S=%d,W=%d' % (1700000000 + i, i, len(m), len(m))
    open(new + '/' + n, 'wb').write(m)
EOF
own_mail
sleep 1.2			# what changed just now is not looked at
cat >"$dir/fetch.py" <<'EOF'
import os, sys
from pop3 import Pop3
from wire import wire, unstuff
d = os.environ['dir']
user, tls = sys.argv[1], sys.argv[2] == 'tls'
p = Pop3(tls=tls, timeout=60).login(user)
files = sorted(os.listdir(d + '/seed'))
sizes = [int(x.split()[1]) for x in p.lines('LIST')]
assert len(sizes) == len(files)
def stuff(w): return (b'\r\n' + w).replace(b'\r\n.', b'\r\n..')[2:] + b'.\r\n'
for i, f in enumerate(files):
    w = wire(open(d + '/seed/' + f, 'rb').read())
    p.ok('RETR %d' % (i + 1))
    got = p.multi_raw()
    assert got == stuff(w), (user, f, len(got), len(stuff(w)))
    assert sizes[i] == len(w), (user, f, sizes[i], len(w))
# Once more, now that the server knows them, pipelined with TOP.
for i, f in enumerate(files):
    if f < '890': continue
    w = wire(open(d + '/seed/' + f, 'rb').read())
    p.send(b'RETR %d\r\nTOP %d 2\r\nRETR %d\r\nNOOP\r\n' % (i + 1, i + 1, i + 1))
    for part in ('whole', 'top', 'whole'):
        r = p.line()
        assert r.startswith(b'+OK'), (f, part, r)
        end, seen = b'\r\n.\r\n', 0
        while (at := p.buf.find(end, max(0, seen - 4))) < 0:
            seen = len(p.buf)
            assert p.more()
        got, p.buf = p.buf[:at + 5], p.buf[at + 5:]
        if part == 'whole':
            assert got == stuff(w), (user, f, 'again')
    assert p.line().startswith(b'+OK')
p.quit()
EOF
for how in plain tls; do
	must "as they came, $how" python3 "$dir/fetch.py" anna $how
	must "in wire form, $how" python3 "$dir/fetch.py" bob $how
done
must 'a name that lies makes no octet wrong' python3 - <<'EOF'
import os
from pop3 import Pop3
from wire import wire, unstuff
new = os.environ['dir'] + '/mail/example.org/carl/new'
files = sorted(os.listdir(new))
for tls in (False, True):
    p = Pop3(tls=tls).login('carl')
    for n in (1, 2, 3, 1, 2, 3):
        w = wire(open(new + '/' + files[n - 1], 'rb').read())
        p.ok('RETR %d' % n)
        got = p.multi_raw()
        assert got == (b'\r\n' + w).replace(b'\r\n.', b'\r\n..')[2:] + b'.\r\n', n
    p.quit()
EOF

# Whether it is the kernel that sends, and what it has in memory.
cat >"$dir/big.py" <<'EOF'
import os
from pop3 import Pop3
line = b'0123456789abcdef' * 4 + b'\n'
d = os.environ['dir']
open(d + '/big', 'wb').write(b'Subject: big\n\n' + line * (8000000 // len(line)))
EOF
python3 "$dir/big.py"
add_account dora@example.org
"$bin/libexec/deliver" -w "$(maildrop dora@example.org)" <"$dir/big"
own_mail
sleep 1.2
strace -qq -e trace=sendfile,preadv2 -o "$dir/trace" -p "$(pid_of front)" &
tracer=$!
pids="$pids $tracer"
n=0
until grep -q '^TracerPid:	[1-9]' "/proc/$(pid_of front)/status"; do
	n=$((n + 1)); [ $n -lt 100 ] || fail 'strace did not begin'
	sleep 0.1
done
# Twice, then once more when drop knows it, but the page cache has forgotten it.
must 'a large one is fetched' python3 - <<'EOF'
import os
from pop3 import Pop3
from wire import wire
d = os.environ['dir']
box = d + '/mail/example.org/dora/new/'
w = wire(open(d + '/big', 'rb').read())
p = Pop3(timeout=120).login('dora')
for again in range(3):
    if again == 2:
        fd = os.open(box + os.listdir(box)[0], os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)
    assert p.multi('RETR 1') == w
p.quit()
EOF
kill "$tracer"
wait "$tracer" 2>/dev/null || :
must 'the kernel sent nearly all of it' python3 -c "
import re
n = sum(int(x) for x in re.findall(r'sendfile.*= (\d+)', open('$dir/trace').read()))
print(n); assert n > 3 * 7900000, n"
must 'and front did not wait for the disk' grep -Eq 'preadv2.*RWF_NOWAIT.*(EAGAIN|EOPNOTSUPP)' "$dir/trace"

must 'a file that changes on the way is never ended by a dot' python3 - <<'EOF'
import os, shutil, socket, ssl, time
from pop3 import Pop3, context
d = os.environ['dir']
box = d + '/mail/example.org/dora'
base = '1700000000.M1P1Q1R0123456789abcdef.h'
octets = b'Subject: change\r\n\r\n' + (b'0123456789abcdef' * 4 + b'\r\n') * 400000
harm = b'0123456789abcdef' * 4 + b'\n.'


def fresh():
    for sub in ('new', 'cur'):
        for f in os.listdir(box + '/' + sub):
            os.unlink(box + '/' + sub + '/' + f)
    name = '%s/new/%s,S=%d,W=%d' % (box, base, len(octets), len(octets))
    with open(name, 'wb') as f:
        f.write(octets)
    os.chown(name, 61103, 61103)
    os.utime(name, (time.time() - 100,) * 2)
    time.sleep(1.1)
    return name


def overwrite(name):
    with open(name, 'r+b') as f:
        f.seek(len(octets) - 3000000)
        f.write(harm * 20000)
def truncate(name): os.truncate(name, len(octets) // 2)
def append(name):
    with open(name, 'ab') as f: f.write(harm)
def flags(name): os.rename(name, name.replace('/new/', '/cur/') + ':2,S')
def unlink(name): os.unlink(name)
def replace(name):
    with open(d + '/other', 'wb') as f: f.write(octets[:-len(harm)] + harm)
    os.rename(d + '/other', name)
def nothing(name): pass


def fetch(tls, change, name):
    """What came behind +OK, and whether all of it was said to be there."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    s.settimeout(60)
    s.connect((os.environ['addr'], int(os.environ['tls_port' if tls else 'port'])))
    if tls:
        s = context().wrap_socket(s)
    p = Pop3(raw=s).login('dora')
    p.send(b'RETR 1\r\n')
    assert p.line().startswith(b'+OK')
    while len(p.buf) < 1000000:
        p.more()
    change(name)
    got = [p.buf]
    while not b''.join(got[-2:]).endswith(b'\r\n.\r\n'):
        try:
            b = s.recv(1 << 18)
        except (ConnectionResetError, ssl.SSLError):
            b = b''
        if not b:
            return b''.join(got), False
        got.append(b)
    p.buf = b''
    p.ok('NOOP')
    p.quit()
    return b''.join(got), True


for tls in (False, True):
    for change, cut in ((nothing, False), (overwrite, True), (truncate, True), (append, True),
                        (flags, False), (unlink, False), (replace, False)):
        name = fresh()
        got, whole = fetch(tls, change, name)
        print(tls, change.__name__, len(got), whole)
        assert whole != cut, (tls, change.__name__, whole)
        if whole:
            assert got == octets + b'.\r\n', (tls, change.__name__, len(got))
EOF
still_alive
stop_server
