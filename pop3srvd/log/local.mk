# log: every record to every target.  Everything but main.c is a library, for
# the tests.
noinst_LIBRARIES += pop3srvd/log/liblog.a
pop3srvd_log_liblog_a_SOURCES = \
	pop3srvd/log/answer.c \
	pop3srvd/log/answer.h \
	pop3srvd/log/audit_file.c \
	pop3srvd/log/audit_file.h \
	pop3srvd/log/audit_job.c \
	pop3srvd/log/audit_job.h \
	pop3srvd/log/audit_look.c \
	pop3srvd/log/audit_look.h \
	pop3srvd/log/audit_note.c \
	pop3srvd/log/audit_note.h \
	pop3srvd/log/filter.c \
	pop3srvd/log/filter.h \
	pop3srvd/log/follow.c \
	pop3srvd/log/follow.h \
	pop3srvd/log/daily.c \
	pop3srvd/log/daily.h \
	pop3srvd/log/queue.c \
	pop3srvd/log/queue.h \
	pop3srvd/log/render.c \
	pop3srvd/log/render.h \
	pop3srvd/log/render_imail.c \
	pop3srvd/log/render_journal.c \
	pop3srvd/log/render_json.c \
	pop3srvd/log/render_own.h \
	pop3srvd/log/render_server.c \
	pop3srvd/log/target.c \
	pop3srvd/log/target.h \
	pop3srvd/log/target_daily.c \
	pop3srvd/log/target_file.c \
	pop3srvd/log/target_flow.c \
	pop3srvd/log/target_own.h \
	pop3srvd/log/target_record.c \
	pop3srvd/log/target_server.c \
	pop3srvd/log/target_stderr.c \
	pop3srvd/log/target_syslog.c \
	pop3srvd/log/targets.c \
	pop3srvd/log/targets.h

pkglibexec_PROGRAMS += libexec/log
libexec_log_SOURCES = pop3srvd/log/main.c
libexec_log_LDADD = pop3srvd/log/liblog.a pop3srvd/ipc/libipc.a \
	lib/ctl/libctl.a lib/conf/libconf.a lib/net/libnet.a $(BASE_LIBS)
