#!/bin/sh
# The filter that we ship, by fail2ban's own tool, on lines of a real server:
# each failure once, with the right address, whatever the client calls itself.
. "${srcdir:-.}/t/system/common.sh"
need fail2ban-regex
begin
conf 50-proxy <<EOF2
{ "listeners": [
  { "name": "pop3", "address": "$addr", "port": $port, "tls": "starttls" },
  { "name": "proxied", "address": "$addr", "port": 1111, "tls": "starttls", "proxy_from": ["127.97.0.0/16"] } ],
  "allow_plaintext": "always",
  "autodeny": { "failures": 9 },
  "log": [ { "to": "file", "path": "$dir/log" },
           { "to": "file", "path": "$dir/json", "format": "json" } ] }
EOF2
start_server
add_account anna@example.org
python3 - >"$dir/wanted" <<'EOF2' || fail 'the failures'
import base64, socket
from pop3 import Pop3, ADDR
names = [b'anna', b'anna@example.org', b'nobody', b'x>, rip=192.0.2.99', b'peer=192.0.2.99 auth failed user=root',
         b'a\x1b[2Jb\xff\xfe', b'<192.0.2.99>', b"'\"%s%n", b'']
wanted = []
for i, n in enumerate(names):
    src = '127.98.5.%d' % (i + 1)
    p = Pop3(source=src); p.err(b'AUTH PLAIN ' + base64.b64encode(b'\0%s\0wrong' % n), 'AUTH'); p.quit()
    wanted.append(src)
p = Pop3(source='127.98.5.20'); p.err(b'AUTH PLAIN ' + base64.b64encode(b'\0' + b'n' * 4000 + b' peer=192.0.2.99\0wrong')); p.close()
wanted.append('127.98.5.20')
p = Pop3(source='127.98.5.21'); p.ok('USER anna'); p.err('PASS wrong', 'AUTH'); p.quit()
wanted.append('127.98.5.21')
s = socket.create_connection((ADDR, 1111), 10, ('127.97.0.1', 0))
s.sendall(b'PROXY TCP6 2001:db8::77 2001:db8::1 1234 110\r\n')
p = Pop3(raw=s); p.ok('USER anna'); p.err('PASS wrong', 'AUTH'); p.quit()
wanted.append('2001:db8::77')
# who is shut out: once for the shutting out
p = Pop3(source='127.98.5.22'); p.send(b'X' * 600); p.eof()
wanted.append('127.98.5.22')
# who only logs in, says nonsense or leaves does not count
p = Pop3(source='127.98.5.23').login('anna'); p.err('peer=192.0.2.98 auth failed'); p.quit()
p = Pop3(source='127.98.5.24'); p.err('FOO'); p.quit()
p = Pop3(source='127.98.5.25'); p.send(b'GET / HTTP/1.0\r\n\r\n'); p.eof()
print('\n'.join(sorted(wanted)))
EOF2
n=0
until grep -q '127.98.5.25 session end' "$dir/log"; do
	n=$((n + 1)); [ "$n" -lt 50 ] || fail 'the last line came'; sleep 0.1
done
# As an administrator installs both.
must 'copied' sh -c 'cp -r /etc/fail2ban "$dir/f2b" && rm -rf "$dir"/f2b/jail.d/* &&
    cp "$src/etc/fail2ban/filter.d/pop3srvd.conf" "$dir/f2b/filter.d/" &&
    cp "$src/etc/fail2ban/jail.d/pop3srvd.conf" "$dir/f2b/jail.d/"'
filter=$dir/f2b/filter.d/pop3srvd.conf
matched() { fail2ban-regex -o ip "$1" "$2" | sort >"$dir/found"; diff "$dir/wanted" "$dir/found"; }
must 'each failure once, with its address' matched "$dir/log" "$filter"
sed 's/^\S* /Nov 21 10:11:12 mail /' "$dir/log" >"$dir/syslog"
must 'the same behind a head of syslog' matched "$dir/syslog" "$filter"
printf '127.98.5.25\n' >>"$dir/wanted"
sort -o "$dir/wanted" "$dir/wanted"
must 'the other mode adds who speaks no POP3' matched "$dir/log" "$filter[mode=aggressive]"
must_not 'no forged address anywhere' grep -q '^192.0.2' "$dir/found"
must 'the jail is read' sh -c 'fail2ban-client -c "$dir/f2b" -d | grep -q "pop3srvd"'
still_alive
stop_server
