#!/bin/sh
# Python's poplib: plain, STLS, TLS; sizes listed equal octets sent (I5).
. "${srcdir:-.}/t/system/common.sh"
. "$src/t/system/clients.sh"
seed_server --huge
mkdir "$dir/got"
must 'poplib fetches all' python3 - <<'EOF'
import os, poplib
from pop3 import context
poplib._MAXLINE = 1 << 30
host, dir = os.environ['addr'], os.environ['dir']
a = poplib.POP3(host, int(os.environ['port'])); a.user('anna'); a.pass_('secret')
assert a.capa()['UIDL'] == []
a.quit()
a = poplib.POP3(host, int(os.environ['port'])); a.stls(context())
a.user('anna@example.org'); a.pass_('secret')
count, octets = a.stat()
sizes = [int(x.split()[1]) for x in a.list()[1]]
uidls = [x.split()[1] for x in a.uidl()[1]]
assert len(sizes) == len(set(uidls)) == count and sum(sizes) == octets
a.quit()
a = poplib.POP3_SSL(host, int(os.environ['tls_port']), context=context())
a.user('anna'); a.pass_('secret')
for i in range(1, count + 1):
    lines = a.retr(i)[1]
    m = b''.join(x + b'\r\n' for x in lines)
    assert len(m) == sizes[i - 1], (i, len(m), sizes[i - 1])
    open('%s/got/%d' % (dir, i), 'wb').write(m)
a.quit()
EOF
must 'octets are right' compare "$dir/got"
must 'TOP n 0 is the header and an empty line' python3 - <<'EOF'
import os
from pop3 import Pop3
from wire import wire
p = Pop3().login('anna')
d = os.environ['dir'] + '/seed'
for i, f in enumerate(sorted(os.listdir(d)), 1):
    if os.path.getsize(d + '/' + f) > 1 << 20:
        continue
    w = wire(open(d + '/' + f, 'rb').read())
    if w.startswith(b'\r\n'):
        want = b'\r\n'
    else:
        want = w[:w.index(b'\r\n\r\n') + 4]
    got = p.multi('TOP %d 0' % i)
    assert got == want, (f, got[-100:], want[-100:])
    body = w[len(want):].split(b'\r\n')
    for n in (1, 2, 5):
        cut = b''.join(x + b'\r\n' for x in (body[:-1])[:n])
        assert p.multi('TOP %d %d' % (i, n)) == want + cut, (f, n)
    assert p.multi('TOP %d 99999999' % i) == w, f
p.quit()
EOF
still_alive
stop_server
