#!/bin/sh
# X-42, X-44: mail goes to a sendmail program without a shell, behind "--"; one
# that hangs delays neither reception nor another message.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
mkdir "$dir/out" "$dir/host"
chmod 777 "$dir/out"
cat >"$dir/sendmail" <<EOT
#!/usr/bin/python3
import os, sys, time
out, last = '$dir/out', sys.argv[-1]
if last.startswith('group'):
    os.system('$dir/id -g >' + out + '/group.new && mv ' + out + '/group.new ' + out + '/group')
if last.startswith('hang'):
    open(out + '/hangs', 'w').close()
    time.sleep(5 if last.startswith('hang5') else 600)
with open('%s/%d' % (out, os.getpid()), 'w') as f:
    f.write(repr((sys.argv[1:], sorted(os.environ), sys.stdin.buffer.read(), os.listdir('/proc/self/fd'))))
os.rename('%s/%d' % (out, os.getpid()), '%s/%d.done' % (out, os.getpid()))
print('what the mailer says')
sys.exit(75 if last.startswith('temp') and not os.path.exists(out + '/better') else 67 if last.startswith('nouser') else 0)
EOT
chmod 755 "$dir/sendmail"
relay_conf "\"sendmail\": \"$dir/sendmail\", \"processes\": 2,"
start_server
add_sender anna@example.org
python3 - <<'EOT' || fail 'sendmail'
import ast
from xmit import *
def runs(n):
    paths = until('%d runs' % n, lambda: (lambda p: p if len(p) >= n else None)(glob.glob(FOLDER + '/out/*.done')))
    assert len(paths) == n, paths
    got = [ast.literal_eval(open(p).read()) for p in sorted(paths, key=os.path.getmtime)]
    return got
sent(message("bob@b.example, o'hara+x=y@c.example, $HOME@d.example, a*b?@e.example", '.\nline\n.dot\n'))
argv, env, data, fds = runs(1)[0]
assert argv == ['-i', '-f', 'anna@example.org', '--', 'bob@b.example', "o'hara+x=y@c.example", '$HOME@d.example', 'a*b?@e.example'], argv
assert set(env) <= {'PATH', 'LANG', 'TZ', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'LC_CTYPE'}, env
assert b'\r' not in data and data.endswith(b'\n\n.\nline\n.dot\n'), data
assert len(fds) == 5, fds          # 0-2, the file, the folder
assert 'exit=0' in until('sent', lambda: log('mail sent'))[0]
# 75 is tried again, 67 comes back.
sent(message('temp@b.example'))
until('two tries', lambda: len(log('mail delayed')) >= 2)
assert 'exit=75' in log('mail delayed')[0] and 'what' in log('mail delayed')[0], log('mail delayed')
open(FOLDER + '/out/better', 'w').close()
until('sent after all', lambda: len(log('mail sent')) >= 2)
n = len(glob.glob(FOLDER + '/out/*.done'))
sent(message('nouser@b.example'))
until('a bounce is sent', lambda: len(log('mail bounced')) == 1 and len(log('mail sent')) >= 3)
argv, env, data, fds = [x for x in runs(n + 2) if x[0][2] == '<>'][0]
assert argv == ['-i', '-f', '<>', '--', 'anna@example.org'], argv
assert b'<nouser@b.example>' in data and b'exit status 67' in data and b'Subject: test' in data, data
# The mailer hangs for five seconds: a second client sends, and its mail goes out.
begin = time.monotonic()
sent(message('hang5@b.example'))
until('it hangs', lambda: os.path.exists(FOLDER + '/out/hangs'))
s = Sender()
assert s.xmit(message('quick@b.example')).startswith(b'+OK')
assert s.lines('LIST') == []
s.quit()
until('the other one is sent', lambda: len(log('mail sent')) >= 4)
assert time.monotonic() - begin < 5, 'the hanging mailer was waited for'
until('that one too', lambda: len(log('mail sent')) >= 5)
# One that hangs for longer than relay.timeout is ended.
EOT
retries='"30s"'
timeout=1s
relay_conf "\"sendmail\": \"$dir/sendmail\", \"processes\": 2,"
must 'another timeout' ctl reload
python3 - <<'EOT' || fail 'a mailer that never ends'
from xmit import *
n = len(log('mail delayed'))
sent(message('hang@b.example'))
until('it was ended', lambda: len(log('mail delayed')) > n)
assert 'no\\x20answer\\x20in\\x20time' in log('mail delayed')[-1], log('mail delayed')[-1]
EOT
# As Postfix's sendmail starts its set-group-id postdrop.
if [ "$(id -u)" -eq 0 ] && cp "$(command -v id)" "$dir/id" && chown 0:61199 "$dir/id" && chmod 2755 "$dir/id" &&
    [ "$(setpriv --reuid=61101 --regid=61101 --clear-groups "$dir/id" -g)" = 61199 ]; then
	python3 - <<'EOT' || fail 'a set-group-id program'
from xmit import *
sent(message('group@b.example'))
got = until('its group', lambda: os.path.exists(FOLDER + '/out/group') and open(FOLDER + '/out/group').read())
assert got == '61199\n', got
EOT
	say 'ok - a set-group-id program has its group'
else
	say 'set-group-id programs were not tried: only as root, where they work'
fi
must 'relay may start set-group-id programs' grep -q '^NoNewPrivs:.0' "/proc/$(pid_of relay)/status"
must 'front may not' grep -q '^NoNewPrivs:.1' "/proc/$(pid_of front)/status"
still_alive
stop_server
