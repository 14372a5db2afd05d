# lib/acct
