#!/bin/sh
# A smart host that hangs keeps neither clients from sending nor mail of other
# routes from going out; when it wakes up everything is sent.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
smart_host other 2601
relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\", \"processes\": 2,
  \"routes\": [ { \"domain\": \"other.example\", \"smart_host\": \"$addr:2601\", \"tls\": \"none\" } ],"
start_server
add_sender anna@example.org
python3 - <<'EOT' || fail 'a hanging host'
from xmit import *
mode('silent')
s = Sender()
for i in range(6):
    assert s.xmit(message('u%d@b.example, v%d@other.example' % (i, i))).startswith(b'+OK')
begin = time.monotonic()
assert s.xmit(message('w@other.example')).startswith(b'+OK')
until('another route goes on', lambda: ['w@other.example'] in [r['rcpts'] for r in recorded('other')], 10)
s.ok('NOOP')
s.quit()
assert recorded('smart') == []
mode('')
def rcpts(name): return {x for r in recorded(name) for x in r['rcpts']}
until('all is sent', lambda: rcpts('smart') == {'u%d@b.example' % i for i in range(6)} and
      rcpts('other') == {'w@other.example'} | {'v%d@other.example' % i for i in range(6)})
assert len(recorded('smart')) == 6 and len(recorded('other')) == 7
until('an empty spool', lambda: os.listdir(FOLDER + '/state/spool') == ['badmail'])
EOT

# A spool that cannot be opened: "try again", the queue is not lost, and relay
# comes to itself when it can.
if [ "$(id -u)" -eq 0 ]; then
	killing=yes
	# Who has it already is not sent it again, when relay dies before the rest.
	printf silent >"$dir/host/smart.mode"
	python3 - <<'EOT' || fail 'half of the recipients'
import subprocess
from xmit import *
i = sent(message('once@other.example, then@b.example'))
until('one has it', lambda: [r for r in recorded('other') if r['rcpts'] == ['once@other.example']])
def states():
    out = subprocess.run([os.environ['bin'] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', 'queue', 'show', i],
                         capture_output=True).stdout
    return [r['state'] for r in json.loads(out)['result']['recipients']]
until('relay knows', lambda: states() == ['done', 'active'])
EOT
	kill -9 "$(pid_of relay)"
	rm "$dir/host/smart.mode"
	python3 - <<'EOT' || fail 'the other half'
from xmit import *
until('the rest has it', lambda: [r for r in recorded() if r['rcpts'] == ['then@b.example']])
assert len([r for r in recorded('other') if r['rcpts'] == ['once@other.example']]) == 1
EOT
	printf 451 >"$dir/host/smart.mode"
	python3 -c "from xmit import *; sent(message('late@b.example'))" || fail 'one more message'
	chown 0 "$dir/state/spool"
	kill -9 "$(pid_of relay)"
	python3 - <<'EOT' || fail 'without a spool'
from xmit import *
until('relay says so', lambda: log('spool cannot be opened'))
r = Sender().cmd('XTND XMIT')
assert r.startswith(b'-ERR [SYS/TEMP]'), r
EOT
	must_exit 75 'the queue is not known now' ctl queue list
	must 'the server runs' ctl status
	chown 61101 "$dir/state/spool"
	rm "$dir/host/smart.mode"
	python3 - <<'EOT' || fail 'with its spool again'
from xmit import *
until('it is sent', lambda: [r for r in recorded() if r['rcpts'] == ['late@b.example']])
sent(message('last@b.example'))
EOT
fi
still_alive
stop_server
