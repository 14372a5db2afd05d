#!/bin/sh
# The worked examples of pop3ctl(8), SCRIPTING, are taken from the page and run:
# each does what its text says.
. "${srcdir:-.}/t/system/common.sh"
need jq python3
begin
mkdir "$dir/etc" "$dir/stub" "$dir/work"
cat >"$dir/extract.py" <<'EOF'
"""extract.py PAGE DIR: the literal blocks of SCRIPTING as DIR/1, 2, ..."""
import sys
blocks, on, inside = [], False, False
for line in open(sys.argv[1]):
    if line.startswith('.Sh '):
        on = line == '.Sh SCRIPTING\n'
    elif on and line.startswith('.Bd '):
        inside = True
        blocks.append('')
    elif line.startswith('.Ed'):
        inside = False
    elif on and inside:
        for a, b in ((r'\e', '\\'), (r'\(dq', '"'), (r'\-', '-'), (r'\&', '')):
            line = line.replace(a, b)
        blocks[-1] += line
for i, b in enumerate(blocks, 1):
    open('%s/%d' % (sys.argv[2], i), 'w').write(b)
print(len(blocks))
EOF
must 'the page has examples' python3 "$dir/extract.py" "$src/man/pop3ctl.8" "$dir/work"
blocks=$(cat "$dir/out")
must 'eight or more' test "$blocks" -ge 8

# mail writes down what it would send; the files are ours.
cat >"$dir/stub/mail" <<EOF
#!/bin/sh
{ echo "\$@"; cat; } >>"$dir/sent"
EOF
chmod 755 "$dir/stub/mail"
PATH=$dir/stub:$bin/bin:$PATH
POP3CTL_SOCKET=$sock
export PATH POP3CTL_SOCKET

# example PATTERN: the number of the one block with it
example() {
	grep -lF -e "$1" "$dir/work"/[0-9]* >"$dir/which" || fail "no example with $1"
	[ "$(wc -l <"$dir/which")" -eq 1 ] || { cat "$dir/which"; fail "several examples with $1"; }
	done_="${done_-} $(basename "$(cat "$dir/which")")"
	sed "s,/etc/pop3srvd/conf.d/,$dir/conf.d/,g; s,/etc/pop3srvd/,$dir/etc/,g" "$(cat "$dir/which")" >"$dir/script"
}
run() { (cd "$dir/work" && sh -e "$dir/script"); }

start_server
must 'a domain' ctl domain add example.org
example 'account add --password-file'
must 'an account is made' run
must 'it is there' ctl account show anna@example.org
sum=$(cksum <"$dir/work/anna.password")
must 'a second run' run
must 'makes no new password' test "$(cksum <"$dir/work/anna.password")" = "$sum"

cat >"$dir/two.py" <<'EOF'
import os, socket
from pop3 import Pop3
secret = open(os.environ['dir'] + '/work/anna.password').readline().strip()
a = Pop3(timeout=60).login('anna@example.org', secret)
b = Pop3(timeout=60)
open(os.environ['dir'] + '/two', 'w').close()

while a.s.recv(4096): pass
assert b.multi('CAPA')
EOF
python3 "$dir/two.py" >"$dir/two.out" 2>&1 &
two=$!
pids="$pids $two"
n=0
until [ -e "$dir/two" ]; do n=$((n + 1)); [ $n -lt 100 ] || { cat "$dir/two.out"; fail 'no sessions'; }; sleep 0.1; done
example 'session kill'
must 'sessions of one user are ended' run
wait "$two" || { cat "$dir/two.out"; fail 'whose sessions ended?'; }
say 'ok - those and no others'

example 'mail -s TLS root'
must 'certificates that live long' run
must_not 'need no mail' test -e "$dir/sent"
days=5 make_cert cert localhost
must 'a certificate that ends soon' ctl reload
must 'is told' run
must 'by mail to root' sh -c "grep -qx -e '-s TLS root' '$dir/sent' && grep -q 'ends soon' '$dir/sent'"

printf '%s\n' 203.0.113.0/24 2001:db8:bad::/48 198.51.100.7 >"$dir/etc/banlist"
example 'deny import'
must 'a ban list is imported' run
must_exit 1 'its ranges are refused' ctl access test 203.0.113.9
must_exit 1 'all of them' ctl access test 198.51.100.7
must 'and kept' grep -q 203.0.113.0/24 "$dir/state/settings.json"
must 'taken away again' ctl config reset access.deny
must 'it may come in' ctl access test 203.0.113.9
example 'deny_files'
must 'a ban list is watched' run
must_exit 1 'its ranges are refused' ctl access test 203.0.113.9
must 'and nothing of it is kept elsewhere' sh -c "! grep -q 203.0.113.0 '$dir/state/settings.json'"
printf '%s\n' '# ban list' 192.0.2.0/24 >"$dir/etc/banlist.in"
example 'banlist.new'
must 'a new one' run
n=0
until ! ctl access test 192.0.2.7 >/dev/null && ctl access test 203.0.113.9 >/dev/null; do
	n=$((n + 1))
	[ $n -lt 150 ] || fail 'the new ban list is not read'
	sleep 0.1
done
say 'ok - is read by itself'
example 'is refused"'
must 'the gate is asked' run
must 'and says yes' grep -qx '203.0.113.7 may come in' "$dir/out"
must 'a refusal' ctl deny add 203.0.113.0/24
must 'the gate is asked again' run
must 'and says no' grep -qx '203.0.113.7 is refused' "$dir/out"

example 'todate'
must 'an address for the report' ctl autodeny add 198.51.100.9 --for 1h
printf '{ "limits": { "auth_tries": 4 } }' >"$dir/conf.d/60-new.json"
must 'a nightly report' run
for line in '^up since 20..-..-..T..:..:..Z, [0-9]* sessions now$' \
    '^[0-9]* logins, [0-9]* failed, [0-9]* log lines lost$' \
    '^the certificate of pop3 ends in [0-9]* days$' \
    '^198.51.100.9 is refused: operator$' \
    '^changed, but not loaded: limits.auth_tries$'; do
	grep -q "$line" "$dir/out" || { cat "$dir/out"; fail "the report lacks $line"; }
done
say 'ok - has all it promises'
must_exit 1 'without a server' env POP3CTL_SOCKET="$dir/nobody" sh "$dir/script"
must 'it says so' grep -qx 'pop3srvd does not run' "$dir/out"
# Run by root: a name that others can guess in a folder of all is a trap.
must_not 'no example writes into /tmp' grep -l '/tmp/' "$dir/work"/[0-9]*

# Ansible: its commands, and what it takes from their answers.
example 'ansible.builtin.command'
cat >"$dir/play.py" <<'EOF'
"""Play the tasks of one block, as far as they use two modules and two tests."""
import json, re, subprocess, sys
def run(argv):
    p = subprocess.run(argv, capture_output=True, text=True)
    assert p.returncode == 0, (argv, p)
    return p.stdout
tasks = [t for t in open(sys.argv[1]).read().split('- name: ') if t.strip()]
assert len(tasks) == 3, tasks
ask, put, reload = tasks
greeting = re.search(r'greeting: (.*)', put).group(1)
command = re.search(r'ansible.builtin.command: (pop3ctl .*)', ask).group(1).split()
argv = [w.strip().replace('"{{ greeting }}"', greeting)
        for w in re.search(r'argv: \[(.*)\]', put).group(1).split(',')]
assert '(welcome.stdout | from_json).result.set != greeting' in put
assert json.loads(run(command))['result']['set'] != greeting
run(argv)
assert json.loads(run(command))['result']['set'] == greeting
command = re.search(r'ansible.builtin.command: (pop3ctl .*)', reload).group(1).split()
assert '(reload.stdout | from_json).result.changes | length > 0' in reload
open(sys.argv[2], 'w').write('{ "limits": { "auth_tries": 6 } }')
assert len(json.loads(run(command))['result']['changes']) > 0
assert len(json.loads(run(command))['result']['changes']) == 0
EOF
must "an Ansible task's commands" python3 "$dir/play.py" "$dir/script" "$dir/conf.d/70-newer.json"
must 'the greeting is set' sh -c "'$bin/bin/pop3ctl' welcome show | grep -qx 'text      Authorised users only'"
if command -v ansible-playbook >/dev/null 2>&1; then
	{ printf -- '- hosts: localhost\n  gather_facts: false\n  tasks:\n'; sed 's/^/    /' "$dir/script"; } >"$dir/play.yml"
	must 'Ansible itself' ansible-playbook -i localhost, -c local "$dir/play.yml"
	must 'changes nothing twice' sh -c "ansible-playbook -i localhost, -c local '$dir/play.yml' | grep -q 'changed=0'"
else
	say 'Ansible is not installed: its commands were run, not its tasks'
fi
must 'every example was run' test "$(echo "$done_" | wc -w)" -eq "$blocks"
still_alive
stop_server
