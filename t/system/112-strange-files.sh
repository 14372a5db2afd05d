#!/bin/sh
# F-33: FIFO, symlink, directory, socket, device, unreadable, sparse 10 GB,
# strange names: skipped or listed without harm, the loop never blocks.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
printf 'Subject: good\n\nx\n' >"$dir/m"
deliver anna@example.org "$dir/m" "$dir/m"
d=$(maildrop anna@example.org)
printf 'secret of another\n' >"$dir/outside"
mkfifo "$d/new/1000000001.fifo"
ln -s "$dir/outside" "$d/new/1000000002.symlink"
ln -s /dev/zero "$d/cur/1000000003.zero:2,"
mkdir "$d/new/1000000004.folder"
python3 -c "import socket,os; os.chdir('$d/cur'); s=socket.socket(socket.AF_UNIX); s.bind('1000000005.s')"
[ "$(id -u)" -ne 0 ] || mknod "$d/cur/1000000006.dev" c 1 5 2>/dev/null || :
truncate -s 10G "$d/new/1000000007.sparse"
touch "$d/new/1000000008.empty" "$d/new/.hidden" "$d/cur/name with spaces:2,XYZ" "$d/cur/$(printf '\303\251\377')"
touch "$d/new/$(printf 'n%0250d' 1)"
printf 'Subject: closed\n\n' >"$d/new/1000000009.unreadable"
own_mail
[ "$(id -u)" -ne 0 ] || chown 0:0 "$d/new/1000000009.unreadable"
chmod 000 "$d/new/1000000009.unreadable"
python3 - <<'EOF' || fail 'strange files'
import time
from pop3 import Pop3
t = time.time()
p = Pop3(timeout=120).login('anna')
sizes = [int(x.split()[1]) for x in p.lines('LIST')]
uidls = [x.split()[1] for x in p.lines('UIDL')]
assert len(set(uidls)) == len(uidls)
assert 10 * 2**30 + 4 in sizes or 10 * 2**30 + 2 in sizes, sizes
good = 0
for i, s in enumerate(sizes, 1):
    if s > 1 << 30:
        continue
    m = p.multi('RETR %d' % i)
    assert len(m) == s, (i, len(m), s)
    assert b'secret' not in m
    good += b'good' in m
assert good == 2
p.quit()
EOF
must 'the other files are still there' test -p "$d/new/1000000001.fifo" -a -L "$d/new/1000000002.symlink" -a -d "$d/new/1000000004.folder"
still_alive
stop_server
