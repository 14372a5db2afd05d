#!/bin/sh
# X-19, X-43, S-…: each cap is answered before the message, in words of its own; a
# disk that is full or out of inodes is "try again" and leaves nothing behind.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
host="\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\","
retries='"1h"'
relay_conf "$host \"max_size\": \"64K\", \"max_recipients\": 3, \"per_hour\": 4,"
if [ "$(id -u)" -eq 0 ]; then
	mkdir -p "$dir/state/spool"
	mount -t tmpfs -o size=1m,nr_inodes=20,uid=61101,gid=61101,mode=0700 tmpfs "$dir/state/spool" &&
	    mounts=$dir/state/spool
fi
start_server
for u in anna berta carla dora; do add_sender $u@example.org; done
add_account emil@example.org
python3 - <<'EOT' || fail 'caps'
from xmit import *
def who(name): return dict(user=name + '@example.org')
def text(name, to, **kw): return message(to, sender=name + '@example.org', **kw)
def at_once(name, want):
    s = Sender(**who(name))
    r = s.cmd('XTND XMIT')
    assert r.startswith(b'-ERR') and want.encode() in r, (want, r)
    s.ok('NOOP'); s.quit()
refused(text('anna', 'a@b.example', body='x' * 70 + '\n' + 'y\n' * 40000), 'it is too large', **who('anna'))
refused(text('anna', 'a@b.example, b@b.example, c@b.example, d@b.example'), 'more than 3 recipients', **who('anna'))
at_once('emil', 'may not send')
for i in range(4): sent(text('anna', 'a@b.example'), **who('anna'))
at_once('anna', 'too many messages in the last hour')
sent(text('berta', 'a@b.example'), **who('berta'))
for line, event in (('user=anna@example.org', 'mail refused'), ('reason=', 'mail refused')):
    assert any(line in x for x in log(event)), log(event)
# A header may be as long as it likes, up to a limit.
s = Sender(**who('berta'))
s.ok('XTND XMIT'); s.send(stuff(text('berta', 'a@b.example', more='X: y\n' * 200, body='.\n..\n')))
assert s.line().startswith(b'+OK')
# Over-long bodies do not confuse what follows.
s.ok('XTND XMIT'); s.send(stuff(text('berta', 'a@b.example', body='z\n' * 60000)))
assert b'too large' in s.line(); s.ok('STAT'); s.quit()
# Gone in the middle: nothing stays.
s = Sender(**who('berta'))
s.ok('XTND XMIT'); s.send(text('berta', 'a@b.example').replace('\n', '\r\n').encode()); s.close()
until('only badmail is left', lambda: os.listdir(FOLDER + '/state/spool') == ['badmail'])
EOT
retries='"1h"'
printf 451 >"$dir/host/smart.mode"
relay_conf "$host \"queue_length\": 2,"
must 'a short queue' ctl reload
python3 - <<'EOT' || fail 'a full queue'
from xmit import *
for i in range(2): sent(message('a@b.example'))
s = Sender()
r = s.cmd('XTND XMIT')
assert r.startswith(b'-ERR [SYS/TEMP]') and b'wait to be sent' in r, r
EOT
for id in $(ctl --json queue list | python3 -c "
import json, sys
print(' '.join(m['id'] for m in json.load(sys.stdin)['result']['messages']))"); do
	n=0
	until ctl queue remove "$id" 2>/dev/null; do
		n=$((n + 1))
		[ "$n" -lt 50 ] || fail "queue remove $id"
		sleep 0.1
	done
done
rm "$dir/host/smart.mode"
conf relay <<EOT
{ "options": { "xtnd_xmit": true }, "relay": { $host "min_free": "900T" } }
EOT
must 'a floor of free space' ctl reload
python3 - <<'EOT' || fail 'the floor'
from xmit import *
r = Sender().cmd('XTND XMIT')
assert r.startswith(b'-ERR [SYS/TEMP]') and b'no room' in r, r
EOT
relay_conf "$host"
must 'no floor' ctl reload
if [ -n "${mounts-}" ]; then
	python3 - <<'EOT' || fail 'a full disk'
from xmit import *
spool = FOLDER + '/state/spool'
def temp(s, data):
    r = s.xmit(data)
    assert r.startswith(b'-ERR [SYS/TEMP]'), r
    assert os.listdir(spool) == ['badmail'] or sorted(os.listdir(spool)) == ['badmail', 'hog'], os.listdir(spool)
s = Sender()
big = message('a@b.example', 'y' * 70 + '\n' + 'x\n' * 700000)
temp(s, big)                        # no space for its octets
fd = os.open(spool + '/hog', os.O_WRONLY | os.O_CREAT)
try:
    while os.write(fd, b'x' * 4096): pass
except OSError: pass
os.close(fd)
temp(s, message('a@b.example'))     # for nothing at all
os.unlink(spool + '/hog')
hogs = []
try:
    for i in range(100): hogs.append(spool + '/badmail/h%d' % i); open(hogs[-1], 'x').close()
except OSError: pass
os.unlink(hogs[-2])                 # one inode: the message, not its envelope
temp(s, message('a@b.example'))
for h in hogs:
    if os.path.exists(h): os.unlink(h)
n = len(recorded())
assert s.xmit(message('a@b.example')).startswith(b'+OK')
s.quit()
recorded(n=n + 1)
assert log('mail not taken')
EOT
	say 'ok - a full disk'
else
	say 'no tmpfs here: the full disk was not tried'
fi
must_exit 78 'nothing to send with, and XTND XMIT on' sh -c "
	echo '{ \"options\": { \"xtnd_xmit\": true } }' >'$dir/conf.d/relay.json'
	'$bin/sbin/pop3srvd' -n -c '$dir/pop3srvd.json'"
grep -q 'set relay.smart_host' "$dir/out" || fail "no repair is named: $(cat "$dir/out")"
rm "$dir/conf.d/relay.json"
still_alive
stop_server
