#!/bin/sh
# demo.sh BUILDDIR [--once] - a server on loopback with one account and three
# messages; fetches one with a real client and compares the octets.
set -eu

bin=$1
once=${2-}
[ -z "$once" ] || [ "$once" = --once ] || {
	printf 'bootstrap: demo: %s: unknown option; did you mean --once?\n' "$once" >&2
	exit 64
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/pop3srvd-demo.XXXXXX")
chmod 755 "$dir"
pid=
finish() {
	[ -z "$pid" ] || { kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; } || :
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# As root each process gets an identity of its own, without adding accounts to
# the machine; as an ordinary user all run as that user.
users=
if [ "$(id -u)" -eq 0 ]; then
	users='"user": "61101", "auth": { "user": "61102" }, "mail": { "user": "61103" },'
fi

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$dir/key.pem" -out "$dir/cert.pem" -days 30 -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' 2>/dev/null
chmod 600 "$dir/key.pem"

cat >"$dir/pop3srvd.json" <<EOF
{
  "hostname": "localhost",
  "default_domain": "example.org",
  "mail_root": "$dir/mail",
  "state_dir": "$dir/state",
  "run_dir": "$dir/run",
  "libexec_dir": "$bin/libexec",
  $users
  "tls": { "certificate": "$dir/cert.pem", "key_file": "$dir/key.pem" },
  "listeners": [
    { "name": "pop3", "address": "127.0.0.1", "port": 1110, "tls": "starttls" },
    { "name": "pop3s", "address": "127.0.0.1", "port": 1995, "tls": "implicit" }
  ],
  "log": [ { "to": "file", "path": "$dir/log" } ],
  "control": { "path": "$dir/run/control.sock" }
}
EOF

"$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
"$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -f 2>"$dir/stderr" &
pid=$!
ctl="$bin/bin/pop3ctl -s $dir/run/control.sock"
tries=0
until $ctl status >/dev/null 2>&1; do
	tries=$((tries + 1))
	if [ "$tries" -gt 100 ] || ! kill -0 "$pid" 2>/dev/null; then
		cat "$dir/stderr" >&2
		echo 'demo: the server did not start' >&2
		exit 1
	fi
	sleep 0.1
done

password=$(openssl rand -hex 8)
printf '%s\n' "$password" >"$dir/password"
chmod 600 "$dir/password"
$ctl domain add example.org
$ctl account add --force anna@example.org --password-file "$dir/password"

n=0
for subject in 'Welcome' 'Dots and lines' 'Goodbye'; do
	n=$((n + 1))
	{
		printf 'From: Demo <demo@example.org>\nTo: anna@example.org\n'
		printf 'Subject: %s\nDate: Sat, 21 Nov 2026 12:00:0%d +0000\n' "$subject" "$n"
		printf 'Message-ID: <demo-%d@example.org>\n\n' "$n"
		printf 'Message %d.\n.\n..two dots, and a line with one above.\n' "$n"
	} >"$dir/message.$n"
	"$bin/libexec/deliver" "$dir/mail/example.org/anna" <"$dir/message.$n"
done
[ -z "$users" ] || chown -R 61103:61103 "$dir/mail/example.org"

fetch() {
	curl -sS --max-time 20 --cacert "$dir/cert.pem" -u "anna@example.org:$password" "$@"
}
sed 's/$/\r/' "$dir/message.2" >"$dir/want"
fetch pop3s://localhost:1995/2 --resolve localhost:1995:127.0.0.1 >"$dir/got"
cmp "$dir/want" "$dir/got" || { echo 'demo: pop3s: the octets differ' >&2; exit 1; }
fetch --ssl-reqd pop3://localhost:1110/2 --resolve localhost:1110:127.0.0.1 >"$dir/got"
cmp "$dir/want" "$dir/got" || { echo 'demo: STLS: the octets differ' >&2; exit 1; }

echo
echo 'Fetched message 2 over TLS and over STLS; every octet is right.'
[ -z "$once" ] || exit 0
cat <<EOF

pop3srvd serves 127.0.0.1:1110 (POP3, STLS) and 127.0.0.1:1995 (TLS).
  account    anna@example.org, password $password
  log        tail -f $dir/log
Try:
  curl --cacert $dir/cert.pem -u anna@example.org:$password pop3s://localhost:1995/
  $ctl status
  $ctl session list
  $ctl account add bob@example.org
  $ctl config show --origin
Ctrl-C ends it and removes everything.
EOF
wait "$pid"
