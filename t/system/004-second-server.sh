#!/bin/sh
# A second server on the same files is refused and leaves the first unharmed
# (F-45).
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
start_server
must_exit 69 'a second one is refused' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -f
cat "$dir/out"
must 'and says why' grep -qE 'already|in use' "$dir/out"
# Folders of its own, but a port that is taken: 69, which the service manager
# tries again, in the foreground and as a daemon; not 78, which it does not.
sed "s#$dir/state#$dir/2nd/state#; s#$dir/run#$dir/2nd/run#; s#$dir/mail#$dir/2nd/mail#" \
    "$dir/pop3srvd.json" >"$dir/second.json"
for mode in -f ''; do
	# shellcheck disable=SC2086 # no word when empty
	must_exit 69 "a taken port ends with 69 ($mode)" "$bin/sbin/pop3srvd" -c "$dir/second.json" $mode
	cat "$dir/out"
	must 'and names the place' grep -q "$addr.*$port" "$dir/out"
done
sed -n 's/^RestartPreventExitStatus=//p' "$src/etc/pop3srvd.service.in" >"$dir/never"
must_not 'the unit tries again after 69' grep -qw 69 "$dir/never"
must 'and never after 78' grep -qw 78 "$dir/never"
still_alive
stop_server
