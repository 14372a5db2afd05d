#!/bin/sh
# Faults name the file, the key, the offending text and the repair; all of them.
. "${srcdir:-.}/t/system/common.sh"
logins=no
begin
check() { "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n; }
# fault JSON PATTERN…: a fragment that must be refused with all patterns
fault() {
	printf '%s\n' "$1" >"$dir/conf.d/50-bad.json"
	must_exit 78 "refused: $1" check
	shift
	for pat in "$@"; do
		grep -qiE "$pat" "$dir/out" || { cat "$dir/out"; fail "no '$pat' in the fault"; }
	done
	rm "$dir/conf.d/50-bad.json"
}
must 'the base is fine' check
fault '{ "limits": { "connektions": 5 } }' '50-bad.json' 'limits.connektions' 'did you mean.*connections'
fault '{ "limits": { "connections": "many" } }' 'limits.connections' 'many'
fault '{ "limits": { "connections": -1 } }' 'limits.connections'
fault '{ "limits": { "idle_timeout": "10 parsecs" } }' 'limits.idle_timeout' 'parsecs'
fault '{ "allow_plaintext": "sometimes" }' 'allow_plaintext' 'sometimes' 'never' 'loopback' 'always'
fault '{ "tls": { "min_version": "1.0" } }' 'tls.min_version' '1\.2'
fault '{ "access": { "deny": ["192.0.2.1/24"] } }' 'access.deny' '192\.0\.2\.0/24'
fault '{ "access": { "deny": ["10.0.0.0/255.0.255.0"] } }' 'access.deny' 'contiguous'
fault '{ "welcome": "a\u0007b" }' 'welcome'
fault '{ "options": { "apop": "yes" } }' 'options.apop'
fault '{ "hostname": 5 }' 'hostname'
fault '{ "hostname": "x", "hostname": "y" }' 'duplicate'
fault '{ "hostname": ' '50-bad.json'
fault '[]' '50-bad.json' 'object'
fault '{ "tls": { "certificate": "/nonexistent/cert.pem" } }' '/nonexistent/cert.pem'
fault '{ "log": [ { "to": "file" } ] }' 'path'
fault '{ "listeners": [ { "name": "a", "address": "127.0.0.1", "port": 1110, "tls": "none" }, { "name": "b", "address": "127.0.0.1", "port": 1110, "tls": "none" } ] }' '1110'
fault '{ "listeners": [ { "name": "a", "address": "*", "port": 1110, "tls": "none" }, { "name": "b", "address": "127.0.0.1", "port": 1110, "tls": "none" } ] }' '1110'
fault '{ "listeners": [ { "name": "a", "address": "localhost", "port": 1110 } ] }' 'localhost'
fault '{ "listeners": [ { "name": "a", "address": "127.0.0.1", "port": 70000 } ] }' '70000'
chmod 644 "$dir/cert.key"
must_exit 78 'a key that others can read is refused' check
must 'with the repair' grep -q "chmod 600 .*cert.key" "$dir/out"
chmod 600 "$dir/cert.key"
printf '{ "limitz": 1, "hostnam": 2 }' >"$dir/conf.d/50-bad.json"
must_exit 78 'two faults at once' check
must 'both are named' sh -c "grep -q limitz '$dir/out' && grep -q hostnam '$dir/out'"
rm "$dir/conf.d/50-bad.json"
must_exit 78 'a missing file' "$bin/sbin/pop3srvd" -c "$dir/none.json" -n
must 'is named' grep -q 'none.json' "$dir/out"
must_exit 78 'and is no start either' "$bin/sbin/pop3srvd" -c "$dir/none.json" -f
