#!/bin/sh
# S-44: garbage, half lines, floods and idle clients on the control socket never
# harm mail service (the class of CVE-2025-62875).
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
front=$(pid_of front)
python3 - <<'EOF' || fail 'torture'
import json, os, random, socket, time
from pop3 import Pop3
sock = os.environ['sock']
seed = int.from_bytes(os.urandom(4), 'big'); print('seed', seed); rnd = random.Random(seed)
def conn():
    s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sock); return s
good = b'{"v":1,"id":7,"verb":"status","args":{}}\n'
def ask(octets):
    try:
        s = conn(); s.sendall(octets); s.shutdown(socket.SHUT_WR); r = b''
        while True:
            d = s.recv(65536)
            if not d: break
            r += d
        s.close(); return r
    except (BrokenPipeError, ConnectionResetError): return b''
r = json.loads(ask(good).split(b'\n')[0]); assert r['ok'] and r['id'] == 7
cases = [b'\n', b'\0\n', b'{}\n', b'[]\n', b'null\n', b'"x"\n', b'{' * 60000 + b'\n', b'[' * 60000 + b'\n',
  b'{"v":2,"id":1,"verb":"status"}\n', b'{"v":1,"id":"x","verb":"status"}\n', b'{"v":1,"id":1,"verb":"nope"}\n',
  b'{"v":1,"id":1,"verb":"status","args":[]}\n', b'{"v":1,"id":1,"verb":"session.kill","args":{"ids":5}}\n',
  b'{"v":1,"id":1,"verb":"session.kill","args":{"ids":[null,1,{}]}}\n',
  b'{"v":1,"id":1,"verb":"account.add","args":{"name":{"a":1}}}\n',
  b'{"v":1,"id":1,"verb":"config.set","args":{"key":[],"value":null}}\n',
  b'{"v":1,"id":9223372036854775808,"verb":"status"}\n', b'{"v":1,"id":1,"id":2,"verb":"status"}\n',
  b'\xff\xfe\n', b'{"v":1,"id":1,"verb":"\\u0000"}\n', b'x' * 65537 + b'\n', b'x' * (1 << 20)]
for c in cases:
    r = ask(c)
    for line in r.split(b'\n'):
        if line: assert json.loads(line)['ok'] is False, (c[:60], line)
for i in range(2000):
    b = bytearray(good)
    for _ in range(rnd.randrange(1, 6)): b[rnd.randrange(len(b) - 1)] = rnd.randrange(256)
    ask(bytes(b))
many = []
for i in range(300):
    try: s = conn(); s.sendall(good[:rnd.randrange(len(good))]); many.append(s)
    except OSError: pass
p = Pop3(timeout=10).login('anna'); p.ok('STAT'); p.quit()
r = json.loads(ask(good).split(b'\n')[0]); assert r['ok'], 'idle clients keep the operator out'
for m in many: m.close()
time.sleep(0.5)
r = json.loads(ask(good).split(b'\n')[0]); assert r['ok']
# Pipelined requests and a client that never reads.
try:
    s = conn(); s.settimeout(3); s.sendall(good * 20000)
except (OSError, socket.timeout): pass
p = Pop3(timeout=10).login('anna'); p.ok('STAT'); p.quit()
r = json.loads(ask(good).split(b'\n')[0]); assert r['ok']
EOF
[ "$(pid_of front)" = "$front" ] || fail 'front was restarted'
must 'removing the socket does not end the server' rm "$sock"
python3 -c "
from pop3 import Pop3
Pop3(timeout=10).login('anna').quit()" || fail 'mail without the socket'
kill -HUP "$server_pid"
n=0
until ctl status >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 50 ] || fail 'the socket does not come back on reload'; sleep 0.1; done
still_alive
stop_server
