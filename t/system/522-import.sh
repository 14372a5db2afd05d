#!/bin/sh
# 100,000 ranges at once: all of them or none, while everybody is served; one
# more or less afterwards is a matter of a moment.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
start_server
python3 - >"$dir/many" <<'EOP'
print('# 100,000 networks')
for i in range(100000):
    print('%d.%d.%d.0/24' % (1 + i // 65536, i // 256 % 256, i % 256))
EOP
sed '50000s/.*/10.0.0.7\/24/; 70000s/.*/nonsense/' "$dir/many" >"$dir/faulty"
must 'one range that was there' ctl deny add 1.2.3.0/24 127.97.1.1
must_exit 65 'a faulty file' ctl deny import "$dir/faulty"
must 'each faulty line is named' grep -q '^pop3ctl: line 50000: 10.0.0.7/24: .*did you mean 10.0.0.0/24' "$dir/out"
must 'the other one too' grep -q '^pop3ctl: line 70000: nonsense' "$dir/out"
must 'and that nothing was changed' grep -q '2 of 100001 lines .*nothing was changed' "$dir/out"
must 'so it is' ctl access test 1.99.9.9
must_exit 67 'no such file' ctl deny import "$dir/nosuch"

# A client in a hurry, while the list is imported and changed: how long does
# the server let it wait?
cat >"$dir/hurry.py" <<'EOP'
import sys, time
from pop3 import Pop3
p = Pop3(); worst = n = 0
print('there', flush=True)
stop = sys.argv[1]
import os
while not os.path.exists(stop):
    t = time.monotonic(); p.cmd('CAPA')
    while p.line() != b'.':
        pass
    worst = max(worst, time.monotonic() - t); n += 1
    time.sleep(0.002)
print('%d questions, the longest %.1f ms' % (n, worst * 1000))
EOP
python3 "$dir/hurry.py" "$dir/stop" >"$dir/hurry" 2>&1 &
hurry=$!
pids="$pids $hurry"
n=0
until grep -q there "$dir/hurry"; do
	n=$((n + 1)); [ $n -lt 100 ] || fail 'no session'; sleep 0.1
done
slow=1
grep -q '^#define SANITIZED' "$bin/config.h" && slow=8
took() {	# took SECONDS "what" command…
	most=$(($1 * slow)) what=$2; shift 2
	from=$(date +%s%N)
	must "$what" "$@"
	ms=$((($(date +%s%N) - from) / 1000000))
	say "($ms ms)"
	[ $ms -lt "${most}000" ] || fail "$what: $ms ms"
}
took 10 'import 100,000' ctl deny import "$dir/many"
must 'what was there is counted' grep -q '99999 ranges added, 1 were there, 100001 in the list now' "$dir/out"
must_exit 1 'all are in force' ctl access test 2.134.159.9
took 5 'one more' ctl deny add 198.51.100.0/24
took 5 'one less' ctl deny remove 198.51.100.0/24
took 5 'a reload' ctl reload
touch "$dir/stop"
wait $hurry || { cat "$dir/hurry"; fail 'the session ended'; }
say "$(tail -n 1 "$dir/hurry")"
python3 - "$dir/hurry" $slow <<'EOP' || fail 'the loop paused'
import re, sys
ms = float(re.search(r'longest ([0-9.]+) ms', open(sys.argv[1]).read()).group(1))
sys.exit(0 if ms < 500 * int(sys.argv[2]) else 1)      # a busy machine
EOP
must 'the whole list in pages' sh -c "[ \$('$bin/bin/pop3ctl' -s '$sock' deny list | wc -l) -eq 100002 ]"
must 'settings are shown without it' ctl config show
must 'by its length' grep -q '(100001 entries)' "$dir/out"
must_not 'and logged so' sh -c "[ \$(wc -L <'$dir/log') -gt 5000 ]"
must 'from standard input, in its place' sh -c "printf '127.97.1.1\n127.97.2.0/24 # two\n' | '$bin/bin/pop3ctl' -s '$sock' deny import --replace -"
must 'two are left' grep -q '2 in the list now' "$dir/out"
must 'the others are gone' ctl access test 1.99.9.9
must_exit 1 'these are not' ctl access test 127.97.2.9
rss=$(awk '/VmRSS/ { print $2 }' "/proc/$(pid_of front)/status")
say "front has $rss kB"
[ $slow -gt 1 ] || [ "$rss" -lt 60000 ] || fail "front has $rss kB"
keeper_rss() { awk '/VmRSS/ { print $2 }' "/proc/$server_pid/status"; }
n=0
until [ $slow -gt 1 ] || [ "$(keeper_rss)" -lt 40000 ]; do	# gives it back
	n=$((n + 1)); [ $n -lt 50 ] || fail "keeper has $(keeper_rss) kB"; sleep 0.1
done
say "keeper has $(keeper_rss) kB"

# What an operator's program may send by itself.
cat >"$dir/stages.py" <<'EOP'
import json, os, socket
s = socket.socket(socket.AF_UNIX); s.connect(os.environ['sock']); f = s.makefile('rw')
def ask(verb, **args):
    f.write(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': args}) + '\n'); f.flush()
    r = json.loads(f.readline())
    return r['result'] if r['ok'] else r['error']['exit']
a = ask('deny.import', lines=['127.97.7.1'])['stage']
b = ask('deny.import', lines=['127.97.8.1', 'bad'])
assert b['stage'] != a and b['lines'] == 2 and b['faults'][0]['line'] == 2, b
assert ask('deny.import', stage=b['stage'], done=True) == 65
assert ask('deny.import', stage=b['stage'], done=True) == 67
assert ask('access.test', address='127.97.7.1')['refused'] is False
r = ask('deny.import', stage=a, lines=['127.97.7.2'], done=True)
assert r['added'] == 2 and r['kept'], r
assert ask('access.test', address='127.97.7.2')['refused'] is True
for wrong in (dict(lines='x'), dict(stage='x'), dict(stage=-5), dict(lines=[1], done=True),
              dict(done=1), dict(other=1)):
    assert ask('deny.import', **wrong) in (65, 67), wrong
assert [ask('deny.import') for i in range(9)][-1] == 75
r = ask('deny.list', limit=1)
assert len(r['ranges']) == 1 and r['next'] == 1 and r['total'] == 4, r
assert ask('deny.list', after=r['next'], limit=1)['ranges'] != r['ranges']
assert ask('deny.list', after=99)['ranges'] == [] and ask('deny.list', after=-1) == 65
assert ask('deny.add', ranges=[]) == 65 and ask('deny.add', ranges=['127.1\0']) in (64, 65)
EOP
must 'requests one by one' python3 "$dir/stages.py"
still_alive
stop_server
