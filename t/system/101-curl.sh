#!/bin/sh
# curl: pop3s, STLS and plain on loopback; every message, every octet.
. "${srcdir:-.}/t/system/common.sh"
need curl
. "$src/t/system/clients.sh"
seed_server --huge
total=$(ls "$dir/seed" | wc -l)
get() {
	mkdir "$dir/$1"
	how=$1
	shift
	{
		n=0
		while [ $n -lt "$total" ]; do
			n=$((n + 1))
			printf 'url = "%s/%d"\noutput = "%s/%s/%d"\n' "$1" $n "$dir" "$how" $n
		done
	} >"$dir/urls"
	shift
	must "curl fetches all: $how" curl -sS --max-time 120 -u anna@example.org:secret "$@" -K "$dir/urls"
	must "octets are right: $how" compare "$dir/$how"
	rm -rf "${dir:?}/$how"
}
get tls "pop3s://$addr:$tls_port" --cacert "$dir/cert.pem"
get stls "pop3://$addr:$port" --ssl-reqd --cacert "$dir/cert.pem"
get plain "pop3://$addr:$port"
must 'AUTH LOGIN works' curl -sS --login-options AUTH=LOGIN -u anna:secret "pop3://$addr:$port/1" -o /dev/null
must 'AUTH PLAIN with initial response works' curl -sS --sasl-ir --login-options AUTH=PLAIN -u anna:secret "pop3://$addr:$port/1" -o /dev/null
must_exit 67 'a wrong password is refused' curl -sS -u anna:wrong "pop3://$addr:$port/1"
must 'UIDL lists all' sh -c "[ \$(curl -sS -u anna:secret -X UIDL pop3://$addr:$port/ | wc -l) -eq $total ]"
still_alive
stop_server
