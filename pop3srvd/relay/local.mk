# pop3srvd/relay
