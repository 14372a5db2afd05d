#!/bin/sh
# F-08, F-10: on a full disk, with no inodes left, and read-only: reading
# works; deleting works when the disk is full; nothing is lost.
. "${srcdir:-.}/t/system/common.sh"
need_root 'to mount a small file system'
begin
mkdir "$dir/mail"
mount -t tmpfs -o size=512k,nr_inodes=40,mode=755 p3test "$dir/mail" 2>/dev/null ||
    skip 'a tmpfs cannot be mounted here'
mounts="$dir/mail"
chown 61103:61103 "$dir/mail"
start_server
add_account anna@example.org
for n in 1 2 3 4 5; do { printf 'Subject: %d\n\n' $n; head -c 3000 /dev/zero | tr '\0' x; echo; } >"$dir/m$n"; done
deliver anna@example.org "$dir"/m?
list() { python3 -c "
from pop3 import Pop3
p = Pop3().login('anna'); print(*p.lines('UIDL'), sep='\n'); p.quit()"; }
cp -a "$(maildrop anna@example.org)" "$dir/saved"
list >"$dir/want" || fail 'list'
[ "$(wc -l <"$dir/want")" -eq 5 ] || fail 'five messages'
rm -f "$(maildrop anna@example.org)"/*index*
head -c 600k /dev/zero >"$dir/mail/filler" 2>/dev/null || :
must_not 'the disk is full' sh -c "head -c 9000 /dev/zero >'$dir/mail/more'"
list >"$dir/got" || fail 'login on a full disk'
must 'same UIDLs on a full disk without an index' cmp "$dir/want" "$dir/got"
python3 - <<'EOF' || fail 'full disk'
from pop3 import Pop3
p = Pop3().login('anna')
for i in range(1, 6): assert len(p.multi('RETR %d' % i)) > 3000
p.ok('DELE 2'); p.ok('DELE 4')
assert p.quit().startswith(b'+OK')
p = Pop3().login('anna'); assert p.ok('STAT').split()[1] == b'3'; p.quit()
EOF
rm -f "$dir/mail/filler" "$dir/mail/more"
fill_inodes() { n=0; while touch "$dir/mail/$1$n" 2>/dev/null; do n=$((n + 1)); done; }
fill_inodes i
must_not 'no inode is left' touch "$dir/mail/inode"
rm -f "$(maildrop anna@example.org)"/*index*
fill_inodes refill
python3 - <<'EOF' || fail 'no inodes'
from pop3 import Pop3
p = Pop3().login('anna'); assert p.ok('STAT').split()[1] == b'3'
p.ok('DELE 1'); assert p.quit().startswith(b'+OK')
p = Pop3().login('anna'); assert p.ok('STAT').split()[1] == b'2'; p.quit()
EOF
rm -f "$dir"/mail/i* "$dir"/mail/refill*
mount -o remount,ro "$dir/mail" 2>/dev/null || fail 'remount'
python3 - <<'EOF' || fail 'read-only'
from pop3 import Pop3
p = Pop3().login('anna')
assert len(p.multi('RETR 1')) > 3000
p.ok('DELE 1'); p.ok('DELE 2')
r = p.quit(); assert r.startswith(b'-ERR'), r
p = Pop3().login('anna'); assert p.ok('STAT').split()[1] == b'2'; p.quit()
EOF
mount -o remount,rw "$dir/mail"
python3 - <<'EOF' || fail 'writable again'
from pop3 import Pop3
p = Pop3().login('anna'); p.ok('DELE 1'); assert p.quit().startswith(b'+OK')
p = Pop3().login('anna'); assert p.ok('STAT').split()[1] == b'1'; p.quit()
EOF
still_alive
stop_server
umount "$dir/mail"
mounts=
