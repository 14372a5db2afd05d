# The daemon: a folder is a process, each its own executable.
include pop3srvd/ipc/local.mk
include pop3srvd/keeper/local.mk
include pop3srvd/front/local.mk
include pop3srvd/auth/local.mk
include pop3srvd/drop/local.mk
include pop3srvd/relay/local.mk
include pop3srvd/log/local.mk
