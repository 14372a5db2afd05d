# pop3srvd/drop
