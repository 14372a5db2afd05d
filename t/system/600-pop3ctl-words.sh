#!/bin/sh
# 600-pop3ctl-words - words, options, help and exit codes without a server
. "$(dirname "$0")/common.sh"
begin
ctl() { "$bin/bin/pop3ctl" -s "$dir/nobody.sock" "$@"; }
says() { grep -q -- "$1" "$dir/out" || { cat "$dir/out"; fail "must say: $1"; }; }

must "every command has help with an example" sh -c '
	sed -n "s/^CTL_VERB(\"[^\"]*\", \"\([^\"]*\)\".*/\1/p" \
	    "$src/lib/ctl/ctl_verbs.h" >"$dir/verbs"
	[ "$(wc -l <"$dir/verbs")" -gt 30 ] || exit 1
	while read -r words; do
		"$bin/bin/pop3ctl" $words --help >"$dir/help" || exit 1
		grep -q "^usage: pop3ctl $words" "$dir/help" || exit 1
		grep -q "^  pop3ctl $words" "$dir/help" || exit 1
	done <"$dir/verbs"'
must "help lists the commands" ctl --help
says '^  account import '
must "help of a noun lists its commands" ctl session --help
says '^  session kill '
must "the version is told without a server" ctl --version

must_exit 64 "no command" ctl
must_exit 64 "an unknown command" ctl frobnicate
says 'possible are: status'
must_exit 64 "an unknown second word" ctl session frobnicate
says 'possible are: list show kill'
must_exit 64 "a word that may mean two" ctl account s
says 'may mean: show set'
must_exit 64 "a noun alone" ctl domain
says 'one more word is needed: list'
must_exit 64 "an unknown option" ctl --frobnicate status
must_exit 64 "an option of another command" ctl session list --dry-run
says 'has no option --dry-run'
must_exit 64 "words behind a command that takes none" ctl status now
must_exit 64 "a missing word" ctl config set limits.per_address
says '^usage: pop3ctl config set '
must_exit 64 "nothing to change" ctl account set anna@example.org

must_exit 69 "nobody answers" ctl session list
says "nobody.sock.*is it running"
must_exit 69 "shortened words are understood" ctl ses li
must_exit 69 "a value with a dash behind --" ctl conf set mail.expire_days -- -1
must_exit 1 "status says that nothing runs" ctl status
says '^stopped$'
must_exit 1 "also as JSON" ctl --json status
says '^{"v":1,"id":0,"ok":true,"result":{"state":"stopped"}}$'
must_exit 65 "an empty password" sh -c \
    '"$bin/bin/pop3ctl" account add anna@example.org </dev/null'
must_exit 65 "a password file that is not there" ctl account add \
    --password-file "$dir/nix" anna@example.org
must_exit 67 "an import file that is not there" ctl account import "$dir/nix"
must_exit 69 "the environment names the socket" env \
    POP3CTL_SOCKET="$dir/other.sock" "$bin/bin/pop3ctl" config get user
says 'other.sock'
