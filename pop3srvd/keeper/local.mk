# pop3srvd/keeper
