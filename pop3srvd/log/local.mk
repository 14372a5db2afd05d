# log: every record to every target.  Everything but main.c is a library, for
# the tests.
noinst_LIBRARIES += pop3srvd/log/liblog.a
pop3srvd_log_liblog_a_SOURCES = \
	pop3srvd/log/render.c \
	pop3srvd/log/render.h \
	pop3srvd/log/target.c \
	pop3srvd/log/target.h \
	pop3srvd/log/target_file.c \
	pop3srvd/log/target_stderr.c \
	pop3srvd/log/target_syslog.c \
	pop3srvd/log/targets.c \
	pop3srvd/log/targets.h

pkglibexec_PROGRAMS += libexec/log
libexec_log_SOURCES = pop3srvd/log/main.c
libexec_log_LDADD = pop3srvd/log/liblog.a pop3srvd/ipc/libipc.a \
	lib/conf/libconf.a lib/net/libnet.a $(BASE_LIBS)
