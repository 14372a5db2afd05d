#!/bin/sh
# I4: UIDLs survive restart, new->cur, flags, loss and damage of the index, a
# restored older index, and order stays the same.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
n=0
while [ $n -lt 60 ]; do n=$((n + 1)); printf 'Subject: %d\n\nbody %d\n' $n $n >"$dir/m"; deliver anna@example.org "$dir/m"; done
d=$(maildrop anna@example.org)
list() {
	python3 - <<'EOF'
from pop3 import Pop3
p = Pop3().login('anna')
u = p.lines('UIDL'); l = p.lines('LIST')
assert len(u) == len(l) and len(set(x.split()[1] for x in u)) == len(u)
import re
for x in u:
    assert re.fullmatch(r'\d+ [0-9A-Za-z_-]{1,70}', x), x
print('\n'.join(u)); print('\n'.join(l)); p.quit()
EOF
}
list >"$dir/first" || fail 'first list'
same() { list >"$dir/now" || fail "$1"; cmp -s "$dir/first" "$dir/now" || { diff "$dir/first" "$dir/now" | head; fail "$1"; }; say "ok - $1"; }
same 'a second login'
stop_server; start_server
same 'after a restart'
for f in "$d"/new/*; do mv "$f" "$d/cur/$(basename "$f"):2,S"; done
same 'new -> cur with flags'
for f in "$d"/cur/*; do mv "$f" "${f%:2,S}:2,RS"; done
same 'other flags'
index=$(find "$d" -maxdepth 1 -type f -name '*index*' | head -n 1)
[ -n "$index" ] || fail 'no index file found'
cp -p "$index" "$dir/index.saved"
rm "$index"
same 'the index was lost'
python3 - "$index" <<'EOF'
import random, sys
f = sys.argv[1]
b = bytearray(open(f, 'rb').read())
for _ in range(20):
    b[random.randrange(len(b))] ^= 1 << random.randrange(8)
open(f, 'wb').write(b)
EOF
same 'the index has random bits'
size=$(stat -c %s "$index")
for cut in 0 1 7 40 $((size / 2)) $((size - 1)); do
	truncate -s "$cut" "$index"
	same "the index was cut to $cut octets"
done
cp -p "$dir/index.saved" "$index"
same 'an older index came back'
touch -d '2031-01-01' "$d"/cur "$d"/new
same 'folder times in the future'
touch -d '1999-01-01' "$d"/cur "$d"/new "$d"/cur/*
same 'file times in the past'
rm -f "$index"; mkdir "$index"
same 'something else stands where the index should be'
rmdir "$index"
still_alive
stop_server
