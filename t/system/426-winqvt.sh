#!/bin/sh
# The client of 1997: WinQVT/Net reads its mail, deletes it, and sends what it
# has queued by XTND XMIT, a message each, with a real Bcc: header (X-5, X-17,
# X-31).  The mail goes on to a smart host that writes down what it gets, then
# to a real Postfix, whose mailboxes are looked into.
. "${srcdir:-.}/t/system/common.sh"
. "${srcdir:-.}/t/system/smarthost.sh"
begin
can_smart_host
cat >"$dir/conf.d/50-xmit.json" <<EOF2
{ "relay": { "smart_host": "$addr:$host_port", "tls": "none", "retries": ["1s"], "min_free": 0 },
  "options": { "xtnd_xmit": true, "last": true } }
EOF2
start_server
add_account anna@example.org
must 'permit' ctl account set --xmit on anna@example.org

# WinQVT/Net's exact octets are not known (seeds.md); these are its verbs in
# the order of its manual: check mail, fetch, delete, send the outbox.
cat >"$dir/winqvt.py" <<'EOF2'
import sys
from pop3 import Pop3
outbox = [
    ('quarterly', 'ben@example.net', '', 'carl@example.net',
     'Dear Ben,\r\n..\r\n..and a line with a dot\r\n'),
    ('lunch', 'dora@example.net, Ben <ben@example.net>', 'eve@example.net', '', 'Noon?\r\n'),
    ('secret list', 'ben@example.net', '', 'carl@example.net, "Eve, E." <eve@example.net>',
     'x' * 200 + '\r\n\r\n') ]
tag = sys.argv[1]
p = Pop3(tls=True)
p.ok('USER anna'); p.ok('PASS secret')
n = int(p.ok('STAT').split()[1])
assert n == 3, n
assert len(p.lines('LIST')) == n
for i in range(1, n + 1):
    assert p.multi('RETR %d' % i)
    p.ok('DELE %d' % i)
for subject, to, cc, bcc, body in outbox:
    assert p.cmd('XTND XMIT') == b'+OK Start sending message.'
    head = ['From: Anna <anna@example.org>', 'To: ' + to]
    head += ['Cc: ' + cc] if cc else []
    head += ['Bcc: ' + bcc] if bcc else []
    head += ['Subject: %s %s' % (tag, subject), 'X-Mailer: WinQVT/Net 16 bit']
    for line in head:
        p.send(line.encode() + b'\r\n')
    p.send(b'\r\n' + body.encode())
    p.send(b'.\r\n')
    r = p.line()
    assert r.startswith(b'+OK Message sent successfully'), r
    assert p.ok('STAT') == b'+OK 0 0'
p.quit()
p = Pop3(tls=True); p.login('anna')
assert p.ok('STAT') == b'+OK 0 0'
p.quit()
EOF2
messages() {
	for i in 1 2 3; do
		printf 'From: ben@example.net\nTo: anna@example.org\nSubject: %s\n\nHello %s\n' "$i" "$i" >"$dir/m$i"
	done
	deliver anna@example.org "$dir/m1" "$dir/m2" "$dir/m3"
}

messages
smart_host got "$host_port"
must 'the client of 1997, with a smart host that records' python3 "$dir/winqvt.py" recorded
python3 - <<'EOF2' || fail 'what the smart host got'
import base64, email, glob, json, os, time
want = {'recorded quarterly': ['ben@example.net', 'carl@example.net'],
        'recorded lunch': ['ben@example.net', 'dora@example.net', 'eve@example.net'],
        'recorded secret list': ['ben@example.net', 'carl@example.net', 'eve@example.net']}
end = time.monotonic() + 20
while len(files := glob.glob(os.environ['dir'] + '/host/got.*.json')) < 3:
    assert time.monotonic() < end, files
    time.sleep(0.05)
for f in files:
    g = json.load(open(f)); data = base64.b64decode(g['data'])
    m = email.message_from_bytes(data)
    assert 'anna@example.org' in g['sender'], g['sender']
    assert sorted(g['rcpts']) == want.pop(m['Subject']), g['rcpts']
    assert m['Bcc'] is None and b'Bcc' not in data
    assert ('carl' in str(m)) is False, str(m)
    assert m['X-Mailer'] == 'WinQVT/Net 16 bit' and m['From'] == 'Anna <anna@example.org>'
    assert m['Date'] and m['Message-ID'] and m['Received'], str(m)
    assert b'\n' not in data.replace(b'\r\n', b'')
    if m['Subject'] == 'recorded quarterly':
        assert data.endswith(b'Dear Ben,\r\n.\r\n.and a line with a dot\r\n'), data
assert not want, want
EOF2
say 'ok - envelope, headers and text are what was sent, Bcc is gone'
must 'nothing is left in the queue' sh -c "
n=0; until '$bin/bin/pop3ctl' -s '$sock' --json queue list | grep -q '\"messages\":\[\]\|\"messages\": \[\]'; do
n=\$((n+1)); [ \$n -lt 50 ] || exit 1; sleep 0.1; done"
for p in $pids; do kill "$p"; wait "$p" 2>/dev/null || :; done
pids=

# Postfix, with all of its own in our folder: nothing of the system's is read.
postfix_works() {
	[ "$(id -u)" -eq 0 ] || { why='needs root'; return 1; }
	command -v postfix >/dev/null 2>&1 && id postfix >/dev/null 2>&1 &&
	    getent group postdrop >/dev/null || { why='Postfix is not installed'; return 1; }
}
start_postfix() {
	pf=$dir/postfix
	mkdir -p "$pf/spool" "$pf/data" "$dir/boxes"
	chown postfix "$pf/data"
	chown 61104 "$dir/boxes"
	for u in ben carl dora eve; do printf '%s@example.net %s/\n' "$u" "$u"; done >"$pf/boxes"
	cat >"$pf/main.cf" <<EOF2
compatibility_level = 3.6
queue_directory = $pf/spool
data_directory = $pf/data
maillog_file = $pf/log
maillog_file_prefixes = $dir
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtputf8_enable = no
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = example.net
virtual_mailbox_base = $dir/boxes
virtual_mailbox_maps = texthash:$pf/boxes
virtual_uid_maps = static:61104
virtual_gid_maps = static:61104
virtual_minimum_uid = 100
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = error:nothing leaves this test
EOF2
	{
		echo "$addr:$host_port inet n - n - - smtpd"
		echo 'cleanup unix n - n - 0 cleanup'
		echo 'qmgr unix n - n 300 1 qmgr'
		echo 'rewrite unix - - n - - trivial-rewrite'
		for s in bounce defer trace; do echo "$s unix - - n - 0 bounce"; done
		echo 'verify unix - - n - 1 verify'
		echo 'flush unix n - n 1000? 0 flush'
		echo 'proxymap unix - - n - - proxymap'
		echo 'showq unix n - n - - showq'
		echo 'error unix - - n - - error'
		echo 'retry unix - - n - - error'
		echo 'virtual unix - n n - - virtual'
		echo 'anvil unix - - n - 1 anvil'
		echo 'postlog unix-dgram n - n - 1 postlogd'
	} >"$pf/master.cf"
	postfix -c "$pf" start
}
stop_postfix() { [ ! -d "$dir/postfix/spool/pid" ] || postfix -c "$dir/postfix" stop >/dev/null 2>&1 || :; }

if ! postfix_works; then
	say "skipped part: delivery through Postfix: $why"
	still_alive
	stop_server
	exit 0
fi
trap 'stop_postfix; cleanup' EXIT
must 'start a Postfix of our own' start_postfix
messages
must 'the client of 1997, with Postfix' python3 "$dir/winqvt.py" delivered
python3 - <<'EOF2' || { cat "$dir/postfix/log"; fail 'what Postfix delivered'; }
import email, glob, os, time
boxes = os.environ['dir'] + '/boxes/'
want = {'ben': ['lunch', 'quarterly', 'secret list'], 'carl': ['quarterly', 'secret list'],
        'dora': ['lunch'], 'eve': ['lunch', 'secret list']}
def mails(u):
    return [open(f, 'rb').read() for f in glob.glob(boxes + u + '/new/*')]
end = time.monotonic() + 30
while any(len(mails(u)) < len(w) for u, w in want.items()):
    assert time.monotonic() < end, {u: len(mails(u)) for u in want}
    time.sleep(0.1)
for u, w in want.items():
    got = [email.message_from_bytes(m) for m in mails(u)]
    assert sorted(m['Subject'] for m in got) == ['delivered ' + s for s in w], u
    for m in got:
        assert m['Return-Path'] == '<anna@example.org>', m['Return-Path']
        assert m['Bcc'] is None and m['Delivered-To'] == u + '@example.net'
        assert 'anna@example.org' in str(m['Received']) or m['From'], str(m)
EOF2
say 'ok - every recipient has each message once, the Bcc ones too'
still_alive
stop_server
