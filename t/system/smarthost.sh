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

# relay starts smtp without rights: where only root reaches the build tree, the
# programs are copied to where they can be started.
can_smart_host() {
	[ -x "$bin/libexec/smtp" ] || skip 'this build has no libcurl (--without-curl)'
	if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid=61101 --regid=61101 \
	    --clear-groups test -x "$bin/libexec/smtp"; then
		cp -R "$bin/libexec" "$dir/libexec"
		conf 10-libexec <<EOT
{ "libexec_dir": "$dir/libexec" }
EOT
	fi
}

add_sender() {
	add_account "$1" "${2-secret}" && ctl account set --xmit on "$1"
}
