# common.sh - what every system test shares; sourced, not run
#
# A test is a numbered shell script: it says `begin`, starts the server, does
# its checks with `must`, and ends with `still_alive`.  Each test has a folder
# and a loopback address of its own, so all run in parallel.  A test that
# cannot run here calls `skip` with the reason (exit 77).
set -eu

: "${builddir:=$(pwd)}"
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
bin=$(cd "$builddir" && pwd)
src=$(cd "$srcdir" && pwd)
name=$(basename "$0" .sh)
server_pid=
pids=

say() { printf '%s: %s\n' "$name" "$*"; }
fail() {
	printf '%s: FAILED: %s\n' "$name" "$*"
	if [ -f "$dir/log" ]; then
		printf -- '--- last log lines\n'
		tail -n 30 "$dir/log"
	fi
	[ ! -s "$dir/stderr" ] || { printf -- '--- stderr\n'; tail -n 30 "$dir/stderr"; }
	exit 1
}
skip() { printf '%s\n' "$*"; exit 77; }
need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 || skip "needs $tool, which is not installed"
	done
}
need_root() { [ "$(id -u)" -eq 0 ] || skip "needs root: $*"; }

# Run a command; $dir/out keeps the output of the last one that printed any, so
# that the next `must` can look into it.
try() {
	code=0
	"$@" >"$dir/out.new" 2>&1 || code=$?
	[ ! -s "$dir/out.new" ] || mv "$dir/out.new" "$dir/out"
	return $code
}

# must "what has to hold" command…
must() {
	what=$1
	shift
	try "$@" || { cat "$dir/out"; fail "$what"; }
	say "ok - $what"
}
# must_not "what must not work" command…
must_not() {
	what=$1
	shift
	if try "$@"; then cat "$dir/out"; fail "$what"; fi
	say "ok - $what"
}
# must_exit CODE "what" command…
must_exit() {
	want=$1
	what=$2
	shift 2
	got=0
	try "$@" || got=$?
	[ "$got" -eq "$want" ] || { cat "$dir/out"; fail "$what: exit $got, not $want"; }
	say "ok - $what"
}

cleanup() {
	status=$?
	for p in $pids; do kill -9 "$p" 2>/dev/null || :; done
	if [ -n "$server_pid" ]; then
		kill -TERM "$server_pid" 2>/dev/null || :
		n=0
		while kill -0 "$server_pid" 2>/dev/null && [ "$n" -lt 100 ]; do
			sleep 0.1
			n=$((n + 1))
		done
		kill -9 "$server_pid" 2>/dev/null || :
		wait "$server_pid" 2>/dev/null || :
	fi
	for m in ${mounts-}; do umount "$m" 2>/dev/null || :; done
	rm -rf "$dir"
	exit "$status"
}

has_accounts() { ! "$bin/sbin/pop3srvd" -v | grep -q 'accounts none'; }

# A folder, an address of our own below 127/8, a certificate.  A test that does
# without logins says logins=no before.
begin() {
	[ "${logins-}" = no ] || has_accounts ||
	    skip 'needs logins; this build has no account database (--without-sqlite)'
	dir=$(mktemp -d "${TMPDIR:-/tmp}/p3t-$name.XXXXXX")
	chmod 755 "$dir"
	trap cleanup EXIT
	trap 'exit 130' INT TERM HUP
	set -- $(od -An -N2 -tu1 /dev/urandom)
	addr=127.$(((${name%%-*} % 200) + 20)).$1.$((($2 % 250) + 2))
	port=1110
	tls_port=1995
	sock=$dir/run/control.sock
	export addr port tls_port dir bin src sock
	export PYTHONPATH="$src/t/system"
	export PYTHONDONTWRITEBYTECODE=1
	mkdir "$dir/conf.d"
	make_cert cert localhost
	make_conf
}

# make_cert NAME COMMON_NAME [rsa]
make_cert() {
	if [ "${3-ec}" = rsa ]; then
		kind='-newkey rsa:2048'
	else
		kind='-newkey ec -pkeyopt ec_paramgen_curve:P-256'
	fi
	# shellcheck disable=SC2086
	openssl req -x509 $kind -nodes -keyout "$dir/$1.key" -out "$dir/$1.pem" \
	    -days "${days-30}" -subj "/CN=$2" \
	    -addext "subjectAltName=DNS:$2,IP:$addr" 2>/dev/null
	chmod 600 "$dir/$1.key"
}

make_conf() {
	users=
	if [ "$(id -u)" -eq 0 ] && [ -z "${as_user-}" ]; then
		users='"user": "61101", "auth": { "user": "61102" }, "mail": { "user": "61103" },'
	fi
	cat >"$dir/pop3srvd.json" <<EOF
{
  "hostname": "mail.example.org",
  "default_domain": "example.org",
  "mail_root": "$dir/mail",
  "state_dir": "$dir/state",
  "run_dir": "$dir/run",
  "libexec_dir": "$bin/libexec",
  $users
  "tls": { "certificate": "$dir/cert.pem", "key_file": "$dir/cert.key" },
  "listeners": [
    { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
    { "name": "pop3s", "address": "$addr", "port": $tls_port, "tls": "implicit" }
  ],
  "limits": { "failure_delay": "100ms", "per_address": 20000 },
  "log": [ { "to": "file", "path": "$dir/log" } ],
  "control": { "path": "$sock" }
}
EOF
}

# conf NAME <<json: a file of conf.d
conf() { cat >"$dir/conf.d/$1.json"; }

ctl() { "$bin/bin/pop3ctl" -s "$sock" "$@"; }

# Set as_user (a number) before begin to run all as that ordinary user, nofile
# to give it that many descriptors.
run_server() {
	[ -z "${nofile-}" ] || ulimit -n "$nofile"
	if [ -n "${as_user-}" ]; then
		chown -R "$as_user:$as_user" "$dir"
		exec setpriv --reuid="$as_user" --regid="$as_user" --clear-groups \
		    "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -f
	fi
	exec "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -f
}

wait_up() {
	n=0
	until ctl status >/dev/null 2>&1; do
		n=$((n + 1))
		if [ "$n" -gt 150 ] || ! kill -0 "$server_pid" 2>/dev/null; then
			fail 'the server did not start'
		fi
		sleep 0.1
	done
}

start_server() {
	run_server 2>>"$dir/stderr" &
	server_pid=$!
	wait_up
}

stop_server() {
	kill -TERM "$server_pid"
	wait "$server_pid" || fail "the server ended with $?"
	server_pid=
	unharmed
}

# No process ended that the test did not kill (then it sets killing=yes), and
# no sanitizer had anything to say.
unharmed() {
	if [ -z "${killing-}" ] && [ -f "$dir/log" ] &&
	    grep 'process ended' "$dir/log"; then
		fail 'a process ended by itself'
	fi
	if grep -a -m 1 -A 30 -e 'ERROR: AddressSanitizer' -e 'runtime error:' \
	    -e 'ERROR: LeakSanitizer: detected' "$dir/stderr" 2>/dev/null; then
		fail 'a sanitizer found a fault'
	fi
}

# pid_of ROLE [INDEX]
pid_of() {
	ctl --json status | python3 -c "
import json, sys
for p in json.load(sys.stdin)['result']['processes']:
    if p['role'] == '$1' and p['index'] == ${2:-0} and p['pid']:
        print(p['pid'])"
}

add_account() {
	printf '%s\n' "${2-secret}" >"$dir/pw"
	chmod 600 "$dir/pw"
	ctl domain add "${1#*@}" >/dev/null 2>&1 || :
	ctl account add "$1" --force --password-file "$dir/pw"
}

maildrop() { printf '%s/mail/%s/%s\n' "$dir" "${1#*@}" "${1%@*}"; }

own_mail() {
	[ "$(id -u)" -ne 0 ] || chown -R "${as_user:-61103}:${as_user:-61103}" "$dir/mail"
}

# deliver ACCOUNT FILE…
deliver() {
	drop=$(maildrop "$1")
	shift
	for f in "$@"; do "$bin/libexec/deliver" "$drop" <"$f" || fail "deliver $f"; done
	own_mail
}

# A whole session with a right password still works (or a greeting, where
# nobody can log in).
still_alive() {
	if ! has_accounts; then
		must 'still alive' python3 -c "
import os, poplib
poplib.POP3(os.environ['addr'], int(os.environ['port']), timeout=20).quit()"
		return 0
	fi
	add_account alive@example.org alive >/dev/null 2>&1 || fail 'still alive? account add'
	python3 - <<'EOF' || fail 'still alive?'
import os, poplib
p = poplib.POP3(os.environ['addr'], int(os.environ['port']), timeout=20)
p.user('alive@example.org'); p.pass_('alive'); p.stat(); p.quit()
EOF
	unharmed
	say 'ok - still alive'
}
