#!/bin/sh
# stats and top: what they count is what happened; the page on a terminal ends
# by q and by signals with the terminal as it was, and shows no peer's octets
# as they are.
. "${srcdir:-.}/t/system/common.sh"
begin
conf 50-delay <<'EOF2'
{ "limits": { "failure_delay": "300ms" }, "access": { "deny": ["127.98.4.9"] } }
EOF2
start_server
add_account anna@example.org
for i in 1 2 3; do printf 'Subject: %s\r\n\r\n%2000s\r\n' "$i" x >"$dir/m$i"; done
deliver anna@example.org "$dir/m1" "$dir/m2" "$dir/m3"
py() { python3 - "$@" || fail "$py"; say "ok - $py"; }

py='sessions that are counted'
py <<'PY'
from pop3 import Pop3
for i in range(4):
    p = Pop3().login('anna'); p.ok('STAT'); p.multi('LIST'); p.multi('RETR 1'); p.multi('TOP 2 1'); p.ok('NOOP'); p.err('FOO'); p.quit()
p = Pop3(); p.ok('USER anna'); p.err('PASS wrong'); p.quit()
p = Pop3(); p.send(b'NOOP\r\nNOOP\r\nUSER x\r\nQUIT\r\n'); p.eof()	# a pipeline
p = Pop3(source='127.98.4.9', greet=False); p.eof()
p = Pop3(source='127.98.4.1'); p.send(b'X' * 513); p.eof()
PY
ctl --json stats >"$dir/stats"
py='stats is what happened'
py "$dir/stats" <<'PY'
import json, sys
s = json.load(open(sys.argv[1]))['result']
m, c = s['metrics'], {r['verb']: r for r in s['commands']}
want = {'connections': 7, 'refused': 1, 'logins': 4, 'login_failures': 1, 'messages': 8, 'sessions': 0, 'logged_in': 0,
        'denied_addresses': 1, 'shut_out': 1, 'log_drops': 0, 'queue': 0, 'badmail': 0}
for k, v in want.items(): assert m[k] == v, (k, m)
assert s['refused']['denied'] == 1 and s['refused']['autodeny'] == 0, s
counts = {'USER': 6, 'PASS': 5, 'STAT': 4, 'LIST': 4, 'RETR': 4, 'TOP': 4, 'NOOP': 6, 'QUIT': 6}
for k, v in counts.items(): assert c[k]['count'] == v, (k, c)
assert c['other']['count'] == 5, c
assert m['commands'] == sum(r['count'] for r in s['commands']), (m, c)
assert m['octets_in'] > 700 and m['octets_out'] > 4 * 2 * 2000 / 2, m
# the failed login took its delay; nothing else took so long
assert 290000 <= c['PASS']['slowest_us'] < 20e6 and c['PASS']['total_us'] >= c['PASS']['slowest_us'], c
assert c['NOOP']['slowest_us'] < 290000 and all(r['total_us'] >= r['slowest_us'] for r in c.values()), c
assert s['sessions'] == [] and 0 <= s['uptime'] < 600, s
PY
must 'as text too' sh -c '"$bin/bin/pop3ctl" -s "$sock" stats | grep -Eq "^PASS +5 +[0-9]+ +[0-9]+$"'
must_exit 65 'no such count' ctl top --count 0
must_exit 65 'no such interval' ctl top --interval 1ms
must_exit 64 'no such word' ctl top now

# who shows what is slow, and peers' names, escaped
py='the busiest sessions, a line each'
cat >"$dir/ask.py" <<'PY'
import json, os, socket
def ask(verb, **args):
    s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
    s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}).encode() + b'\n')
    buf = b''
    while not buf.endswith(b'\n'): buf += s.recv(65536)
    return json.loads(buf)
PY
PYTHONPATH="$PYTHONPATH:$dir"
py <<'PY'
from ask import ask
from pop3 import Pop3
ps = [Pop3() for i in range(8)]
for i, p in enumerate(ps):
    for k in range(i): p.ok('CAPA'); p.multi_raw()
r = ask('stats', sessions=3)['result']
out = [x['octets_out'] for x in r['sessions']]
assert len(out) == 3 and out == sorted(out, reverse=True) and out[0] > out[2] > 0, out
assert r['metrics']['sessions'] == 8
assert len(ask('stats', sessions=50)['result']['sessions']) == 8
assert ask('stats', sessions=51)['error']['code'] == 'bad-value'
assert ask('stats', nonsense=1)['error']['code'] == 'bad-value'
PY
ctl top --count 3 --interval 200ms >"$dir/top" </dev/null
must 'lines without a terminal' sh -c '[ "$(wc -l <"$dir/top")" -eq 4 ] && [ "$(grep -Ec "^[0-9:]{8} +0 +0( +[0-9.]+){7}$" "$dir/top")" -eq 3 ]'
ctl --json top --count 2 --interval 200ms >"$dir/top"
must 'or replies' sh -c '[ "$(grep -c "\"metrics\"" "$dir/top")" -eq 3 ]'

if "$bin/sbin/pop3srvd" -v | grep -q 'top ncurses'; then
py='on a terminal: a page, drawn again, resized, ended by q and by signals'
py <<'PY'
import fcntl, os, pty, select, signal, struct, sys, termios, time
from pop3 import Pop3
def start(rows=30, cols=100, term='xterm', args=()):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ['TERM'] = term
        for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(s, signal.SIG_DFL)	# a shell's background job ignores some
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))
        os.execv(os.environ['bin'] + '/bin/pop3ctl', ['pop3ctl', '-s', os.environ['sock'], 'top', '--interval', '300ms', *args])
    return pid, fd
def read_until(fd, what, got=b'', limit=20):
    end = time.monotonic() + limit
    while what not in got:
        assert time.monotonic() < end, (what, got)
        if select.select([fd], [], [], 1)[0]:
            try: d = os.read(fd, 65536)
            except OSError: d = b''
            if not d: break
            got += d
    assert what in got, (what, got)
    return got
def end(pid, fd, got=b''):
    limit = time.monotonic() + 20
    while True:
        if select.select([fd], [], [], 0.1)[0]:
            try: got += os.read(fd, 65536)
            except OSError: pass
        p, status = os.waitpid(pid, os.WNOHANG)
        if p: break
        assert time.monotonic() < limit, 'it does not end'
    os.close(fd)
    return got, status
enter, leave = b'\x1b[?1049h', b'\x1b[?1049l'
evil = Pop3(); evil.ok('USER anna')
pid, fd = start()
got = read_until(fd, b'QUIT'); assert enter in got and b'sessions' in got and b'slowest ms' in got, got
evil.ok('CAPA'); evil.multi_raw()
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 12, 60, 0, 0))
os.kill(pid, signal.SIGWINCH)
read_until(fd, b'\x1b[12;'); os.write(fd, b' '); read_until(fd, b'\x1b[1;')	# the last row of 12
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 2, 5, 0, 0))
os.kill(pid, signal.SIGWINCH); time.sleep(0.5)
os.write(fd, b'q'); got, status = end(pid, fd)
assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, status
assert leave in got, got
for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    pid, fd = start(); read_until(fd, b'slowest ms')
    os.kill(pid, sig); got, status = end(pid, fd)
    assert leave in got and os.WIFSIGNALED(status) and os.WTERMSIG(status) == sig, (sig, status, got)
# the modes of the terminal come back
pid, fd = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'xterm'
    os.execv('/bin/sh', ['sh', '-c', 'stty -a >"$dir/stty1"; "$bin/bin/pop3ctl" -s "$sock" top --interval 300ms; stty -a >"$dir/stty2"'])
read_until(fd, b'slowest ms'); os.write(fd, b'q'); got, status = end(pid, fd)
a, b = (open(os.environ['dir'] + '/stty%d' % i).read() for i in (1, 2))
assert a == b and 'echo' in a, (a, b)
# a terminal that cannot: lines
pid, fd = start(term='dumb'); got = read_until(fd, b'logins/s'); read_until(fd, b'\n', got[got.index(b'logins/s') + 80:])
os.kill(pid, signal.SIGTERM); end(pid, fd)
pid, fd = start(term='nothing-like-this'); got = read_until(fd, b'logins/s')
os.kill(pid, signal.SIGTERM); end(pid, fd)
# the terminal goes away
pid, fd = start(); read_until(fd, b'slowest ms'); os.close(fd)
limit = time.monotonic() + 20
while not os.waitpid(pid, os.WNOHANG)[0]:
    assert time.monotonic() < limit; time.sleep(0.05)
PY
else
	say 'not checked: the page on a terminal; this build has no ncurses'
fi

# The server ends while it is watched.
ctl top --interval 200ms >"$dir/top" 2>"$dir/err" </dev/null &
watcher=$!
pids="$pids $watcher"
n=0
until [ "$(wc -l <"$dir/top")" -ge 2 ]; do
	n=$((n + 1)); [ "$n" -lt 100 ] || fail 'it watches'; sleep 0.1
done
still_alive
stop_server
code=0
wait "$watcher" || code=$?
must 'it ends with the server, and says why' sh -c "[ $code -eq 69 ] && grep -q 'running' '$dir/err'"
