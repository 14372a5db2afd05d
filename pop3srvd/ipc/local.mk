# pop3srvd/ipc
