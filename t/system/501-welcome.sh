#!/bin/sh
# I-9, I-20 to I-25: the greeting's text, live; 400 octets are shown, 401 are
# not and the log says so; what must not be in it is refused with its place; the
# time stamp of APOP and a text with "<" never meet.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
start_server
greets() { # greets PORT TEXT
	python3 - "$1" "$2" <<'EOF'
import os, sys
from pop3 import Pop3, TLS_PORT
port = int(sys.argv[1])
got = Pop3(port=port, tls=port == TLS_PORT).greeting.decode('latin-1')
want = '+OK ' + sys.argv[2]
assert got == want, (got, want)
EOF
}
# logged PATTERN: once since the start, within a while
logged() {
	t=0
	until awk -v p="$1" '/log opened/ { n = 0 } $0 ~ p { n++ } END { exit n != 1 }' "$dir/log"; do
		t=$((t + 1))
		[ $t -lt 100 ] || return 1
		sleep 0.1
	done
}
says() { grep -qe "$1" "$dir/out" || { cat "$dir/out"; fail "must say: $1"; }; }
warnings() { grep -c 'configuration warning key=welcome' "$dir/log"; }
built_in='mail.example.org POP3 server ready'
text400=$(printf '%0400d' 7)
text401=$(printf '%0401d' 7)
shown() { ctl --json welcome show | python3 -c "import json,sys; print(json.load(sys.stdin)['result']['shown'])"; }

must 'the built-in text names neither product nor version' greets $port "$built_in"
must 'show says whose it is' ctl welcome show
says '^text      mail.example.org POP3 server ready$'
says '^whose     built-in: no text is set (default)$'
must 'what is shown is what is sent' sh -c "[ \"$(shown)\" = '$built_in' ]"

must 'a text' ctl welcome set 'Authorised users only. Activity is logged.'
must 'is there at once' greets $port 'Authorised users only. Activity is logged.'
must 'on every listener' greets $tls_port 'Authorised users only. Activity is logged.'
must 'show says where from' ctl welcome show
says '^whose     settings.json$'
must '400 octets' ctl welcome set "$text400"
must 'are shown' greets $port "$text400"
must_not 'without a warning' grep -q 'configuration warning' "$dir/log"
must '401 are taken, with a word' ctl welcome set "$text401"
says 'built-in: the text set (settings.json) has 401 octets, at most 400 are shown'
must 'and not shown' greets $port "$built_in"
must 'the log says so' grep -q 'configuration warning key=welcome origin=settings.json error="401 octets, at most 400' "$dir/log"
must 'once' test "$(warnings)" -eq 1
must 'show says why' ctl welcome show
says '401 octets, at most 400 are shown'
must 'another change' ctl option set last on
must 'does not say it again' test "$(warnings)" -eq 1
must 'a reload' ctl reload
must 'does' test "$(warnings)" -eq 2
must_exit 65 '4097 octets are no greeting' ctl welcome set "$(printf '%04097d' 7)"
says 'at most 4096 are possible'
must 'the empty text' ctl welcome set ''
must 'is the built-in one' greets $port "$built_in"

must 'a text again' ctl welcome set 'before'
cr=$(printf '\r')
lf='
'
must_exit 65 'CR' ctl welcome set "evil${cr}+OK"
says 'octet 5 is 0x0d'
must_exit 65 'LF' ctl welcome set "evil${lf}"x
says 'octet 5 is 0x0a'
must_exit 65 'escape' ctl welcome set "$(printf 'a\033[2J')"
says 'octet 2 is 0x1b'
must_exit 65 'DEL' ctl welcome set "$(printf 'ab\177')"
says 'octet 3 is 0x7f'
must_exit 65 'other letters' ctl welcome set "$(printf 'gr\303\274ezi')"
says 'octet 3 is 0xc3'
must_exit 65 'no UTF-8 at all' ctl welcome set "$(printf 'a\377')"
must_exit 64 'words without quotes' ctl welcome set two words
must 'a NUL, by the protocol' python3 - <<'EOF'
import json, os, socket
s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
s.sendall(b'{"v":1,"id":1,"verb":"welcome.set","args":{"text":"a\\u0000b"}}\n')
r = json.loads(s.makefile().readline())
assert not r['ok'] and r['error']['exit'] in (64, 65), r
s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(os.environ['sock'])
s.sendall(b'{"v":1,"id":1,"verb":"welcome.set","args":{"text":7}}\n')
r = json.loads(s.makefile().readline())
assert not r['ok'] and r['error']['exit'] == 65, r
EOF
must 'nothing of that is shown' greets $port before
printf '{ "welcome": "a\\nb" }' >"$dir/conf.d/90-lf.json"
must_exit 78 'in a file it is a fault' ctl reload
says 'octet 2 is 0x0a'
printf '{ "listener": { "pop3": { "welcome": "gr\303\274ezi" } } }' >"$dir/conf.d/90-lf.json"
must_exit 78 'of a listener too' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
says 'listener.pop3.welcome: printable ASCII only; octet 3 is 0xc3'
rm "$dir/conf.d/90-lf.json"

must 'a listener greets otherwise' ctl welcome set --listener pop3s 'Staff'
must 'there' greets $tls_port Staff
must 'and only there' greets $port before
must 'show has both' ctl welcome show
says '^text      before$'
says '^listener  pop3s$'
says '^text      Staff$'
cat >"$dir/conf.d/60-poppass.json" <<EOF
{ "listeners": [
    { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
    { "name": "pop3s", "address": "$addr", "port": $tls_port, "tls": "implicit" },
    { "name": "poppass", "protocol": "poppass", "address": "$addr", "port": 1106, "tls": "none" } ] }
EOF
must 'a listener that speaks something else' ctl reload
must_exit 65 'greets as it must' ctl welcome set --listener poppass 'Staff'
says 'listener "poppass" does not speak POP3, and its greeting is fixed'
must 'for a while' ctl welcome set --runtime --listener pop3s 'Guests'
must 'there now' greets $tls_port Guests
must 'until a reload' ctl reload
must 'back' greets $tls_port Staff
must 'reset' ctl welcome reset --listener pop3s
must 'it greets as all do' greets $tls_port before

must '< without APOP' ctl welcome set 'see <http://www.example.org/>'
must 'is shown' greets $port 'see <http://www.example.org/>'
must_exit 65 'then APOP is refused' ctl option set apop on
says 'octet 5 is "<", where an APOP client would look'
must_exit 65 'for one listener too' ctl option set --listener pop3 apop on
says 'listener.pop3.welcome: octet 5'
must 'another text' ctl welcome set 'before'
must 'lets it' ctl option set --listener pop3 apop on
must_exit 65 '< with APOP' ctl welcome set --listener pop3 'a < b'
says 'octet 3 is "<"'
must_exit 65 '> as well, also where it is inherited' ctl welcome set 'a > b'
says 'octet 3 is ">"'
must 'the listener without may' ctl welcome set --listener pop3s 'a <b> c'
must 'shown there' greets $tls_port 'a <b> c'
must 'APOP off' ctl option reset --listener pop3 apop
must '< is possible again' ctl welcome set 'a < b'
must 'reset of all' ctl welcome reset
must 'the built-in text' greets $port "$built_in"
must_exit 67 'nothing more to reset' ctl welcome reset
must 'a hostname that is none' ctl config set --runtime hostname 'a <b>'
must 'is not shown' greets $port 'POP3 server ready'
must 'what is shown is what is sent' sh -c "[ \"$(shown)\" = 'POP3 server ready' ]"
must 'the log says so' grep -q 'configuration warning key=hostname origin=runtime' "$dir/log"
must 'for a listener too' ctl config set --runtime listener.pop3s.hostname 'c d'
must 'with its name' grep -q 'configuration warning key=listener.pop3s.hostname' "$dir/log"
must 'gone' ctl reload
must 'the built-in text as before' greets $port "$built_in"
must 'what is kept survives' ctl welcome set "$text401"
stop_server
start_server
must 'a start says that it is too long, once' logged 'configuration warning key=welcome '
must 'the other listener as it was' greets $tls_port 'a <b> c'
still_alive
stop_server
