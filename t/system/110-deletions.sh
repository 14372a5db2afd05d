#!/bin/sh
# I1, I2: only QUIT deletes, what it acknowledges is gone, nothing else ever.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
for n in 1 2 3 4 5 6; do printf 'Subject: %d\n\nbody %d\n' $n $n >"$dir/m$n"; done
deliver anna@example.org "$dir"/m?
new=$(maildrop anna@example.org)/new python3 - <<'EOF' || fail 'deletions'
import os, socket, struct
from pop3 import Pop3
def subjects():
    p = Pop3().login('anna')
    n = int(p.ok('STAT').split()[1])
    r = [p.multi('TOP %d 0' % i).split(b'\r\n')[0][-1:] for i in range(1, n + 1)]
    assert p.quit().startswith(b'+OK')
    return r
before = subjects()
assert len(before) == 6, before
def marked():
    p = Pop3().login('anna')
    p.ok('DELE 1'); p.ok('DELE 4')
    return p
p = marked(); p.close()                                   # vanished
assert subjects() == before
p = marked(); p.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); p.close()
assert subjects() == before
for half in (b'QUI', b'QUIT', b'QUIT\r', b'QUITX\r\n', b'NOOP QUIT\r\n', b'quit now please\r\n'[:4]):
    p = marked(); p.send(half)
    p.s.shutdown(socket.SHUT_WR)
    p.eof(); p.close()
    assert subjects() == before, half
p = marked(); p.ok('RSET'); assert p.quit().startswith(b'+OK')
assert subjects() == before
new = os.environ['new']
os.chmod(new, 0o500)                                      # nothing can be removed: no +OK
p = marked(); r = p.quit()
os.chmod(new, 0o700)
assert r.startswith(b'-ERR [SYS/TEMP]'), r
assert subjects() == before
p = marked()
p.err('RETR 1'); p.err('DELE 1'); p.err('LIST 1'); p.err('UIDL 4'); p.err('TOP 4 0')
assert [x.split()[0] for x in p.lines('LIST')] == ['2', '3', '5', '6']
assert [x.split()[0] for x in p.lines('UIDL')] == ['2', '3', '5', '6']
assert p.multi('TOP 2 0') and p.ok('STAT').split()[1] == b'4'
assert p.quit().startswith(b'+OK')
assert subjects() == [before[i] for i in (1, 2, 4, 5)]
p = Pop3().login('anna'); p.send(b'DELE 1\r\nDELE 2\r\nDELE 3\r\nDELE 4\r\nQUIT\r\n')
assert all(p.line().startswith(b'+OK') for _ in range(5)) and p.eof()
assert subjects() == []
EOF
must 'no file is left' sh -c "[ -z \"\$(find '$(maildrop anna@example.org)/new' '$(maildrop anna@example.org)/cur' -type f)\" ]"
still_alive
stop_server
