#!/bin/sh
# Every row of the table: help with usage, a sentence and an example; the example
# is understood; --json answers in JSON, one object a line, and nothing else.
. "${srcdir:-.}/t/system/common.sh"
begin
cat >"$dir/rows.py" <<'EOF'
"""The rows of lib/ctl/ctl_verbs.h: verb, words, where, args, help, example."""
import os, re
def rows():
    text = open(os.environ['src'] + '/lib/ctl/ctl_verbs.h').read()
    text = text[text.index('*/'):]
    for m in re.finditer(r'CTL_VERB\(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\)', text):
        body = m.group(1)
        strings = [''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)) for part in re.split(
            r',(?=(?:[^"]*"[^"]*")*[^"]*$)', body)]
        names = [p.strip() for p in re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', body)]
        yield {'verb': strings[0], 'words': strings[1], 'where': names[3],
               'args': strings[4], 'help': strings[5], 'example': strings[6]}
EOF
cat >"$dir/help.py" <<'EOF'
import os, re, shlex, subprocess, sys
from rows import rows
ctl = os.environ['bin'] + '/bin/pop3ctl'
all_ = list(rows())
assert len(all_) > 50, len(all_)
assert len(all_) == open(os.environ['src'] + '/lib/ctl/ctl_verbs.h').read().count('\nCTL_VERB(')
for r in all_:
    p = subprocess.run([ctl] + r['words'].split() + ['--help'], capture_output=True, text=True)
    out = p.stdout.split('\n')
    assert p.returncode == 0 and p.stderr == '', (r, p)
    assert out[0] == ('usage: pop3ctl %s %s' % (r['words'], r['args'])).rstrip(), (r, out)
    assert out[1] == '  ' + r['help'] and len(r['help'].split()) >= 2, (r, out)
    assert out[-3:] == ['example:', '  ' + r['example'], ''], (r, out)
    # Understood: with nobody at the socket it is never a question of usage.
    args = shlex.split(r['example'])
    assert args[0] == 'pop3ctl' and args[1:1 + len(r['words'].split())] == r['words'].split(), r
    if r['verb'] in ('server.start', 'server.restart'):
        args += ['--config', os.environ['dir'] + '/none.json']
    args = [a.replace('/root/', os.environ['dir'] + '/root/') for a in args]
    p = subprocess.run([ctl, '-s', os.environ['dir'] + '/nobody'] + args[1:], capture_output=True,
                       text=True, input='secret-1234\nsecret-1234\n', timeout=60)
    # The words they belong to are said on standard error, as "pop3ctl: what: why".
    assert p.returncode in (0, 1, 67, 69, 78), (r, p)
    assert p.returncode == 0 or p.stdout or p.stderr.startswith('pop3ctl: ') or \
        r['verb'].startswith('server.'), (r, p)
print(len(all_), 'rows')
EOF
must 'every row has help, and its example is understood' env PYTHONPATH="$dir" python3 "$dir/help.py"

start_server
add_account anna@example.org
mkdir "$dir/root"
for f in $(grep -o '/root/[a-z.]*' "$src/lib/ctl/ctl_verbs.h" | sort -u); do
	printf 'berta@example.org:{PLAIN}secret-1234\n' >"$dir$f"
done
cat >"$dir/asjson.py" <<'EOF'
import json, os, shlex, subprocess
from rows import rows
ctl = os.environ['bin'] + '/bin/pop3ctl'
endless = ('log.follow', 'top')		# until interrupted
done = []
for r in rows():
    if r['verb'] in ('server.start', 'server.stop', 'server.restart'):
        continue
    args = [a.replace('/root/', os.environ['dir'] + '/root/') for a in shlex.split(r['example'])[1:]]
    p = subprocess.Popen([ctl, '-s', os.environ['sock'], '--json'] + args, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, said = p.communicate('secret-1234\nsecret-1234\n', timeout=3 if r['verb'] in endless else 60)
    except subprocess.TimeoutExpired:
        assert r['verb'] in endless, r
        p.terminate()
        out, said = p.communicate()
    else:
        assert p.returncode in (0, 1, 65, 67, 75), (r, p.returncode, out, said)
        assert out != '', (r, said)
    for line in out.splitlines():
        v = json.loads(line)
        assert isinstance(v, dict), (r, line)
        if p.returncode == 0 and 'ok' in v:
            assert v['ok'] is True and isinstance(v['result'], dict), (r, v)
        if v.get('ok') is False:
            assert v['error']['exit'] == p.returncode, (r, v, p.returncode)
    done.append(r['verb'])
print(len(done), 'verbs')
EOF
must 'every verb answers --json in JSON' env PYTHONPATH="$dir" timeout 300 python3 "$dir/asjson.py"
must 'restart too' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json version | python3 -c 'import json,sys; json.load(sys.stdin)'"
ctl domain add example.org >/dev/null 2>&1 || :
still_alive
server=$server_pid
must 'stop as JSON' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json stop | python3 -c 'import json,sys; assert json.load(sys.stdin)[\"result\"][\"pid\"] == $server'"
wait "$server"
server_pid=
must_exit 1 'status of nobody as JSON' ctl --json status
must 'too' python3 -c "import json; json.load(open('$dir/out'))"
must 'start as JSON' ctl --json start --config "$dir/pop3srvd.json"
whose() { ctl --json status | python3 -c "import json,sys; print(json.load(sys.stdin)['result']['pid'])"; }
server_pid=$(whose)
must 'too' python3 -c "
import json
for l in open('$dir/out'): assert isinstance(json.loads(l), dict), l
assert open('$dir/out').read()"
must 'restart as JSON' ctl --json restart
server_pid=$(whose)
must 'too' python3 -c "
import json
for l in open('$dir/out'): assert isinstance(json.loads(l), dict), l
assert open('$dir/out').read()"
must 'and stop' ctl stop
server_pid=
