#!/bin/sh
# W-24, W-26, W-27: temporary refusals are tried again, with a notice to the
# sender, given up and returned; permanent ones come back at once, one recipient
# at a time; what cannot be returned is kept in badmail, where pop3ctl finds it.
. "${srcdir:-.}/t/system/common.sh"
begin
. "$src/t/system/smarthost.sh"
can_smart_host
smart_host smart $host_port
host="\"smart_host\": \"$addr:$host_port\", \"tls\": \"none\","
relay_conf "$host \"delay_notice\": \"1s\", \"expire\": \"3s\","
start_server
add_sender anna@example.org
python3 - <<'EOT' || fail 'bounces'
import email
from xmit import *
def bounce(n):
    r = recorded(n=n)[-1]
    assert r['sender'] == '' and r['rcpts'] == ['anna@example.org'], r
    m = email.message_from_bytes(r['data'])
    assert m.get_content_type() == 'multipart/report' and len(m.get_payload()) == 3, m
    assert m['From'] == 'Mail Delivery <postmaster@mail.example.org>' and m['Auto-Submitted'], m
    text, status, original = [p.as_string() for p in m.get_payload()]
    assert m.get_payload()[1].get_content_type() == 'message/delivery-status'
    assert 'Subject: test' in original, original
    return text, status
# One of three is refused for good: the others have it, and one report goes out.
sent(message('a@b.example, perm@b.example, c@b.example', 'body\n'))
got = recorded(n=2)
assert [r['rcpts'] for r in got if r['sender']] == [['a@b.example', 'c@b.example']], got
text, status = bounce(2)
assert '<perm@b.example>' in text and '550 5.1.1 nobody of that name' in text and 'a@b' not in text, text
assert 'Final-Recipient: rfc822; perm@b.example\nAction: failed' in status, status
# 451 for one: tried again and again; a notice after 1 s, given back after 3 s.
i = sent(message('temp@b.example'))
text, status = bounce(3)
assert 'still' not in text and 'not been delivered yet' in text and 'tried until it is 3s old' in text, text
assert 'Action: delayed' in status, status
text, status = bounce(4)
assert 'given up after 3s' in text and '451 4.3.0 try later' in text, text
assert len(log('mail notice')) == 1 and len(log('mail expired')) == 1 and len(log('mail bounced')) == 2
assert len([x for x in log('mail delayed') if i in x]) > 3, log('mail delayed')
# DATA refused: all recipients of it fail.
mode('data550')
sent(message('a@b.example, d@b.example'))
until('both are rejected', lambda: [x for x in log('mail rejected') if 'recipients=2' in x])
mode('')
# The host hangs up, then comes back: nothing is lost.
mode('cut')
i = sent(message('e@b.example', 'later\n'))
until('delayed', lambda: [x for x in log('mail delayed') if i in x])
mode('')
until('sent after all', lambda: [x for x in log('mail sent') if i in x])
# Everybody is refused, also the bounce: badmail.
mode('550')
n = len(log('mail undeliverable'))
i = sent(message('f@b.example'))
until('undeliverable', lambda: len(log('mail undeliverable')) > n)
mode('')
EOT
must 'the queue is empty' sh -c "n=0; until '$bin/bin/pop3ctl' -s '$sock' --json queue list | grep -q '\"messages\":\\[\\]'; do n=\$((n+1)); [ \$n -lt 50 ]; sleep 0.1; done"
must 'badmail is listed' ctl queue badmail list
bad=$(ctl --json queue badmail list | python3 -c "
import json, sys
m = json.load(sys.stdin)['result']['messages']
assert m[-1]['state'] == 'bad' and m[-1]['sender'] == '' and m[-1]['account'] == 'anna@example.org', m
assert m[-1]['answer'].startswith('550'), m
print(' '.join(x['id'] for x in m))")
# shellcheck disable=SC2086 # ids, one a word
set -- $bad
before=$(find "$dir/host" -name 'smart.*.json' | wc -l)
must 'badmail tried again' ctl queue badmail retry "$1"
n=0
until [ "$(find "$dir/host" -name 'smart.*.json' | wc -l)" -gt "$before" ]; do
	n=$((n + 1))
	[ "$n" -lt 100 ] || fail 'badmail was not sent'
	sleep 0.1
done
must_exit 67 'it is no longer there' ctl queue badmail remove "$1"
[ $# -lt 2 ] || { shift; must 'the others thrown away' ctl queue badmail remove "$@"; }

# The verbs, with a host that takes nothing for a while.
retries='"1h"'
relay_conf "$host"
must 'reload' ctl reload
printf 451 >"$dir/host/smart.mode"
python3 - <<'EOT' >"$dir/ids" || fail 'sending'
from xmit import *
ids = sent(message('g@b.example')), sent(message('h@b.example, perm@b.example'))
for i in ids:
    until('both delayed', lambda: [x for x in log('mail delayed') if i in x])
print(*ids)
EOT
read -r one two <"$dir/ids"
must 'both are listed' ctl queue list
grep -q "$one.*waits.*anna@example.org.*451" "$dir/out" || fail "queue list: $(cat "$dir/out")"
must 'one is shown' ctl queue show "$two"
grep -q '^h@b.example *waits' "$dir/out" || fail "queue show: $(cat "$dir/out")"
must_exit 67 'an unknown one' ctl queue show nosuchid
must_exit 67 'no such id to remove' ctl queue remove nosuchid
must_exit 64 'remove needs an id' ctl queue remove
printf silent >"$dir/host/smart.mode"
python3 - <<'EOT' >"$dir/ids" || fail 'sending while the host is silent'
from xmit import *
print(sent(message('i@b.example')), sent(message('j@b.example')))
EOT
read -r gone busy <"$dir/ids"
n=0
until ctl queue show "$busy" | grep -q active; do
	n=$((n + 1))
	[ "$n" -lt 50 ] || fail 'no delivery goes on'
	sleep 0.1
done
must_exit 75 'what is being delivered cannot be removed' ctl queue remove "$one" "$busy"
grep -q "removed before it: 1, the last of them $one" "$dir/out" ||
    fail "what was removed before is not named: $(cat "$dir/out")"
one=$two two=$gone
printf 451 >"$dir/host/smart.mode"
must 'one removed' ctl queue remove "$one"
must_exit 67 'and gone' ctl queue show "$one"
[ "$(ls "$dir/state/spool/$one".* 2>/dev/null)" = '' ] || fail 'its files are still there'
must_exit 67 'one of two known' ctl queue retry "$two" nosuchid
rm "$dir/host/smart.mode"
before=$(find "$dir/host" -name 'smart.*.json' | wc -l)
must 'all tried now' ctl queue retry
n=0
until [ "$(find "$dir/host" -name 'smart.*.json' | wc -l)" -gt "$before" ]; do
	n=$((n + 1))
	[ "$n" -lt 100 ] || fail 'queue retry did not send it'
	sleep 0.1
done
still_alive
stop_server
