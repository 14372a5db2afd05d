#!/bin/sh
# settings.json: a change is tried whole before it is written, a reset too; a
# damaged file is reported, set aside, never silently ignored, and what it kept is
# not lost while the server runs.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
settings=$dir/state/settings.json
# logged PATTERN: once since the start, within a while
logged() {
	t=0
	until awk -v p="$1" '/log opened/ { n = 0 } $0 ~ p { n++ } END { exit n != 1 }' "$dir/log"; do
		t=$((t + 1))
		[ $t -lt 100 ] || return 1
		sleep 0.1
	done
}
says() { grep -qe "$1" "$dir/out" || { cat "$dir/out"; fail "must say: $1"; }; }
aside() { find "$dir/state" -name 'settings.json.damaged-*' | wc -l; }
value() { "$bin/bin/pop3ctl" -s "$sock" config get "$1"; }
start_server

# A reset that cannot be taken over changes nothing.
must 'other listeners' ctl config set listeners "[{\"name\":\"only\",\"address\":\"$addr\",\"port\":1117,\"tls\":\"none\"}]"
cp "$settings" "$dir/before"
python3 - <<'EOF' &
import os, socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
for _ in range(100):
    try: s.bind((os.environ['addr'], int(os.environ['port']))); break
    except OSError: time.sleep(0.1)
s.listen(); open(os.environ['dir'] + '/taken', 'w').close(); time.sleep(120)
EOF
taker=$!
pids="$pids $taker"
n=0
until [ -e "$dir/taken" ]; do n=$((n + 1)); [ $n -lt 100 ] || fail 'the port is not free'; sleep 0.1; done
must_not 'a reset to a port that is taken' ctl config reset listeners
says 'in use'
must 'is not kept' cmp "$dir/before" "$settings"
must 'and not in force' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get listeners.only.port | grep -qx 1117"
kill "$taker"; wait "$taker" 2>/dev/null || :
must 'once it is free' ctl config reset listeners
must_not 'the file has it no more' grep -q listeners "$settings"

# What --runtime covers must not hide a fault that the next load would find.
must 'APOP' ctl option set apop on
must 'not for now' ctl option set --runtime apop off
cp "$settings" "$dir/before"
must_exit 65 'a text that the kept APOP forbids' ctl welcome set 'a < b'
says 'settings.json: welcome: octet 3 is "<"'
must 'is not kept' cmp "$dir/before" "$settings"
must 'for now it may be' ctl welcome set --runtime 'a < b'
must_exit 67 'what is set for now only' ctl welcome reset
says 'welcome: set for now only; reset --runtime takes it back'
must 'a reload takes what is kept' ctl reload
must 'APOP is back' sh -c "'$bin/bin/pop3ctl' -s '$sock' option get apop | grep -qx on"
must 'and gone' ctl option reset apop

# A reload by signal that failed is no answer to the next question.
printf '{ "limits": { "per_adress": 4 } }' >"$dir/conf.d/50-bad.json"
kill -HUP "$server_pid"
must 'a reload by signal is refused' logged 'configuration refused'
must_exit 67 'then a mistyped option' ctl option get lsat
says 'lsat: no such option; did you mean last?'
rm "$dir/conf.d/50-bad.json"

# Nowhere to keep it: try again, and nothing has changed.
mv "$dir/state" "$dir/elsewhere"
must_exit 75 'without a state folder' ctl config set limits.auth_tries 6
says 'cannot open'
mv "$dir/elsewhere" "$dir/state"
must 'all is as it was' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 3"

# Tried and kept, and then not taken over, since descriptors ran out between.
if command -v strace >/dev/null 2>&1 && strace -o "$dir/st" -e trace=memfd_create true 2>/dev/null; then
	cp "$settings" "$dir/before"
	strace -p "$server_pid" -o "$dir/st" -e trace=memfd_create -e inject=memfd_create:error=EMFILE:when=3 2>"$dir/st.says" &
	tracer=$!
	n=0
	until grep -q attached "$dir/st.says"; do n=$((n + 1)); [ $n -lt 100 ] || fail 'strace does not attach'; sleep 0.1; done
	must_exit 75 'a change that fails late' ctl config set limits.auth_tries 7
	kill "$tracer"
	wait "$tracer" || :
	must 'failed there' grep -q EMFILE "$dir/st"
	must 'is not kept' cmp "$dir/before" "$settings"
	must 'and not in force' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 3"
else
	say 'strace cannot run here: a change that fails late is not tried'
fi

# Edits of a file that no reload has taken over: the manual says they come along.
printf '{ "limits": { "auth_tries": 4 } }' >"$dir/conf.d/50-new.json"
must 'config diff shows an edit' ctl config diff
says '^limits.auth_tries: 3 -> 4$'
must 'another change' ctl option set last on
must 'brings it' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 4"
printf '{ "limits": { "auth_tries": 400 } }' >"$dir/conf.d/50-new.json"
must_exit 65 'a faulty one is in the way' ctl option reset last
says '50-new.json: limits.auth_tries'
rm "$dir/conf.d/50-new.json"
must 'until it is repaired' ctl option reset last

# A file somebody edited: reset leads out of it, a key at a time.
must 'something to keep' ctl config set limits.auth_tries 5
printf '{ "limits": { "auth_tries": 5, "per_adress": 3 }, "gone": 1 }\n' >"$settings"
must_exit 78 'unknown keys are faults of a reload' ctl reload
says 'did you mean "per_address"'
must_exit 65 'a change names them' ctl config set limits.auth_tries 6
must_exit 65 'a reset takes one away and names the next' ctl config reset gone
says 'per_adress'
must_not 'gone is gone' grep -q gone "$settings"
must 'the last one' ctl config reset limits.per_adress
must 'then all is well' ctl reload
must 'and the rest is kept' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 5"

# Damage while the server runs.
must 'an override too' ctl welcome set --listener pop3 Hello
before=$(cat "$settings")
count=0
for bad in '' '{' '[]' '"x"' '{ "limits": { "auth_tries": 5 }' 'null' 'garbage'; do
	printf '%s' "$bad" >"$settings"
	must_exit 78 "a reload with '$bad' is refused" ctl reload
	says 'settings.json'
	must 'and changes nothing' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 5"
	must 'the file is as it was' sh -c "[ \"\$(cat '$settings')\" = '$bad' ]"
	must_exit 65 'a change sets it aside' ctl config set limits.auth_tries 6
	says 'was damaged'
	says 'written anew'
	count=$((count + 1))
	must 'under another name' test "$(aside)" -eq $count
	must 'with all that was kept' sh -c "[ \"\$(cat '$settings')\" = '$before' ]"
done
must 'the log tells of it' sh -c "[ \$(grep -c 'settings set aside' '$dir/log') -eq $count ]"
must 'then the change works' ctl config set limits.auth_tries 6
must 'what was set aside can be read' sh -c "cat '$dir'/state/settings.json.damaged-* | grep -q garbage"

# Damage before a start.
stop_server
for bad in '' '{ "limits": {' '[1]'; do
	printf '%s' "$bad" >"$settings"
	must_exit 78 "the check calls '$bad' a fault" "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
	says 'settings.json'
	must 'and leaves it' sh -c "[ \"\$(cat '$settings')\" = '$bad' ]"
	: >"$dir/stderr"
	start_server
	count=$((count + 1))
	must 'a start sets it aside' test "$(aside)" -eq $count
	must 'says so' grep -q 'settings.json was damaged' "$dir/stderr"
	must 'logs it' logged 'settings set aside'
	must 'and serves the rest' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 3"
	must 'a change is kept again' ctl config set limits.auth_tries 6
	# A second server must not touch the first one's file.
	printf '%s' "$bad" >"$settings"
	must_not 'a second server' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -f
	must 'does not touch it' test "$(aside)" -eq $count
	stop_server
done
start_server
still_alive
stop_server
