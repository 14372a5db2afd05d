#!/bin/sh
# The first line: the server's name, a listener's own, the administrator's
# text; one that is too long is not used and the log says so.
. "${srcdir:-.}/t/system/common.sh"
begin
long=$(printf '%0401d' 0)
conf 50-listeners <<EOF
{ "listeners": [
    { "name": "pop3", "address": "$addr", "port": $port, "tls": "none" },
    { "name": "named", "address": "$addr", "port": 1111, "tls": "none", "hostname": "b.example" },
    { "name": "worded", "address": "$addr", "port": 1112, "tls": "none", "welcome": "No trespassing" },
    { "name": "wordy", "address": "$addr", "port": 1113, "tls": "none", "welcome": "$long" } ] }
