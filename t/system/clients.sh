# clients.sh - the shared part of the client tests; sourced after common.sh
#
# seed_server: a server with account anna and the seeded maildrop; $dir/seed
# holds what was stored.  compare DIR: every message of the seed is in DIR (any
# names), each once, in wire form; given "lf" as second argument, as a client
# leaves it that writes LF for any number of CRs and an LF.
seed_server() {
	begin
	python3 "$src/t/data/seed.py" "$dir/seed" ${1-}
	start_server
	add_account anna@example.org
	deliver anna@example.org "$dir"/seed/*
}
compare() {
	python3 - "$dir/seed" "$@" <<'EOF'
import os, re, sys
from collections import Counter
from wire import wire
seed, got = sys.argv[1], sys.argv[2]
form = sys.argv[3] if len(sys.argv) > 3 else 'wire'
def canon(b):
    return b if form == 'wire' else re.sub(b'\r+\n', b'\n', b)
read = lambda d, f: open(os.path.join(d, f), 'rb').read()
want = Counter(); names = {}
for f in sorted(os.listdir(seed)):
    w = canon(wire(read(seed, f)))
    want[w] += 1; names[w] = f
have = Counter(canon(read(got, f)) for f in os.listdir(got))
missing = want - have
extra = have - want
for m in missing: print('not fetched exactly:', names[m], len(m))
for m in extra: print('unexpected:', len(m), m[:60])
print(sum(have.values()), 'of', sum(want.values()), 'messages')
sys.exit(1 if missing or extra else 0)
EOF
}
