#!/bin/sh
# mpop (GnuTLS, pipelining): TLS and STLS; then the second run fetches nothing.
. "${srcdir:-.}/t/system/common.sh"
need mpop
. "$src/t/system/clients.sh"
seed_server
for how in tls stls; do
	mkdir -p "$dir/$how/new" "$dir/$how/cur" "$dir/$how/tmp"
	p=$port starttls=on
	[ $how = stls ] || { p=$tls_port; starttls=off; }
	cat >"$dir/mpoprc" <<EOF
account x
host $addr
port $p
user anna@example.org
password secret
auth user
tls on
tls_starttls $starttls
tls_trust_file $dir/cert.pem
tls_host_override localhost
delivery maildir $dir/$how
received_header off
keep on
pipelining on
uidls_file $dir/uidls-$how
EOF
	chmod 600 "$dir/mpoprc"
	must "mpop fetches all: $how" mpop -q -C "$dir/mpoprc" x
	must "octets are right: $how" compare "$dir/$how/new" lf
	before=$(ls "$dir/$how/new" | wc -l)
	must "mpop runs again: $how" mpop -q -C "$dir/mpoprc" x
	[ "$(ls "$dir/$how/new" | wc -l)" -eq "$before" ] || fail "the second run fetched again: $how"
	rm -rf "${dir:?}/$how"
done
still_alive
stop_server
