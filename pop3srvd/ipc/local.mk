# What the processes say to each other.
noinst_LIBRARIES += pop3srvd/ipc/libipc.a
pop3srvd_ipc_libipc_a_SOURCES = \
	pop3srvd/ipc/aclset.c \
	pop3srvd/ipc/aclset.h \
	pop3srvd/ipc/certs.c \
	pop3srvd/ipc/certs.h \
	pop3srvd/ipc/life.c \
	pop3srvd/ipc/life.h \
	pop3srvd/ipc/life_frames.c \
	pop3srvd/ipc/life_own.h \
	pop3srvd/ipc/log_out.c \
	pop3srvd/ipc/logrec.c \
	pop3srvd/ipc/logrec.h \
	pop3srvd/ipc/memfd.c \
	pop3srvd/ipc/memfd.h \
	pop3srvd/ipc/msg.c \
	pop3srvd/ipc/msg.h \
	pop3srvd/ipc/msg_desk.c \
	pop3srvd/ipc/msg_drop.c \
	pop3srvd/ipc/passwords.c \
	pop3srvd/ipc/passwords.h \
	pop3srvd/ipc/text.c \
	pop3srvd/ipc/text.h \
	pop3srvd/ipc/ticket.c \
	pop3srvd/ipc/ticket.h
