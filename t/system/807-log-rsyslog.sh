#!/bin/sh
# B-6.1 with a log server as administrators run it: rsyslog takes our messages
# over UDP, TCP with octet counting, and TLS, and finds the fields in them.
. "${srcdir:-.}/t/system/common.sh"
export PATH="$PATH:/usr/sbin:/sbin"
need rsyslogd
begin
make_cert logcert log.example.org
tls=no
find /usr/lib /usr/local/lib -name lmnsd_ossl.so 2>/dev/null | grep -q . && tls=yes
cat >"$dir/rsyslog.conf" <<EOF
global(workDirectory="$dir" maxMessageSize="16k")
module(load="imudp")
module(load="imtcp")
template(name="facts" type="list") {
  property(name="inputname") constant(value="|")
  property(name="syslogfacility-text") constant(value=".") property(name="syslogseverity-text") constant(value="|")
  property(name="hostname") constant(value="|") property(name="app-name") constant(value="|")
  property(name="procid") constant(value="|") property(name="msgid") constant(value="|")
  property(name="structured-data") constant(value="|") property(name="msg") constant(value="\n")
}
ruleset(name="ours") { action(type="omfile" file="$dir/received" template="facts") }
input(type="imudp" address="$addr" port="5514" name="udp" ruleset="ours")
input(type="imtcp" address="$addr" port="5601" name="tcp" ruleset="ours" supportOctetCountedFraming="on")
EOF
[ $tls = no ] || cat >>"$dir/rsyslog.conf" <<EOF
input(type="imtcp" address="$addr" port="5651" name="tls" ruleset="ours" supportOctetCountedFraming="on"
  streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"
  streamDriver.CAFile="$dir/logcert.pem" streamDriver.CertFile="$dir/logcert.pem" streamDriver.KeyFile="$dir/logcert.key")
EOF
rsyslogd -N1 -f "$dir/rsyslog.conf" >"$dir/rsyslog.out" 2>&1 || { cat "$dir/rsyslog.out"; skip 'this rsyslog does not take the configuration'; }
rsyslogd -n -f "$dir/rsyslog.conf" -i "$dir/rsyslog.pid" >"$dir/rsyslog.out" 2>&1 &
rsyslog=$!
pids="$pids $rsyslog"
n=0
until python3 -c "
import os, socket
socket.create_connection((os.environ['addr'], 5601), 2).close()" 2>/dev/null; do
	n=$((n + 1))
	[ $n -lt 100 ] || { cat "$dir/rsyslog.out"; fail 'rsyslog does not start'; }
	sleep 0.1
done
third=
ways='udp tcp'
if [ $tls = yes ]; then
	third=", { \"to\": \"server\", \"address\": \"$addr\", \"port\": 5651, \"transport\": \"tls\", \"name\": \"log.example.org\", \"ca_file\": \"$dir/logcert.pem\" }"
	ways='udp tcp tls'
fi
conf 50-log <<EOF
{ "log": [ { "to": "file", "path": "$dir/log" },
  { "to": "server", "address": "$addr", "port": 5514 },
  { "to": "server", "address": "$addr", "port": 5601, "transport": "tcp" }$third ] }
EOF
start_server
add_account anna@example.org
python3 - <<'EOF' || fail 'sessions'
from pop3 import Pop3
Pop3(tls=True).login('anna').quit()
p = Pop3(); p.cmd(b'USER x"] \xff\\'); p.err('PASS wrong'); p.close()
EOF
for way in $ways; do
	n=0
	until grep -qs "^$way|.*session-end.*reason=\"gone\"" "$dir/received"; do
		n=$((n + 1))
		[ $n -lt 150 ] || { cat "$dir/rsyslog.out" "$dir/received"; fail "nothing over $way"; }
		sleep 0.1
	done
done
python3 - "$dir/received" "$ways" <<'EOF' || fail 'what rsyslog understood'
import sys
lines = [l.rstrip('\n').split('|') for l in open(sys.argv[1], encoding='utf-8')]
for way in sys.argv[2].split():
    mine = [l for l in lines if l[0] == way]
    assert mine, way
    for l in mine:
        assert l[1] in ('mail.info', 'mail.warning', 'mail.err'), l
        assert l[2:4] == ['mail.example.org', 'pop3srvd'] and l[4].isdigit(), l
        assert l[6].startswith('[pop3srvd@32473 ') and l[6].endswith(']'), l
    end = [l for l in mine if l[5] == 'session-end' and 'user="anna@example.org"' in l[6]]
    assert len(end) == 1 and 'listener="pop3s"' in end[0][6], end
    assert 'session end user=anna@example.org reason=quit' in end[0][7], end
    bad = [l for l in mine if l[5] == 'auth-failed']
    assert len(bad) == 1 and r'user="x\"\] \\xff\\' in bad[0][6], bad
EOF
say "ok - rsyslog understood all of it over $ways"

# rsyslog is restarted: what is said meanwhile arrives.
kill "$rsyslog"
wait "$rsyslog" 2>/dev/null || :
ctl domain add between.example >/dev/null
rsyslogd -n -f "$dir/rsyslog.conf" -i "$dir/rsyslog.pid" >"$dir/rsyslog.out" 2>&1 &
pids="$pids $!"
n=0
until grep -qs '^tcp|.*between.example' "$dir/received"; do
	n=$((n + 1)); [ $n -lt 200 ] || fail 'what was said during the outage is lost'; sleep 0.1
done
say 'ok - its restart loses nothing over TCP'
still_alive
stop_server
