# pop3srvd/front
