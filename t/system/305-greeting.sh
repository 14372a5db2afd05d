#!/bin/sh
# The first line: the server's name, a listener's own, the administrator's
# text; one that is too long is not used and the log says so.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
long=$(printf '%0401d' 0)
conf 50-listeners <<EOF
{ "listeners": [
    { "name": "pop3", "address": "$addr", "port": $port, "tls": "none" },
    { "name": "named", "address": "$addr", "port": 1111, "tls": "none", "hostname": "b.example" },
    { "name": "worded", "address": "$addr", "port": 1112, "tls": "none", "welcome": "No trespassing" },
    { "name": "wordy", "address": "$addr", "port": 1113, "tls": "none", "welcome": "$long" } ] }
EOF
start_server
python3 - <<'EOF' || fail 'greetings'
from pop3 import Pop3
for port, text in ((1110, b'mail.example.org POP3 server ready'),
                   (1111, b'b.example POP3 server ready'),
                   (1112, b'No trespassing'),
                   (1113, b'mail.example.org POP3 server ready')):
    got = Pop3(port=port).greeting
    assert got == b'+OK ' + text, (port, got)
EOF
say 'ok - greetings'
must 'the log names the one that is too long' grep -q 'configuration warning key=listener.wordy.welcome .*401 octets' "$dir/log"
must 'and only that, once' sh -c "[ \$(grep -c 'configuration warning' '$dir/log') -eq 1 ]"
still_alive
stop_server
