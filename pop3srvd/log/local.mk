# pop3srvd/log
