#!/bin/sh
# Accounts and domains by pop3ctl: life cycle, locks as W-13 and W-14.
. "${srcdir:-.}/t/system/common.sh"
begin
start_server
login() { python3 -c "
import sys
from pop3 import Pop3
p = Pop3(); p.ok('USER ' + sys.argv[1]); r = p.cmd('PASS ' + sys.argv[2]); p.close()
sys.exit(0 if r.startswith(b'+OK') else 3 if r.startswith(b'-ERR [AUTH]') else 4)" "$@"; }
printf 'first\n' >"$dir/pw"; chmod 600 "$dir/pw"
must 'add a domain' ctl domain add example.org
must 'add an account' ctl account add --force anna@example.org --password-file "$dir/pw"
must_not 'not twice' ctl account add --force anna@example.org --password-file "$dir/pw"
must 'the password works' login anna@example.org first
must 'without the domain too' login anna first
must 'names fold case' login ANNA@Example.ORG first
must_exit 3 'a wrong one does not' login anna@example.org second
must_exit 3 'nor an unknown account' login nobody@example.org first
must_exit 3 'nor an empty password' login anna@example.org ''
must 'password from standard input' sh -c "printf 'two words here\n' | '$bin/bin/pop3ctl' -s '$sock' account passwd --force anna@example.org --password-file -"
must 'with blanks' login anna@example.org 'two words here'
must_exit 3 'the old one is gone' login anna@example.org first
must 'lock the account' ctl account lock anna@example.org
must_exit 3 'locked: no login (W-13)' login anna@example.org 'two words here'
must 'mail still arrives' deliver anna@example.org "$dir/pop3srvd.json"
must 'admin tasks still work' ctl account show anna@example.org
must 'unlock' ctl account unlock anna@example.org
must 'login works again' login anna@example.org 'two words here'
must 'lock the domain' ctl domain lock example.org
must_exit 3 'all its accounts are locked (W-14)' login anna@example.org 'two words here'
must_not 'one cannot be unlocked singly' ctl account unlock anna@example.org
must 'unlock the domain' ctl domain unlock example.org
must 'login works again' login anna@example.org 'two words here'
must 'the same name in two domains (W-5)' ctl domain add example.net
must 'added' ctl account add --force anna@example.net --password-file "$dir/pw"
must 'own password' login anna@example.net first
must_exit 3 'not the other one' login anna@example.org first
must 'list' ctl account list
must 'both are there' sh -c "grep -q anna@example.org '$dir/out' && grep -q anna@example.net '$dir/out'"
must_exit 67 'no such account' ctl account show nobody@example.org
must_exit 67 'nothing to remove' ctl account remove nobody@example.org
must_not 'a bad name' ctl account add '../etc@example.org' --password-file "$dir/pw"
must_not 'a domain in use is not removed' ctl domain remove example.net
must 'remove the account' ctl account remove anna@example.net
must_exit 3 'it cannot log in' login anna@example.net first
must 'now the domain goes' ctl domain remove example.net
must_not 'a password in an argument is refused' ctl account add bob@example.org geheim
must 'an alias domain' ctl domain alias example.com example.org
must 'serves its target' login anna@example.com 'two words here'
# A script's password is the administrator's to judge: told, not refused.
must 'a weak password is taken' ctl account add carl@example.org --password-file "$dir/pw"
must 'with a warning' grep -q '^pop3ctl: account add: The password is shorter' "$dir/out"
must 'it works' login carl@example.org first
must 'and once more' sh -c "'$bin/bin/pop3ctl' -s '$sock' --json account passwd carl@example.org --password-file '$dir/pw' | grep -q '\"warning\":\"The password is shorter'"
conf 70-strict <<'EOF'
{ "auth": { "password_strict": true } }
EOF
must 'unless the settings are strict' ctl reload
must_exit 65 'then it is refused' ctl account passwd carl@example.org --password-file "$dir/pw"
must 'by the words that tell the way' grep -q 'force takes it' "$dir/out"
must 'which is one' ctl account passwd --force carl@example.org --password-file "$dir/pw"
stop_server
must_not 'no password is in log or state' grep -rqa -e 'two words here' -e geheim "$dir/log" "$dir/state" "$dir/stderr"
start_server
must 'accounts survive a restart' login anna@example.org 'two words here'
# Times are seconds since 1970 on the wire, dates for people.
must 'account show' ctl account show anna@example.org
today=$(date +%Y-%m-%d)
must 'the day of its making' grep -qE "^created +($today|$(date -d yesterday +%Y-%m-%d)) [0-9:]{8}$" "$dir/out"
must 'and of its password' grep -qE '^password_changed +[0-9-]{10} [0-9:]{8}$' "$dir/out"
ctl --json account show anna@example.org >"$dir/json"
must 'as numbers in JSON' python3 -c "
import json, time
a = json.load(open('$dir/json'))['result']
for k in ('created', 'password_changed'):
    assert type(a[k]) is int and abs(time.time() - a[k]) < 600, a"
still_alive
stop_server
