#!/bin/sh
# pop3ctl: sessions, configuration, exit codes, JSON, prefixes, help.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
add_account anna@example.org
python3 - "$bin" <<'EOF' || fail 'sessions'
import json, subprocess, os, sys, time
from pop3 import Pop3
def ctl(*a):
    r = subprocess.run([sys.argv[1] + '/bin/pop3ctl', '-s', os.environ['sock'], '--json', *a], capture_output=True, text=True)
    return r.returncode, json.loads(r.stdout).get('result') if r.stdout.strip() else r.stderr
p = Pop3(tls=True).login('anna@example.org')
q = Pop3()
code, r = ctl('session', 'list'); assert code == 0
mine = [s for s in r['sessions'] if s.get('user') == 'anna@example.org']
assert len(mine) == 1 and len(r['sessions']) == 2, r
assert mine[0]['listener'] == 'pop3s' and mine[0]['peer'].startswith('127.'), mine
code, one = ctl('session', 'show', mine[0]['id']); assert code == 0
code, r = ctl('session', 'kill', mine[0]['id']); assert code == 0, r
assert p.eof()
assert q.cmd('CAPA').startswith(b'+OK')
code, r = ctl('session', 'show', 'nosuch'); assert code == 67, (code, r)
code, r = ctl('session', 'kill', 'nosuch'); assert code == 67, (code, r)
EOF
python3 - "$bin" <<'EOF' || fail 'a long list of sessions'
import json, os, subprocess, sys
from pop3 import Pop3
held = [Pop3() for _ in range(700)]
cmd = [sys.argv[1] + '/bin/pop3ctl', '-s', os.environ['sock']]
r = subprocess.run(cmd + ['--json', 'session', 'list'], capture_output=True, text=True)
pages = [json.loads(x)['result'] for x in r.stdout.splitlines()]
ids = [s['id'] for p in pages for s in p['sessions']]
assert len(pages) > 1 and len(ids) == len(set(ids)) and len(ids) >= 700, (len(pages), len(ids))
r = subprocess.run(cmd + ['session', 'list'], capture_output=True, text=True)
assert len(r.stdout.splitlines()) >= 701
EOF
must 'config get' ctl config get limits.per_address
must 'its value' grep -q 20000 "$dir/out"
must 'config set' ctl config set limits.per_address 7
must 'config get shows it' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.per_address | grep -qx 7"
must 'origin is settings.json' sh -c "'$bin/bin/pop3ctl' -s '$sock' config show --origin | grep -A3 per_address | grep -q settings.json"
must 'settings.json holds it' grep -q per_address "$dir/state/settings.json"
python3 - <<'EOF' || fail 'the limit is live'
from pop3 import Pop3
ps = [Pop3() for _ in range(7)]
q = Pop3(greet=False, timeout=10)
assert q.eof() and not q.buf.startswith(b'+OK'), q.buf
EOF
must_exit 65 'a bad value is refused' ctl config set limits.per_address lots
must 'and changes nothing' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.per_address | grep -qx 7"
must_not 'an unknown key is refused' ctl config set limits.per_adress 5
must 'with a suggestion' grep -q 'per_address' "$dir/out"
must 'config diff' ctl config diff
must 'config reset' ctl config reset limits.per_address
must 'back' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.per_address | grep -qx 20000"
stop_server; start_server
must 'still so after a restart' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.per_address | grep -qx 20000"
must 'set again' ctl config set limits.auth_tries 5
stop_server; start_server
must 'a setting survives a restart' sh -c "'$bin/bin/pop3ctl' -s '$sock' config get limits.auth_tries | grep -qx 5"
stop_server
printf '{ damaged' >"$dir/state/settings.json"
must_exit 78 'damaged settings are a fault, not ignored' "$bin/sbin/pop3srvd" -c "$dir/pop3srvd.json" -n
must 'the file is named' grep -q settings.json "$dir/out"
rm "$dir/state/settings.json"
start_server
python3 - <<'EOF' || fail 'arguments that a verb does not know'
import json, os, re, socket
rows = re.findall(r'CTL_VERB\("([^"]+)",\s*"[^"]*",\s*\w+,\s*(\w+)', open(os.environ['src'] + '/lib/ctl/ctl_verbs.h').read())
assert len(rows) > 60, rows
for verb, where in rows:
    for name in ('nonsense', '', ' ', 'i'):
        if where == 'LOCAL' or verb == 'server.stop': continue
        s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(os.environ['sock'])
        s.sendall(json.dumps({'v': 1, 'id': 1, 'verb': verb, 'args': {name: 1}}).encode() + b'\n')
        r = s.makefile().readline(); s.close()
        assert r, (verb, name, 'no answer')
        r = json.loads(r)
        assert not r['ok'] and r['error']['exit'] in (64, 65), (verb, name, r)
EOF
say 'ok - no verb takes an argument that it does not know'
must_exit 64 'an unknown command' ctl frobnicate
must_exit 64 'a missing argument' ctl account add
must 'help' ctl --help
must 'help of a command has an example' ctl account add --help
must 'an example' grep -qi 'pop3ctl account add' "$dir/out"
must 'prefixes' ctl statu
must_exit 69 'no server there' "$bin/bin/pop3ctl" -s "$dir/none.sock" session list
still_alive
stop_server
