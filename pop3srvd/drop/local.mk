# drop: opens, lists, reads and removes mail; deliver: puts one message in.
# All but main() is a library, so that a test can be its front.
noinst_LIBRARIES += pop3srvd/drop/libdrop.a
pop3srvd_drop_libdrop_a_SOURCES = \
	pop3srvd/drop/answer.c \
	pop3srvd/drop/answer.h \
	pop3srvd/drop/report.c \
	pop3srvd/drop/report.h \
	pop3srvd/drop/request.c \
	pop3srvd/drop/request.h \
	pop3srvd/drop/serve.c \
	pop3srvd/drop/serve.h \
	pop3srvd/drop/session.c \
	pop3srvd/drop/session.h \
	pop3srvd/drop/verbatim.c \
	pop3srvd/drop/verbatim.h
DROP_LIBS = pop3srvd/drop/libdrop.a pop3srvd/ipc/libipc.a \
	lib/conf/libconf.a lib/net/libnet.a lib/mail/libmail.a $(BASE_LIBS)

pkglibexec_PROGRAMS += libexec/drop libexec/deliver
libexec_drop_SOURCES = pop3srvd/drop/main.c
libexec_drop_LDADD = $(DROP_LIBS)

libexec_deliver_SOURCES = pop3srvd/drop/deliver_main.c
libexec_deliver_LDADD = lib/net/libnet.a lib/mail/libmail.a $(BASE_LIBS)
