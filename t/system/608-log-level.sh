#!/bin/sh
# I-1: how much each target takes changes at once, for a while or kept; an
# operator may, and nobody else's setting is touched.
. "${srcdir:-.}/t/system/common.sh"
begin
cat >"$dir/conf.d/50-log.json" <<EOF2
{ "log": [ { "to": "file", "path": "$dir/log" },
           { "to": "file", "path": "$dir/log.json", "format": "json", "level": "warning" } ] }
EOF2
start_server
add_account anna@example.org
# levels: "info warning", say
levels() { ctl --json log level | python3 -c "
import json, sys
print(*[t['level'] for t in json.load(sys.stdin)['result']['targets']][:2])"; }
is() { [ "$(levels)" = "$2" ] || fail "$1: $(levels)"; say "ok - $1"; }
session() { python3 -c "
from pop3 import Pop3
Pop3().login('anna').quit()" || fail 'a session'; }
is 'as configured' 'info warning'
session
n=0; until grep -q 'login ok' "$dir/log"; do n=$((n + 1)); [ $n -lt 50 ] || fail 'no line'; sleep 0.1; done
must_not 'the other takes warnings only' grep -q 'login ok' "$dir/log.json"
must 'one target, by its number' ctl log level --runtime --target 2 info
is 'only it changes' 'info info'
session
n=0; until grep -q 'login ok' "$dir/log.json"; do n=$((n + 1)); [ $n -lt 50 ] || fail 'the new level is not in force'; sleep 0.1; done
must 'by its path' ctl log level --runtime --target "$dir/log" error
is 'that too' 'error info'
had=$(wc -l <"$dir/log")
session
[ "$(wc -l <"$dir/log")" -eq "$had" ] || fail 'it still takes lines'
must 'all' ctl log level --runtime debug
is 'both' 'debug debug'
must 'until the next reload' ctl reload
is 'as before' 'info warning'
must 'kept' ctl log level --target file error
is 'all of a kind' 'error error'
must 'through a reload' ctl reload
is 'kept' 'error error'
stop_server
start_server
is 'and a restart' 'error error'
must 'taken back' ctl log level default
is 'as configured' 'info warning'
must_exit 65 'a level that is none' ctl log level loud
must_exit 67 'a target that is none' ctl log level --target 9 info
must_exit 65 'default is for all' ctl log level --target 1 default
must_exit 64 'a target without a level' ctl log level --target 1
is 'nothing has changed' 'info warning'
must 'a change is recorded' grep -q '"verb":"log.level","args":{"level":"error","target":"file"' "$dir/state/audit.log"
must_not 'a look is not' grep -q '"verb":"log.level","args":{}' "$dir/state/audit.log"
still_alive
stop_server
