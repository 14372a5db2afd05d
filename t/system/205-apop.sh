#!/bin/sh
# APOP (RFC 1939 section 7, seeds I-3, I-22, W-7): off by default; on, the
# greeting has a timestamp that nobody can foresee, and accounts with a secret
# of their own log in by a digest of it.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
add_account bert@example.org
add_account locked@example.org
ctl account lock locked@example.org
apop() { python3 - "$@" <<'EOP'
import hashlib, sys
from pop3 import Pop3
user, secret = sys.argv[1:3]
p = Pop3(tls='tls' in sys.argv[3:])
stamp = p.greeting[p.greeting.index(b'<'):]
r = p.cmd('APOP %s %s' % (user, hashlib.md5(stamp + secret.encode()).hexdigest()))
if r.startswith(b'+OK'):
    p.ok('STAT'); p.quit()
print(r.decode())
sys.exit(0 if r.startswith(b'+OK') else 3 if r.startswith(b'-ERR [AUTH]') else 4)
EOP
}
no_stamp() { python3 -c "
from pop3 import Pop3
p = Pop3(); assert b'<' not in p.greeting, p.greeting
p.err('APOP anna@example.org ' + '0' * 32)"; }
must 'off: no timestamp, no APOP' no_stamp
printf 'Tulip-Harbour-71\n' >"$dir/apop"; chmod 600 "$dir/apop"
must_exit 78 'no secret without a key' ctl account apop anna@example.org --password-file "$dir/apop"
must 'and the words tell how to get one' grep -q 'option set apop on' "$dir/out"
must_not 'no key is made before' test -e "$dir/state/apop.key"

must 'switch it on' ctl option set apop on
must 'a key of 32 octets, for its owner alone' sh -c "[ \"\$(stat -c '%s %a %u' '$dir/state/apop.key')\" = \"32 600 $(id -u)\" ]"
must_exit 3 'a password is not an APOP secret' apop anna@example.org secret
must 'give anna a secret' ctl account apop anna@example.org --password-file "$dir/apop"
must 'and the locked one' ctl account apop locked@example.org --password-file "$dir/apop"
must 'log in by it' apop anna@example.org Tulip-Harbour-71
must 'without the domain' apop anna Tulip-Harbour-71
must 'inside TLS' apop anna@example.org Tulip-Harbour-71 tls
must_exit 3 'not by the password' apop anna@example.org secret
must 'the log names the mechanism' grep -q 'login ok user=anna@example.org mech=APOP' "$dir/log"
must 'show tells what anna can use' ctl account show anna@example.org
must 'APOP too' grep -qE '^mechanisms +USER PLAIN LOGIN APOP$' "$dir/out"
must 'not bert' sh -c "'$bin/bin/pop3ctl' -s '$sock' account show bert@example.org | grep -qE '^mechanisms +USER PLAIN LOGIN$'"

python3 - <<'EOF' || fail 'timestamps and refusals'
import hashlib, re, time
from concurrent.futures import ThreadPoolExecutor
from pop3 import Pop3
stamps = set()
for _ in range(50):
    p = Pop3(); g = p.greeting; p.close()
    m = re.search(rb' (<([0-9a-f]{32})\.(\d+)@mail\.example\.org>)$', g)
    assert m, g
    assert abs(int(m.group(3)) - time.time()) < 60
    stamps.add(m.group(2))
assert len(stamps) == 50
# The stamp of one connection is worth nothing in another.
p, q = Pop3(), Pop3()
d = hashlib.md5(p.greeting[p.greeting.index(b'<'):] + b'Tulip-Harbour-71').hexdigest()
q.err('APOP anna ' + d, 'AUTH'); p.ok('APOP anna ' + d); p.quit(); q.close()
# Unknown user, no secret, wrong digest, locked: the same octets, not before
# the deadline.
def one(name):
    p = Pop3(); s = p.greeting[p.greeting.index(b'<'):]
    d = hashlib.md5(s + (b'Tulip-Harbour-71' if name == 'locked' else b'wrong')).hexdigest()
    t = time.monotonic(); r = p.cmd('APOP %s %s' % (name, d)); t = time.monotonic() - t
    p.close(); return r, t
names = ['anna', 'nobody', 'bert', 'locked', 'x@no.such.domain', '../../x', '%s'] * 2
with ThreadPoolExecutor(14) as ex:
    res = list(ex.map(one, names))
assert len(set(r for r, _ in res)) == 1, res
assert min(t for _, t in res) > 0.09, res
# It counts as a failed login: the third ends the connection.
p = Pop3()
for _ in range(3):
    p.err('APOP anna ' + '0' * 32, 'AUTH')
assert p.eof()
# Not hexadecimal, too short, too long: wrong, never worse.
for d in ('z' * 32, '0' * 31, '0' * 33, '0' * 200):
    p = Pop3(); p.err('APOP anna ' + d, 'AUTH'); p.close()
import hashlib, re, time
from concurrent.futures import ThreadPoolExecutor
from pop3 import Pop3
stamps = set()
for _ in range(50):
    p = Pop3(); g = p.greeting; p.close()
    m = re.search(rb' (<([0-9a-f]{32})\.(\d+)@mail\.example\.org>)$', g)
    assert m, g
    assert abs(int(m.group(3)) - time.time()) < 60
    stamps.add(m.group(2))
assert len(stamps) == 50
# The stamp of one connection is worth nothing in another.
p, q = Pop3(), Pop3()
d = hashlib.md5(p.greeting[p.greeting.index(b'<'):] + b'Tulip-Harbour-71').hexdigest()
q.err('APOP anna ' + d, 'AUTH'); p.ok('APOP anna ' + d); p.quit(); q.close()
# Unknown user, no secret, wrong digest, locked: the same octets, not before
# the deadline.
def one(name):
    p = Pop3(); s = p.greeting[p.greeting.index(b'<'):]
    d = hashlib.md5(s + (b'Tulip-Harbour-71' if name == 'locked' else b'wrong')).hexdigest()
    t = time.monotonic(); r = p.cmd('APOP %s %s' % (name, d)); t = time.monotonic() - t
    p.close(); return r, t
names = ['anna', 'nobody', 'bert', 'locked', 'x@no.such.domain', '../../x', '%s'] * 2
with ThreadPoolExecutor(14) as ex:
    res = list(ex.map(one, names))
assert len(set(r for r, _ in res)) == 1, res
assert min(t for _, t in res) > 0.09, res
# It counts as a failed login: the third ends the connection.
p = Pop3()
for _ in range(3):
    p.err('APOP anna ' + '0' * 32, 'AUTH')
assert p.eof()
# Not hexadecimal, too short, too long: wrong, never worse.
for d in ('z' * 32, '0' * 31, '0' * 33, '0' * 200):
    p = Pop3(); p.err('APOP anna ' + d, 'AUTH'); p.close()
EOF
say 'ok - timestamps and refusals'
for r in wrong-digest unknown-user no-apop-secret locked; do
	must "the log knows $r" grep -q "auth failed.*mech=APOP.*reason=$r" "$dir/log"
done

must 'poplib' python3 -c "
import os, poplib
p = poplib.POP3(os.environ['addr'], int(os.environ['port']), timeout=20)
p.apop('anna@example.org', 'Tulip-Harbour-71'); p.stat(); p.quit()"
if command -v curl >/dev/null 2>&1; then
	must 'curl' curl -sSv --max-time 20 --login-options AUTH=+APOP -u anna@example.org:Tulip-Harbour-71 "pop3://$addr:$port/"
	must 'it sent the digest' grep -q '> APOP anna@example.org' "$dir/out"
fi
if command -v mpop >/dev/null 2>&1; then
	mkdir -p "$dir/box/new" "$dir/box/cur" "$dir/box/tmp"
	cat >"$dir/mpoprc" <<EOF
account x
host $addr
port $port
user anna@example.org
password Tulip-Harbour-71
auth apop
tls off
delivery maildir $dir/box
uidls_file $dir/uidls
EOF
	chmod 600 "$dir/mpoprc"
	must 'mpop' mpop -q -C "$dir/mpoprc" x
fi
if command -v fetchmail >/dev/null 2>&1; then
	mkdir "$dir/home"
	cat >"$dir/home/rc" <<EOF
poll $addr protocol apop port $port timeout 60
  user "anna@example.org" password "Tulip-Harbour-71"
  sslproto "" mda "/bin/cat"
EOF
	chmod 700 "$dir/home/rc"
	# 1: it logged in and there was no mail
	must_exit 1 'fetchmail' env FETCHMAILHOME="$dir/home" HOME="$dir/home" fetchmail -f "$dir/home/rc" \
	    --nosyslog --pidfile "$dir/home/pid" -i "$dir/home/ids" --nodetach
fi

must 'a long welcome' ctl welcome set "$(printf '%0390d' 7)"
must 'is cut, the timestamp is whole (I-22)' python3 -c "
import re
from pop3 import Pop3
g = Pop3().greeting
assert len(g) == 404 and re.search(rb'^\+OK 0+ <[0-9a-f]{32}\.[0-9]+@mail\.example\.org>\$', g), g"
must 'and one can log in by it' apop anna@example.org Tulip-Harbour-71
must 'welcome reset' ctl welcome reset

printf 'Meadow-Lantern-52\n' >"$dir/pw"
must 'a new password' ctl account passwd anna@example.org --password-file "$dir/pw"
must 'renews the APOP secret (P-26)' apop anna@example.org Meadow-Lantern-52
must_exit 3 'the old one is gone' apop anna@example.org Tulip-Harbour-71
ctl account export >"$dir/accounts"
must 'importing the same hash' ctl account import "$dir/accounts"
must 'keeps the secret' apop anna@example.org Meadow-Lantern-52
# shellcheck disable=SC2016
printf '%s\n' 'anna@example.org:$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5' >"$dir/accounts"
must 'importing another' ctl account import "$dir/accounts"
must_exit 3 'drops it' apop anna@example.org Meadow-Lantern-52
must 'account show' ctl account show anna@example.org
must 'tells so' grep -qE '^apop +off' "$dir/out"
must 'set it again' ctl account apop anna@example.org --password-file "$dir/apop"
must 'and take it away' ctl account apop --off anna@example.org
must_exit 3 'then it is gone' apop anna@example.org Tulip-Harbour-71
must 'once more' ctl account apop anna@example.org --password-file "$dir/apop"
printf 'abc\n' >"$dir/pw"
must_exit 65 'a short secret is refused' ctl account apop anna@example.org --password-file "$dir/pw"
must 'the words say why' grep -q 'shorter than 8 characters' "$dir/out"

cat "$dir/state/apop.key" >"$dir/first.key"
head -c 32 /dev/urandom >"$dir/state/apop.key"
must 'another key, read by a reload' ctl reload
must_exit 3 'makes secrets unreadable: a wrong digest for the client' apop anna@example.org Tulip-Harbour-71
must 'the log tells the administrator' grep -q 'apop secret unreadable user=anna@example.org' "$dir/log"
must 'account show' ctl account show anna@example.org
must 'does not count on it' grep -qE '^mechanisms +USER PLAIN LOGIN$' "$dir/out"
cat "$dir/first.key" >"$dir/state/apop.key"
must 'the first key is back' ctl reload
must 'and the secret' apop anna@example.org Tulip-Harbour-71
printf 'short' >"$dir/state/apop.key"
must 'a key of five octets' ctl reload
must 'no timestamp, no APOP' no_stamp
must 'the log says why' grep -q 'apop off.*5 octets' "$dir/log"
cat "$dir/first.key" >"$dir/state/apop.key"
must 'whole again' ctl reload
must 'APOP too' apop anna@example.org Tulip-Harbour-71
must 'off' ctl option set apop off
must 'off means off' no_stamp
must_not 'no secret is in log or state' grep -rqa -e Tulip-Harbour -e Meadow-Lantern "$dir/log" "$dir/state" "$dir/stderr"
still_alive
stop_server
