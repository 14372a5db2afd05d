# pop3srvd/auth
