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

# Four at once on folders that nobody has made yet: one serves, the others say
# that it does.  strace keeps a folder of the first one half made for a while.
need strace
python3 - <<'PY' || fail 'four starts at once'
import os, shutil, subprocess, time
d = os.environ['dir']
server = [os.environ['bin'] + '/sbin/pop3srvd', '-f', '-c', d + '/pop3srvd.json']
slow = ['strace', '-o', '/dev/null', '-e', 'trace=fchown', '-e', 'inject=fchown:delay_enter=400000:when=2']
def begin(cmd):
    time.sleep(0.1)
    return subprocess.Popen(cmd, stderr=subprocess.PIPE, text=True)
def pid(p):
    kids = open('/proc/%d/task/%d/children' % (p.pid, p.pid)).read().split()
    return int(kids[0]) if p.args[0] == 'strace' else p.pid
for turn in range(3):
    for sub in ('state', 'run', 'mail'):
        shutil.rmtree(d + '/' + sub, ignore_errors=True)
    all4 = [begin(slow + server)] + [begin(server) for _ in range(3)]
    end = time.monotonic() + 60
    while sum(p.poll() is not None for p in all4) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    left = [p for p in all4 if p.poll() is None]
    codes = [p.returncode for p in all4 if p not in left]
    for p in left:
        os.kill(pid(p), 15)
        p.wait(60)
    said = [p.stderr.read() for p in all4 if p not in left]
    assert codes == [69, 69, 69] and len(left) == 1, (turn, codes, said)
PY
say 'ok - of four starts at once one serves'
