#!/bin/sh
# I-1: each kind of log target gets its own and leaves the others untouched,
# "none" all of them; the journal gets fields, syslog lines; levels are each
# target's own.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
receive() {
	python3 "$src/t/system/logsink.py" "$1" "$2" >"$dir/got.$3" 2>>"$dir/sink.err" &
	pids="$pids $!"
}
receive unix "$dir/dev-log" syslog
receive unix "$dir/journal" journal
receive udp "$addr:5514" server
mkdir "$dir/days"
: >"$dir/got.file"
[ "$(id -u)" -ne 0 ] || chown 61101:61101 "$dir/days" "$dir/got.file"
n=0
until [ -S "$dir/dev-log" ] && [ -S "$dir/journal" ] && [ "$(ss -Hulna "src $addr" | wc -l)" -eq 1 ]; do
	n=$((n + 1)); [ $n -lt 100 ] || fail 'receivers'; sleep 0.1
done

target() {
	case $1 in
	none)	echo '{ "to": "none" }' ;;
	syslog)	echo "{ \"to\": \"syslog\", \"path\": \"$dir/dev-log\" }" ;;
	journal) echo "{ \"to\": \"syslog\", \"path\": \"$dir/journal\", \"transport\": \"journal\" }" ;;
	daily)	echo "{ \"to\": \"daily\", \"folder\": \"$dir/days\" }" ;;
	server)	echo "{ \"to\": \"server\", \"address\": \"$addr\", \"port\": 5514 }" ;;
	file)	echo "{ \"to\": \"file\", \"path\": \"$dir/got.file\" }" ;;
	esac
}
use() { echo "{ \"log\": [ $1 ] }" | conf 50-log; }
marked() {	# KIND MARK
	case $1 in
	none)	false ;;
	daily)	cat "$dir"/days/* 2>/dev/null | grep -q "$2" ;;
	*)	grep -q "$2" "$dir/got.$1" ;;
	esac
}
mark() { python3 - "$1" <<'EOF'
import sys
from pop3 import Pop3
p = Pop3(tls=True); p.cmd(b'USER ' + sys.argv[1].encode()); p.cmd(b'PASS x'); p.close()
EOF
}
kinds='none syslog journal daily server file'
use "$(target none)"
start_server
for kind in $kinds; do
	use "$(target "$kind")"
	ctl reload >/dev/null || fail "reload to $kind"
	must "a session with $kind" mark "mark-$kind"
	n=0
	until [ "$kind" = none ] || marked "$kind" "mark-$kind"; do
		n=$((n + 1)); [ $n -lt 100 ] || fail "$kind got nothing"; sleep 0.1
	done
	[ "$kind" != none ] || sleep 0.5
	for other in $kinds; do
		[ "$other" = "$kind" ] || must_not "$kind leaves $other untouched" marked "$other" "mark-$kind"
	done
done

# All at once, with levels and formats of their own.
use "{ \"to\": \"none\" }, $(target syslog | sed 's/ }/, "level": "error" }/'), $(target journal | sed 's/ }/, "format": "json" }/'), $(target daily), $(target server), $(target file | sed 's/ }/, "level": "debug" }/')"
ctl reload >/dev/null || fail 'reload to all'
must 'a session with all' mark mark-all
for kind in journal daily server file; do
	n=0
	until marked "$kind" mark-all; do n=$((n + 1)); [ $n -lt 100 ] || fail "$kind got nothing of all"; sleep 0.1; done
done
must_not 'a level is one target alone' marked syslog mark-all

python3 - "$dir" <<'EOF' || fail 'what arrived'
import json, re, sys
d = sys.argv[1]
raw = [json.loads(l)['raw'] for l in open(d + '/got.syslog')]
line = re.compile(r'^<(19|20|22)>[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d pop3srvd\[\d+\]: [ -~]+$')
assert raw and all(line.match(r) for r in raw), raw
def fields(r):
    b, out = r.encode('latin-1'), {}
    while b:
        i = re.search(rb'[=\n]', b).start()
        name = b[:i].decode()
        assert re.match(r'^[A-Z][A-Z0-9_]{0,63}$', name), name
        if b[i:i + 1] == b'=':
            value, b = b[i + 1:].split(b'\n', 1)
        else:
            n = int.from_bytes(b[i + 1:i + 9], 'little')
            value, b = b[i + 9:i + 9 + n], b[i + 9 + n:]
            assert b[:1] == b'\n', b[:20]
            b = b[1:]
        out[name] = value.decode('latin-1')
    return out
j = [fields(json.loads(l)['raw']) for l in open(d + '/got.journal')]
assert all(f['SYSLOG_IDENTIFIER'] == 'pop3srvd' and f['PRIORITY'] in '3467' and f['MESSAGE'] for f in j)
one = [f for f in j if f.get('POP3_USER', '').startswith('mark-journal') and f['POP3_EVENT'] == 'auth failed']
assert len(one) == 1 and one[0]['POP3_LISTENER'] == 'pop3s' and one[0]['POP3_SESSION'] and one[0]['POP3_PEER'], one
one = [f for f in j if f.get('POP3_USER', '').startswith('mark-all') and f['POP3_EVENT'] == 'auth failed']
assert json.loads(one[0]['MESSAGE'])['event'] == 'auth failed', one
EOF
say 'ok - syslog has lines, the journal fields'
[ ! -s "$dir/sink.err" ] || { cat "$dir/sink.err"; fail 'a receiver found a fault'; }
still_alive
stop_server
