#!/bin/sh
# X-44: while relay hangs in the middle of messages, front sleeps, and all that
# had begun is sent when it goes on, however many there are.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
relay_conf "\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\","
conf rate <<EOT
{ "limits": { "rate_window": "1s" } }
EOT
start_server
export relay=$(pid_of relay) front=$(pid_of front)
add_sender anna@example.org
python3 - <<'EOT' || fail 'a relay that hangs'
import signal
from xmit import *
relay, front = int(os.environ['relay']), int(os.environ['front'])
def wakes():
    with open('/proc/%d/status' % front) as f:
        return int(f.read().split('\nvoluntary_ctxt_switches:')[1].split()[0])
s = Sender()
data = stuff(message('a@b.example', 'x' * 70 + '\n' + 'y\n' * 30000))
s.ok('XTND XMIT')
s.send(data[:33000])
until('the first block at relay', lambda: glob.glob(FOLDER + '/state/spool/*.tmp'))
os.kill(relay, signal.SIGSTOP)
try:
    s.send(data[33000:])
    time.sleep(1.2)                 # behind the end of the window
    before = wakes()
    time.sleep(1)
    count = wakes() - before
finally:
    os.kill(relay, signal.SIGCONT)
assert count < 50, count
assert s.line().startswith(b'+OK'), 'it is sent'
s.ok('NOOP'); s.quit()
EOT
still_alive
stop_server
