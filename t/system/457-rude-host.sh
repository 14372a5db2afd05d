#!/bin/sh
# A smart host that took a message and never answers QUIT is not given it again.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
timeout=1s relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\","
start_server
add_sender anna@example.org
python3 - <<'EOT' || fail 'a host that does not say goodbye'
from xmit import *
mode('rude')
one = sent(message('a@b.example, perm@b.example'))
until('the outcome', lambda: log('mail sent queue_id=' + one) and log('mail bounced queue_id=' + one))
until('an empty spool', lambda: os.listdir(FOLDER + '/state/spool') == ['badmail'])
assert [r['rcpts'] for r in recorded()] == [['a@b.example'], ['anna@example.org']], recorded()
assert not log('mail delayed'), log('mail delayed')
EOT
still_alive
stop_server
