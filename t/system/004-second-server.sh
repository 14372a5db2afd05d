#!/bin/sh
# A second server on the same files is refused and leaves the first unharmed
# (F-45).
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
must_not 'a second one is refused' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -f
cat "$dir/out"
must 'and says why' grep -qE 'already|in use' "$dir/out"
still_alive
stop_server
