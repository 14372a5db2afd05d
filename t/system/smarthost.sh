# smarthost.sh - what the tests of sent mail share; sourced after common.sh
need python3
host_port=2525

# smart_host NAME PORT [options of smarthost.py]
smart_host() {
	mkdir -p "$dir/host"
	python3 "$src/t/system/smarthost.py" "$dir/host" "$@" 2>>"$dir/host/$1.err" &
	pids="$pids $!"
	n=0
	until [ -e "$dir/host/$1.up" ]; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || fail "the smart host $1 did not start"
		sleep 0.1
	done
}

# relay_conf [MEMBERS of "relay", each with a comma behind it]; the variables
# retries and timeout say these two.
relay_conf() {
	conf relay <<EOT
{ "options": { "xtnd_xmit": true },
  "relay": { ${1-} "min_free": 0, "retries": [ ${retries-\"300ms\"} ],
    "timeout": "${timeout-20s}" } }
EOT
}

can_smart_host() {
	[ -x "$bin/libexec/smtp" ] || skip 'this build has no libcurl (--without-curl)'
}

add_sender() {
	add_account "$1" "${2-secret}" && ctl account set --xmit on "$1"
}
