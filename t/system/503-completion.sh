#!/bin/sh
# Completion by the real shells: commands, sub-commands, options and values that
# the server knows; silence when it is down; the script that is installed is the
# one that is printed.
. "${srcdir:-.}/t/system/common.sh"
need bash
logins=no
begin
PATH=$bin/bin:$PATH
POP3CTL_SOCKET=$sock
export PATH POP3CTL_SOCKET

must 'the script is printed' sh -c "pop3ctl completion bash >'$dir/bash' && cmp '$dir/bash' '$src/pop3ctl/completion/pop3ctl'"
must 'the one for zsh too' sh -c "pop3ctl completion zsh >'$dir/zsh' && cmp '$dir/zsh' '$src/pop3ctl/completion/_pop3ctl'"
must_exit 64 'no other shell' pop3ctl completion fish
must 'bash takes it' bash -n "$dir/bash"

cat >"$dir/tab" <<'EOF'
# tab LINE: what bash would offer at its end, a line each, sorted
. "$dir/bash"
complete -p pop3ctl >/dev/null || exit 1
COMP_LINE=$1 COMP_POINT=${#1}
eval "set -- $1"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
case $COMP_LINE in *' ') COMP_WORDS+=(''); COMP_CWORD=$# ;; esac
_pop3ctl
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" | sort
EOF
tab() { bash "$dir/tab" "$1"; }
# offers "LINE" WORD…: these and nothing else
offers() {
	line=$1
	shift
	tab "$line" >"$dir/got" 2>"$dir/said" || fail "tab behind '$line'"
	[ ! -s "$dir/said" ] || { cat "$dir/said"; fail "'$line' <TAB> says something"; }
	: >"$dir/want"
	[ $# -eq 0 ] || printf '%s\n' "$@" | sort >"$dir/want"
	cmp -s "$dir/want" "$dir/got" || { diff "$dir/want" "$dir/got" || :; fail "'$line' <TAB>"; }
	say "ok - '$line' <TAB>"
}

# The server is down: what the table knows, and silence.
sed -n 's/^CTL_VERB("[^"]*", "\([a-z]*\)[" ].*/\1/p' "$src/lib/ctl/ctl_verbs.h" | sort -u >"$dir/nouns"
[ "$(wc -l <"$dir/nouns")" -gt 10 ] || fail 'the table has no commands'
# shellcheck disable=SC2046
offers 'pop3ctl ' $(cat "$dir/nouns")
offers 'pop3ctl opt' option
offers 'pop3ctl option ' get list reset set
offers 'pop3ctl option s' set
offers 'pop3ctl option set last ' on off
offers 'pop3ctl option set last o' on off
offers 'pop3ctl op s last of' off
offers 'pop3ctl session k' kill
offers 'pop3ctl frobnicate '
offers 'pop3ctl status '
offers 'pop3ctl option set --' --help --json --listener --runtime --socket
offers 'pop3ctl --json option set --l' --listener
offers 'pop3ctl config show --or' --origin
offers 'pop3ctl option set '
offers 'pop3ctl session show '
offers 'pop3ctl welcome set --listener '
: >"$dir/some file"
offers "pop3ctl account import $dir/some" "$dir/some file"
offers "pop3ctl -s $dir/conf.d"  "$dir/conf.d"

start_server
offers 'pop3ctl option set a' apop auto_deny
offers 'pop3ctl option set --listener ' pop3 pop3s
offers 'pop3ctl welcome set --listener pop3' pop3 pop3s
offers 'pop3ctl --socket /nix option set a'
offers "pop3ctl config get limits.per_a" limits.per_address
python3 - <<'EOF' &
import os, time
from pop3 import Pop3
a = Pop3(timeout=60); b = Pop3(timeout=60)
open(os.environ['dir'] + '/there', 'w').close(); time.sleep(60)
EOF
pids="$pids $!"
n=0
until [ -e "$dir/there" ]; do n=$((n + 1)); [ $n -lt 100 ] || fail 'no sessions'; sleep 0.1; done
ids=$(ctl --json session list | python3 -c "import json,sys; print(*[s['id'] for s in json.load(sys.stdin)['result']['sessions']])")
# shellcheck disable=SC2086
offers 'pop3ctl session kill ' $ids
# shellcheck disable=SC2086
offers "pop3ctl session kill ${ids%% *} " $ids
if has_accounts; then
	add_account anna@example.org
	add_account berta@example.org
	add_account anton@example.net
	offers 'pop3ctl domain lock example.' example.net example.org
	offers 'pop3ctl account show an' anna@example.org anton@example.net
	# Bash cuts words at "@": it replaces what is behind it only.
	offers 'pop3ctl account show anna@ex' example.org
fi

# Names are the administrator's; a shell must not run what a TAB brings, and a
# word that cannot be typed is not offered.
python3 - >"$dir/conf.d/60-names.json" <<'EOF'
import json, os
names = ['pop3', '$(id>&2)', ';id', 'it`id`s', 'a b', ':', 'back\\x', 'gr\u00fc\u00df']
print(json.dumps({'listeners': [{'name': n, 'address': os.environ['addr'], 'port': int(os.environ['port']) + i,
                                 'tls': 'none'} for i, n in enumerate(names)]}))
EOF
must 'listeners with strange names' ctl reload
offers 'pop3ctl option set --listener ' pop3 '\$\(id\>\&2\)' '\;id' 'it\`id\`s' 'a\ b' : 'back\\x'
offers 'pop3ctl option set --listener p' pop3

if command -v zsh >/dev/null 2>&1; then
	must 'zsh takes it' zsh -n "$dir/zsh"
	cat >"$dir/ztab" <<'EOF'
compdef() { : }
_files() { print -r -- FILES }
_describe() { shift 3; print -rl -- "${(@P)1}" }
source "$dir/zsh"
words=(pop3ctl "$@") CURRENT=$(($# + 1))
_pop3ctl
EOF
	must 'zsh: words with their meaning' zsh -f "$dir/ztab" option s
	must 'the meaning' grep -q '^set:switch an option' "$dir/out"
	must 'zsh: live values' zsh -f "$dir/ztab" option set --listener ''
	must 'names of listeners' grep -q '^pop3:' "$dir/out"
	must 'strange ones as _describe takes them' grep -qF 'back\\x:' "$dir/out"
	must 'one that is a colon' grep -q '^\\::' "$dir/out"
	must 'zsh: files' zsh -f "$dir/ztab" account import ''
	must 'by its own means' grep -qx FILES "$dir/out"
else
	say 'zsh is not installed: its script is not run'
fi
still_alive
stop_server
