#!/bin/sh
# X-30, X-31, X-41, X-42, X-47: what XTND XMIT sends reaches the smart host whole,
# with its recipients in the envelope, without Bcc, stamped.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\", \"helo_name\": \"us.example.org\","
start_server
add_sender anna@example.org
python3 - <<'EOT' || fail 'a message'
from xmit import *
i = sent(message('Bob <bob@b.example>, carol@B.EXAMPLE', '.dot\n..two\nend\n',
                 'Cc: group: d@d.example;\nBcc: secret@e.example\n'))
r, = recorded(n=1)
assert r['sender'] == 'anna@example.org', r
assert r['rcpts'] == ['bob@b.example', 'carol@b.example', 'd@d.example', 'secret@e.example'], r
assert r['hello'] == 'EHLO us.example.org', r
head, body = r['data'].split(b'\r\n\r\n', 1)
assert body == b'.dot\r\n..two\r\nend\r\n', body
assert b'secret' not in head and b'Bcc' not in head, head
assert b'\nMessage-ID: <' in head and b'\nDate: ' in head, head
assert head.startswith(b'Received: from [127.'), head
assert b'with POP3S id ' + i.encode() in head and b'anna@example.org' in head, head
assert b'\n' not in r['data'].replace(b'\r\n', b'')

# Big, and several in a row from one session.
big = message('bob@b.example', 'x' * 70 + '\n' + 'y\n' * 400000)
s = Sender()
for i in range(3):
    q = s.xmit(big)
    assert q.startswith(b'+OK'), q
s.quit()
for r in recorded(n=4)[1:]:
    assert r['data'].split(b'\r\n\r\n', 1)[1] == big.split('\n\n', 1)[1].replace('\n', '\r\n').encode()

refused(message('bob@b.example', sender='eve@example.org'), "none of this account's addresses")
refused('Subject: to nobody\nFrom: anna@example.org\n\nx\n', 'no recipient')
refused(message('-oQ/tmp@b.example'), 'no address')
refused(message('<@a.example,@b.example:c@c.example>'), 'route')
refused(message('böb@b.example'), 'ASCII')
refused(message('a%b@c.example'), 'route')
refused(message('bob@b.example', more='Received: x\n' * 15), 'loop')
refused(message(', '.join('u%d@b.example' % i for i in range(101))), 'more than 100 recipients')
# 100 of them are one transaction; a bare local part is of the account's domain.
sent(message(', '.join('u%d@b.example' % i for i in range(99)), more='Cc: bare\n'))
r = recorded(n=5)[4]
assert len(r['rcpts']) == 100 and r['rcpts'][99] == 'bare@example.org', r['rcpts']
until('the queue is empty', lambda: len(log('mail sent')) == 5)
assert not [x for x in os.listdir(FOLDER + '/state/spool') if x != 'badmail']
line = log('mail accepted')[0]
for want in ('queue_id=', 'user=anna@example.org', 'peer=127.', 'recipients=4', 'octets=', 'session='):
    assert want in line, (want, line)
line = log('mail sent')[0]
for want in ('queue_id=', 'exit=0', 'recipients=4', 'answer=250'):
    assert want in line, (want, line)
EOT
relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\", \"max_recipients\": 250,"
must 'more recipients are allowed' ctl reload
python3 - <<'EOT' || fail 'many recipients'
from xmit import *
# At most 100 of them in one transaction.
sent(message(',\n '.join('u%d@b.example' % i for i in range(250))))
rs = recorded(n=8)[5:]
assert sorted(len(r['rcpts']) for r in rs) == [50, 100, 100], rs
assert {x for r in rs for x in r['rcpts']} == {'u%d@b.example' % i for i in range(250)}
until('the queue is empty', lambda: len(log('mail sent')) == 8)
EOT
must 'nothing waits' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json queue list | grep '\"messages\":\\[\\]'"
still_alive
stop_server
