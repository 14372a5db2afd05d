# pop3ctl
