#!/bin/sh
# Policy and ranges from pop3ctl (I-50 to I-57): in force at once, kept, whole
# or not at all; a refused peer gets no octet; open sessions go on.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
start_server
cat >"$dir/peer.py" <<'EOP'
# peer.py SOURCE: "served" or "refused", by the plain and by the TLS port
import socket, sys
from pop3 import Pop3, PORT, TLS_PORT, ADDR
seen = []
for port in (PORT, TLS_PORT):
    s = socket.create_connection((ADDR, port), 20, (sys.argv[1], 0))
    try:
        if port == TLS_PORT:
            import ssl
            from pop3 import context
            # no octet: the stream ends before the server's first record
            try:
                s = context().wrap_socket(s)
                got = s.recv(3)
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                got = b''
        else:
            got = s.recv(3)
    except ConnectionResetError:
        got = b''
    assert got in (b'', b'+OK'), got
    seen.append('served' if got else 'refused')
assert seen[0] == seen[1], seen
print(seen[0])
EOP
is() { must "$1 is $2" sh -c "[ \"\$(python3 '$dir/peer.py' $1)\" = $2 ]"; }

must 'everybody is served at first' ctl access test 127.99.50.1
is 127.99.50.1 served
cat >"$dir/open.py" <<'EOP'
# a session that stays, to be asked again by the end of standard input
import sys
from pop3 import Pop3
p = Pop3(source='127.99.50.1')
print('open', flush=True)
sys.stdin.read()
assert p.cmd('NOOP').startswith(b'-ERR') and p.cmd('CAPA').startswith(b'+OK')
EOP
mkfifo "$dir/hold"
python3 "$dir/open.py" <"$dir/hold" >"$dir/opened" 2>&1 &
holder=$!
pids="$pids $holder"
exec 9>"$dir/hold"
n=0
until grep -q open "$dir/opened"; do
	n=$((n + 1)); [ $n -lt 100 ] || fail 'no session'; sleep 0.1
done

must 'deny a class C by its mask' ctl deny add 127.99.50.0/255.255.255.0
is 127.99.50.1 refused
is 127.99.50.254 refused
is 127.99.51.1 served
must 'the log names rule and list' grep -q 'peer=127.99.50.1 refused reason=denied rule=127.99.50.0/24 list=deny' "$dir/log"
exec 9>&-
wait $holder || { cat "$dir/opened"; fail 'the open session ended'; }
say 'ok - an open session goes on'
must_exit 1 'access test says no' ctl access test 127.99.50.9
must 'and why' grep -q 'refused *denied *127.99.50.0/24 *deny *settings.json' "$dir/out"
must 'it is kept in one form' grep -q '"127.99.50.0/24"' "$dir/state/settings.json"
must 'the same again is fine' ctl deny add 127.99.50.0/24
must 'and said' grep -q 'was in the list already' "$dir/out"
must 'a longer range decides' ctl grant add 127.99.50.7
is 127.99.50.7 served
must_exit 1 'but a tie denies' sh -c "'$bin/bin/pop3ctl' -s '$sock' deny add 127.99.50.7 && '$bin/bin/pop3ctl' -s '$sock' access test 127.99.50.7"
must 'take it out' ctl deny remove 127.99.50.7
must 'IPv6 and mapped forms' ctl deny add 2001:db8::/32 ::ffff:127.99.60.1
is 127.99.60.1 refused
must 'listed as IPv4' sh -c "'$bin/bin/pop3ctl' -s '$sock' deny list | grep -q '^127.99.60.1 *settings.json'"

# Wrong values leave everything as it was.
cp "$dir/state/settings.json" "$dir/before"
must_exit 65 'a mask that is not contiguous' ctl deny add 192.0.2.0/255.0.255.0
must 'names the value' grep -q '192.0.2.0/255.0.255.0' "$dir/out"
must_exit 65 'host bits' ctl deny add 198.51.100.0/24 192.0.2.7/24
must 'names the range that was meant' grep -q 'did you mean 192.0.2.0/24' "$dir/out"
must_exit 65 'no range' ctl deny add example.org
must_exit 64 'no range at all' ctl deny add
must_exit 67 'what is not in there' ctl deny remove 127.99.50.0/24 192.0.2.1
must 'is named' grep -q '192.0.2.1 is not in the deny list' "$dir/out"
must_exit 67 'what a wider range covers' ctl deny remove 127.99.50.8
must 'names that range' grep -q '127.99.50.0/24 is, which covers it' "$dir/out"
must_exit 67 'an unknown listener' ctl deny add --listener nosuch 192.0.2.1
must_exit 65 'an unknown policy' ctl policy set perhaps
must_exit 65 'no address' ctl access test 192.0.2.0/24
must 'nothing has changed' cmp "$dir/before" "$dir/state/settings.json"

# For now only; a kept change does not end it.
must 'a ban for now' ctl --runtime deny add 127.99.61.1
must 'a ban that is kept' ctl deny add 127.99.62.1
is 127.99.61.1 refused
is 127.99.62.1 refused
must_not 'the first one is not kept' grep -q 127.99.61.1 "$dir/state/settings.json"
must 'a reload ends it' ctl reload
is 127.99.61.1 served
is 127.99.62.1 refused

# The other policy.
ctl policy set deny >"$dir/said" 2>&1 || fail 'policy deny'
must_not 'no warning: one is granted' test -s "$dir/said"
is 127.99.50.7 served
is 127.99.51.1 refused
must 'the log says policy' grep -q 'peer=127.99.51.1 refused reason=denied rule=policy' "$dir/log"
must 'grant a network' ctl grant add 127.99.70.0/24
is 127.99.70.200 served
is 127.99.71.200 refused
must 'take all out' ctl grant remove 127.99.70.0/24 127.99.50.7
must 'which is warned of' grep -q 'everybody is refused, this machine included, on listener pop3, pop3s' "$dir/out"
is 127.0.0.1 refused
must 'and logged' grep -q 'configuration warning key=access.policy' "$dir/log"
must 'the check warns' "$bin/sbin/pop3srvd" -n -c "$dir/pop3srvd.json"
must 'and names the key' grep -q 'access.policy: deny with an empty access.grant refuses everybody' "$dir/out"
must 'policy show tells' sh -c "'$bin/bin/pop3ctl' -s '$sock' policy show | grep -q nobody"
stop_server
start_server
must_exit 1 'all that survives a restart' ctl access test 127.0.0.1
must 'policy grant' ctl policy set grant
is 127.0.0.1 served
is 127.99.62.1 refused
still_alive
stop_server
