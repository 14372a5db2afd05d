#!/bin/sh
# B-6.1: a log server over UDP, TCP and TLS: every message well formed whatever
# a peer sent, certificate and name checked, outages bridged, nothing lost.
. "${srcdir:-.}/t/system/common.sh"
begin
make_cert ca log.example.org
mv "$dir/ca.pem" "$dir/log.pem"; mv "$dir/ca.key" "$dir/log.key"
make_cert other log.example.org
conf 50-log <<EOF
{ "log": [ { "to": "file", "path": "$dir/log" },
  { "to": "server", "address": "$addr", "port": 5514 },
  { "to": "server", "address": "$addr", "port": 5601, "transport": "tcp", "format": "json" },
  { "to": "server", "address": "$addr", "port": 5651, "transport": "tls", "name": "log.example.org", "ca_file": "$dir/log.pem" },
  { "to": "server", "address": "$addr", "port": 5653, "transport": "tls", "name": "other.example.org", "ca_file": "$dir/log.pem" },
  { "to": "server", "address": "$addr", "port": 5654, "transport": "tls", "ca_file": "$dir/log.pem", "format": "imail" },
  { "to": "server", "address": "$addr", "port": 5652, "transport": "tls", "name": "log.example.org", "ca_file": "$dir/log.pem" } ] }
EOF
sink=
receive() {
	python3 "$src/t/system/logsink.py" "$@" >>"$dir/got.$1.${2##*:}" 2>>"$dir/sink.err" &
	sink=$!
	pids="$pids $sink"
}
receive udp "$addr:5514"
receive tls "$addr:5651" "$dir/log.pem" "$dir/log.key"
receive tls "$addr:5652" "$dir/other.pem" "$dir/other.key"
receive tls "$addr:5653" "$dir/log.pem" "$dir/log.key"
receive tls "$addr:5654" "$dir/log.pem" "$dir/log.key"
start_server		# and nobody at the TCP port yet
add_account anna@example.org
until_got() {
	n=0
	until grep -qs "$2" "$dir/got.$1"; do
		n=$((n + 1))
		[ $n -lt 150 ] || { cat "$dir/sink.err"; fail "no $2 at $1"; }
		sleep 0.1
	done
}
until_told() {
	n=0
	until grep -q "$1" "$dir/log"; do n=$((n + 1)); [ $n -lt 150 ] || fail "not told: $1"; sleep 0.1; done
	say "ok - told: $1"
}
talk() { python3 - <<'EOF'
from pop3 import Pop3
Pop3(tls=True).login('anna').quit()
for name in (b'x"] forged', b'a b user=root', b'\x1b[31mred\\', b'q\xc3\xa9\xff', b']' * 200):
    p = Pop3(); p.cmd(b'USER ' + name); p.err('PASS wrong'); p.close()
EOF
}
must 'sessions' talk
until_got udp.5514 'session end.*anna'
until_got tls.5651 'session end.*anna'
until_got tls.5654 'session end.*anna'	# known by its address
must 'TLS 1.2 or newer' grep -q '"version": "TLSv1.[23]"' "$dir/got.tls.5651"
until_told "log target failed to=$addr:5653 error=.*hostname mismatch"
until_told "log target failed to=$addr:5652 error=.*self-signed"
must_not 'and get nothing' grep -q '"data"' "$dir/got.tls.5652" "$dir/got.tls.5653"
until_told "log target failed to=$addr:5601 error=.*Connection refused"
receive tcp "$addr:5601"
tcp=$sink
until_got tcp.5601 'session end.*anna'
until_told "log target works again to=$addr:5601"
say 'ok - the queue bridged the outage'

check() {
	python3 - "$dir" "$@" <<'EOF' || fail "what arrived: $*"
import json, sys
d, names = sys.argv[1], sys.argv[2:]
for name in names:
    got = [json.loads(l) for l in open(d + '/got.' + name)]
    msgs = [g for g in got if 'data' in g]
    assert all(m['app'] == 'pop3srvd' and m['host'] == 'mail.example.org' for m in msgs)
    assert msgs[0]['data']['event'] and any(m['data']['event'] == 'log opened' for m in msgs)
    assert all(m['pri'] == 16 + {'error': 3, 'warning': 4, 'info': 6, 'debug': 7}[m['data']['level']] for m in msgs)
    end = [m for m in msgs if m['msgid'] == 'session-end' and m['data'].get('user') == 'anna@example.org']
    assert len(end) == 1, (name, len(end))
    assert end[0]['data']['listener'] == 'pop3s' and end[0]['data']['reason'] == 'quit', end[0]
    fails = [m for m in msgs if m['data']['event'] == 'auth failed']
    assert len(fails) == 5, (name, len(fails))
    users = sorted(m['data']['user'] for m in fails)
    assert any(u.startswith('x"] forged') for u in users), users
    if name.startswith('tcp'):
        assert all(json.loads(m['text'])['event'] for m in msgs if m['text'])
EOF
	say "ok - well formed and complete: $*"
}
check udp.5514 tcp.5601 tls.5651 tls.5654

# Its end and return: what was said in between arrives once it is back.
kill -9 "$tcp"
until_told "log target failed to=$addr:5601 error=.*closed by the other side"
ctl domain add between.example >/dev/null
sleep 1
CUT_IS_FINE=yes receive tcp "$addr:5601"
until_got tcp.5601 'between.example'
say 'ok - what was said meanwhile arrived'
[ ! -s "$dir/sink.err" ] || { cat "$dir/sink.err"; fail 'a receiver found a fault'; }
still_alive
stop_server
