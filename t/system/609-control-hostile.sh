#!/bin/sh
# F-40, S-44: whoever can open the control socket, and whoever can touch its
# name, stops neither mail nor the operator.
. "${srcdir:-.}/t/system/common.sh"
begin
if [ "$(id -u)" -eq 0 ]; then
	conf 50-roles <<EOF2
{ "control": { "path": "$sock", "roles": { "admin": ["root"], "operator": ["61132"], "viewer": ["61133"] } } }
EOF2
fi
start_server
add_account anna@example.org
front=$(pid_of front) log=$(pid_of log)
cat >"$dir/torture.py" <<'EOF2'
import array, json, os, socket, sys, time
from pop3 import Pop3
sock, root = os.environ['sock'], os.getuid() == 0
def conn(timeout=5):
    # blocking, as pop3ctl does: with a full backlog the kernel lets it wait
    s = socket.socket(socket.AF_UNIX); s.connect(sock); s.settimeout(timeout); return s
def line(verb, **args): return json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n'
def mail(): p = Pop3(timeout=10).login('anna'); p.ok('STAT'); p.quit()
def good(what):
    t = time.monotonic(); s = conn(10); s.sendall(line('status')); r = b''
    while not r.endswith(b'\n'):
        d = s.recv(65536); assert d, what + ': the operator is closed out'
        r += d
    assert json.loads(r)['ok'], what; s.close(); mail()
    took = time.monotonic() - t; assert took < 5, (what, took)
    print('ok - %s (%.2f s)' % (what, took), flush=True)
def quietly(f, *a):
    try: f(*a)
    except OSError: pass
def as_user(uid, f):
    """f in a process of another user."""
    sys.stdout.flush(); pid = os.fork()
    if pid == 0:
        try:
            if root: os.setgroups([]); os.setgid(uid); os.setuid(uid)
            f(); os._exit(0)
        except BaseException as e: print(repr(e), file=sys.stderr, flush=True); os._exit(1)
    return pid
good('at first')

# Descriptors in every kind of message are closed, whoever sends them.
fds = [os.open('/dev/null', os.O_RDONLY) for _ in range(20)]
before = len(os.listdir('/proc/%s/fd' % sys.argv[1])) if root else 0
for i in range(200):
    s = conn()
    anc = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))]
    quietly(s.sendmsg, [line('version') if i % 2 else b'x'], anc)
    if i % 2: quietly(s.recv, 65536)
    s.close()
good('descriptors are thrown away')
if root:
    deadline = time.monotonic() + 5
    while len(os.listdir('/proc/%s/fd' % sys.argv[1])) > before + 10:
        assert time.monotonic() < deadline, 'front keeps descriptors'
        time.sleep(0.1)

# Deep, wide, long and odd JSON.
for body in (b'[' * 65000, b'{"a":' * 13000, b'{"v":1,"id":1,"verb":"status","args":' + b'[' * 3000 + b']' * 3000 + b'}',
             b'{"v":1,"id":1,"verb":"session.kill","args":{"ids":[' + b'"x",' * 15000 + b'"x"]}}',
             b'{' + b','.join(b'"k%d":1' % i for i in range(6000)) + b'}', b'"' + b'\\u0000' * 10000 + b'"',
             b'{"v":1,"id":1,"verb":"' + b's' * 60000 + b'"}', b'1' * 65000, b'\xff' * 65000,
             b'{"v":1,"id":1,"verb":"status","args":{"' + b'\\ud800' * 5000 + b'":1}}'):
    s = conn(); quietly(s.sendall, body + b'\n'); quietly(s.recv, 65536); s.close()
good('deep, wide and odd JSON')

# A megabyte without an end, half lines that stay, gone before the reply.
for _ in range(5): s = conn(); quietly(s.sendall, b'x' * (1 << 20)); s.close()
half = []
for i in range(60): s = conn(); quietly(s.sendall, line('status')[:-1 - i % 20]); half.append(s)
good('half lines')
for s in half: s.close()
for i in range(300):
    s = conn(); quietly(s.sendall, line(('status', 'session.list', 'account.list', 'audit.verify', 'config.show')[i % 5])); s.close()
good('gone before the reply')
for i in range(100):
    s = conn(); quietly(s.sendall, line('session.kill', ids=['x']) * 3); s.close()
good('a change, and gone before the reply')

# Never reading: plain replies, and the log.
lazy = []
for i in range(10):
    s = conn(1); lazy.append(s)
    quietly(s.sendall, line('config.show') * 2000)
for i in range(4): s = conn(1); s.sendall(line('log.follow')); lazy.append(s)
for i in range(50): p = Pop3(); p.cmd(b'USER x'); p.cmd(b'QUIT'); p.close()
good('clients that never read')
for s in lazy: s.close()

# Hundreds that only hold a connection; then a flood of them.
many = []
for i in range(400):
    s = socket.socket(socket.AF_UNIX); s.setblocking(False)
    quietly(s.connect, sock); many.append(s)
good('400 idle connections')
for s in many: s.close()
stop = time.monotonic() + 4
def flood():
    while time.monotonic() < stop:
        try: s = conn(1); s.sendall(os.urandom(200) + b'\n'); s.close()
        except OSError: pass
floods = [as_user(u, flood) for u in (61133, 61139) * 3]
if root:
    good('a flood of garbage'); good('and again')
else:
    # All have one role: the operator may have to try again.
    for i in range(20):
        try: good('a flood of garbage'); break
        except (OSError, AssertionError): assert i < 19
for p in floods: assert os.waitpid(p, 0)[1] == 0, 'flood'

if root:
    # Others than the operator: nobody in particular, and a viewer.
    def refused():
        for i in range(300):
            try:
                s = conn(2); s.sendall(line('server.stop')); r = s.recv(65536)
                assert not r or json.loads(r)['error']['exit'] == 77, r
                s.close()
            except OSError: pass
    for p in [as_user(u, refused) for u in (61133, 61139)]: assert os.waitpid(p, 0)[1] == 0, 'refused'
    good('refusals by the hundred')
    audit = open(os.environ['dir'] + '/state/audit.log').read()
    n = audit.count('"verb":"server.stop"'); assert 2 <= n <= 40, n
    def hold():
        keep = []
        for i in range(100):
            s = socket.socket(socket.AF_UNIX); s.setblocking(False); quietly(s.connect, sock); keep.append(s)
            if i % 3 == 0: quietly(s.send, line('log.follow'))
        time.sleep(60)
    held = [as_user(u, hold) for u in (61133, 61139)]
    time.sleep(1)
    good('a viewer and a stranger hold all they get')
    for p in held: os.kill(p, 9); os.waitpid(p, 0)

# The name: removed, a file, a folder, somebody else's socket, its parent gone.
def back(what):
    deadline = time.monotonic() + 12
    while True:
        try: s = conn(2); s.sendall(line('version')); r = s.recv(65536); s.close()
        except OSError: r = b''
        if r and json.loads(r)['ok']: break
        assert time.monotonic() < deadline, what + ': the socket does not come back'
        mail(); time.sleep(0.3)
    good(what)
old = conn(); old.sendall(line('version')); old.recv(65536)
os.unlink(sock); mail(); back('the socket removed')
old.sendall(line('version')); assert b'"ok":true' in old.recv(65536), 'who was connected is cut off'; old.close()
# What is no socket is not ours to remove: it is told, and mended when it is gone.
os.unlink(sock); open(sock, 'w').close(); mail()
deadline = time.monotonic() + 12
while 'control socket lost' not in open(os.environ['dir'] + '/log').read():
    assert time.monotonic() < deadline, 'a file in its place is not told'
    mail(); time.sleep(0.3)
os.unlink(sock); back('a file in its place')
os.unlink(sock); mine = socket.socket(socket.AF_UNIX); mine.bind(sock); mine.listen(); mail(); mine.close(); back('a dead socket in its place')
run = os.path.dirname(sock); os.rename(run, run + '.away'); mail()
os.mkdir(run, 0o755); back('the folder replaced'); os.rmdir(run + '.away') if not os.listdir(run + '.away') else None
EOF2
python3 "$dir/torture.py" "$front" || fail 'torture'
[ "$(pid_of front)" = "$front" ] || fail 'front was restarted'
[ "$(pid_of log)" = "$log" ] || fail 'log was restarted'
must 'every change is in the chain' ctl audit verify
still_alive
stop_server
