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
still_alive
stop_server
