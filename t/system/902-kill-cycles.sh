#!/bin/sh
# G-03 in short: kill -9 of all at random moments of DELE and QUIT, many times:
# 0 lost, 0 left after an acknowledged QUIT, 0 changed UIDLs.
. "${srcdir:-.}/t/system/common.sh"
killing=yes
begin
start_server
add_account anna@example.org
python3 - "$bin" "${CYCLES:-15}" <<'EOF' || fail 'kill cycles'
import json, os, random, signal, subprocess, sys, threading, time
from pop3 import Pop3
bin, cycles = sys.argv[1], int(sys.argv[2])
d = os.environ['dir']; sock = os.environ['sock']
seed = int.from_bytes(os.urandom(4), 'big'); print('seed', seed); rnd = random.Random(seed)
drop = d + '/mail/example.org/anna'
def deliver(n):
    subprocess.run([bin + '/libexec/deliver', drop], input=b'Subject: %d\n\nbody of %d\n' % (n, n), check=True)
    if os.getuid() == 0:
        subprocess.run(['chown', '-R', '61103:61103', d + '/mail'], check=True)
def login():
    end = time.time() + 30
    while True:
        try: return Pop3(timeout=5).login('anna')
        except (AssertionError, OSError):
            if time.time() > end: raise
            time.sleep(0.05)
def listing(p):
    r = {}
    for x in p.lines('UIDL'):
        n, u = x.split(); r[u] = p.multi('TOP %s 0' % n)
    return r
want = {}; next = 0; acked = half = 0
for c in range(cycles):
    while len(want) < 6 or (next < 12): 
        deliver(next); next += 1
        p = login(); want = listing(p); p.quit()
        if len(want) >= 6: break
    p = login(); have = listing(p)
    assert have == want, (c, set(have) ^ set(want))
    order = [x.split()[1] for x in p.lines('UIDL')]
    marks = rnd.sample(range(len(order)), 2)
    for i in marks: p.ok('DELE %d' % (i + 1))
    r = subprocess.run([bin + '/bin/pop3ctl', '-s', sock, '--json', 'status'], capture_output=True, text=True)
    victims = [x['pid'] for x in json.loads(r.stdout)['result']['processes'] if x['role'] in ('drop', 'front') and x['pid']]
    rnd.shuffle(victims)
    delay = rnd.random() * 0.004
    def shoot():
        time.sleep(delay)
        for v in victims:
            try: os.kill(v, signal.SIGKILL)
            except ProcessLookupError: pass
    t = threading.Thread(target=shoot); t.start()
    try: p.send(b'QUIT\r\n'); reply = p.line()
    except OSError: reply = b''
    t.join(); p.close()
    q = login(); now = listing(q); q.quit()
    marked = {order[i] for i in marks}
    gone = set(want) - set(now)
    assert gone <= marked and not set(now) - set(want), (c, gone, marked)
    assert all(now[u] == want[u] for u in now)
    if reply.startswith(b'+OK'):
        assert gone == marked, (c, reply); acked += 1
    else: half += 1
    want = now
print(cycles, 'cycles:', acked, 'acknowledged,', half, 'cut')
EOF
still_alive
stop_server
