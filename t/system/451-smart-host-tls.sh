#!/bin/sh
# W-30, W-31, W-34, W-39: STARTTLS, implicit TLS and AUTH to smart hosts, routes of
# their own, HELO only; a bad certificate or another's name keeps mail back.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
printf 'sesame\n' >"$dir/password"
printf 'wrong\n' >"$dir/wrong"
# As an administrator would make them: for root alone, one as a credential of the unit.
mkdir "$dir/credentials"
mv "$dir/wrong" "$dir/credentials/route"
chmod 600 "$dir/password" "$dir/credentials/route"
chmod 700 "$dir/credentials"
export CREDENTIALS_DIRECTORY="$dir/credentials"
make_cert host localhost
make_cert other other.example.org
# A certificate of the right authority for another name: without our address.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/name.key" \
    -out "$dir/name.pem" -days 30 -subj /CN=name.example.org 2>/dev/null
smart_host start 2601 tls=starttls cert="$dir/host.pem" key="$dir/host.key" auth=us:sesame
smart_host implicit 2602 tls=implicit cert="$dir/host.pem" key="$dir/host.key"
smart_host other 2603 tls=starttls cert="$dir/other.pem" key="$dir/other.key"
smart_host name 2604 tls=starttls cert="$dir/name.pem" key="$dir/name.key"
smart_host plain 2605
smart_host old 2606 helo
smart_host login 2607 tls=starttls cert="$dir/host.pem" key="$dir/host.key" auth=us:sesame
relay_conf "\"smart_host\": \"$addr:2601\", \"ca_file\": \"$dir/host.pem\", \"user\": \"us\",
  \"password_file\": \"$dir/password\", \"masquerade_domain\": \"out.example.net\",
  \"routes\": [
    { \"domain\": \"implicit.example\", \"smart_host\": \"$addr:2602\", \"tls\": \"implicit\", \"ca_file\": \"$dir/host.pem\" },
    { \"domain\": \"other.example\", \"smart_host\": \"$addr:2603\", \"ca_file\": \"$dir/host.pem\" },
    { \"domain\": \"name.example\", \"smart_host\": \"$addr:2604\", \"ca_file\": \"$dir/name.pem\" },
    { \"domain\": \"*.plain.example\", \"smart_host\": \"$addr:2605\", \"tls\": \"none\" },
    { \"domain\": \"notls.example\", \"smart_host\": \"$addr:2605\" },
    { \"domain\": \"old.example\", \"smart_host\": \"$addr:2606\", \"tls\": \"none\", \"helo\": true },
    { \"domain\": \"login.example\", \"smart_host\": \"$addr:2607\", \"ca_file\": \"$dir/host.pem\",
      \"user\": \"us\", \"password_file\": \"\$CREDENTIALS_DIRECTORY/route\" } ],"
start_server
add_sender anna@example.org
python3 - <<'EOT' || fail 'TLS'
from xmit import *
sent(message('a@b.example, c@implicit.example, d@deep.plain.example, plain.example@e.example, f@old.example', '.x\nlast\n'))
r, = recorded('start', 1)
assert r['tls'] == 'starttls' and r['auth'] == 'us', r
assert r['rcpts'] == ['a@b.example', 'plain.example@e.example'], r
assert r['sender'] == 'anna@out.example.net', r
r, = recorded('implicit', 1)
assert r['tls'] == 'implicit' and r['auth'] is None and r['rcpts'] == ['c@implicit.example'], r
r, = recorded('plain', 1)
assert r['tls'] is None and r['rcpts'] == ['d@deep.plain.example'], r
r, = recorded('old', 1)
assert r['hello'] == 'HELO mail.example.org' and r['rcpts'] == ['f@old.example'], r
assert r['data'].endswith(b'\r\n\r\n.x\r\nlast\r\n'), r
# What fails is kept, with the reason, and nothing was said before TLS.
for domain, why in (('other', 'certificate'), ('name', 'SSL'), ('notls', 'STARTTLS'), ('login', 'denied')):
    sent(message('x@%s.example' % domain))
    def look():
        return [x for x in log('mail delayed') if why.lower() in x.lower()]
    until('a reason with ' + why, look)
    for name in ('other', 'name', 'login'):
        assert recorded(name) == []
assert len(recorded('plain')) == 1 and len(recorded('start')) == 1
EOT
# A new password counts from the reload on; a file without one is refused, and changes nothing.
printf '\nsesame\n' >"$dir/credentials/route"
ctl reload >"$dir/refused" 2>&1 && fail 'reloaded without a password'
must 'named' grep -q 'credentials/route: its first line is no password' "$dir/refused"
printf 'sesame\n' >"$dir/credentials/route"
must 'reload' ctl reload
python3 - <<'EOT' || fail 'the new password'
from xmit import *
sent(message('new@login.example'))
until('the new password', lambda: any('new@login.example' in r['rcpts'] for r in recorded('login')))
sent(message('old@b.example'))
assert recorded('start', 2)[1]['auth'] == 'us'
EOT
killing=yes
# Another relay is given them too, and nobody reads them anew: the files are gone.
rm "$dir/password" "$dir/credentials/route"
kill -9 "$(pid_of relay)"
python3 - <<'EOT' || fail 'another relay'
from xmit import *
until('another relay', lambda: Sender().xmit(message('again@b.example')).startswith(b'+OK'))
recorded('start', 3)
EOT
for p in "$server_pid" $(pgrep -P "$server_pid"); do
	[ -r "/proc/$p/environ" ] || continue
	must_not 'in the environment' grep -q sesame "/proc/$p/environ"
	must_not 'in the arguments' grep -q sesame "/proc/$p/cmdline"
done
grep -rq sesame "$dir/log" "$dir/state" && fail 'the password is in the log or the spool'
relay=$(pid_of relay)
if [ -r "/proc/$relay/maps" ]; then
	must_not 'relay has no libcurl' grep -q libcurl "/proc/$relay/maps"
fi
still_alive
stop_server
