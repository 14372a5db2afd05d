# relay: takes mail that clients send and hands it on.  Everything but main.c
# is a library, for the tests; libcurl is linked with libexec/smtp alone.

noinst_LIBRARIES += pop3srvd/relay/librelay.a
pop3srvd_relay_librelay_a_SOURCES = \
	pop3srvd/relay/attempt.c \
	pop3srvd/relay/compose.c \
	pop3srvd/relay/compose.h \
	pop3srvd/relay/envelope.c \
	pop3srvd/relay/envelope.h \
	pop3srvd/relay/job.c \
	pop3srvd/relay/job.h \
	pop3srvd/relay/link.c \
	pop3srvd/relay/link.h \
	pop3srvd/relay/notify.c \
	pop3srvd/relay/queue.c \
	pop3srvd/relay/queue.h \
	pop3srvd/relay/queue_own.h \
	pop3srvd/relay/rate.c \
	pop3srvd/relay/rate.h \
	pop3srvd/relay/receive.c \
	pop3srvd/relay/receive.h \
	pop3srvd/relay/report.c \
	pop3srvd/relay/report.h \
	pop3srvd/relay/route.c \
	pop3srvd/relay/route.h \
	pop3srvd/relay/schedule.c \
	pop3srvd/relay/schedule.h \
	pop3srvd/relay/send.c \
	pop3srvd/relay/send.h \
	pop3srvd/relay/spool.c \
	pop3srvd/relay/spool.h \
	pop3srvd/relay/spool_own.h \
	pop3srvd/relay/spool_scan.c \
	pop3srvd/relay/verbs.c \
	pop3srvd/relay/verbs.h

RELAY_LIBS = pop3srvd/relay/librelay.a pop3srvd/ipc/libipc.a \
	lib/mail/libmail.a lib/ctl/libctl.a lib/conf/libconf.a \
	lib/net/libnet.a $(BASE_LIBS)

pkglibexec_PROGRAMS += libexec/relay
libexec_relay_SOURCES = pop3srvd/relay/main.c
libexec_relay_LDADD = $(RELAY_LIBS)

if WITH_CURL
pkglibexec_PROGRAMS += libexec/smtp
endif
libexec_smtp_SOURCES = \
	pop3srvd/relay/job.c \
	pop3srvd/relay/job.h \
	pop3srvd/relay/smtp.c \
	pop3srvd/relay/smtp_curl.c \
	pop3srvd/relay/smtp_helo.c \
	pop3srvd/relay/smtp_own.h
libexec_smtp_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
libexec_smtp_LDADD = $(BASE_LIBS) $(CURL_LIBS)
