# front: the process that faces the network.  It links no account or mail code.
# Everything but main.c is a library, for the tests.

noinst_LIBRARIES += pop3srvd/front/libfront.a
pop3srvd_front_libfront_a_SOURCES = \
	pop3srvd/front/access.c \
	pop3srvd/front/access.h \
	pop3srvd/front/auth_pool.c \
	pop3srvd/front/auth_pool.h \
	pop3srvd/front/ctl_audit.c \
	pop3srvd/front/ctl_audit.h \
	pop3srvd/front/ctl_access.c \
	pop3srvd/front/ctl_autodeny.c \
	pop3srvd/front/ctl_client.c \
	pop3srvd/front/ctl_client.h \
	pop3srvd/front/ctl_forward.c \
	pop3srvd/front/ctl_forward.h \
	pop3srvd/front/ctl_own.c \
	pop3srvd/front/ctl_own.h \
	pop3srvd/front/ctl_roles.c \
	pop3srvd/front/ctl_roles.h \
	pop3srvd/front/ctl_seat.c \
	pop3srvd/front/ctl_seat.h \
	pop3srvd/front/ctl_server.c \
	pop3srvd/front/ctl_server.h \
	pop3srvd/front/ctl_session.c \
	pop3srvd/front/ctl_stats.c \
	pop3srvd/front/ctl_status.c \
	pop3srvd/front/deadline.c \
	pop3srvd/front/deadline.h \
	pop3srvd/front/debug.c \
	pop3srvd/front/debug.h \
	pop3srvd/front/dialogue.c \
	pop3srvd/front/dialogue.h \
	pop3srvd/front/drop_pool.c \
	pop3srvd/front/drop_pool.h \
	pop3srvd/front/engine.h \
	pop3srvd/front/fds.c \
	pop3srvd/front/fds.h \
	pop3srvd/front/fetch.c \
	pop3srvd/front/fetch.h \
	pop3srvd/front/gate.c \
	pop3srvd/front/gate.h \
	pop3srvd/front/guard.c \
	pop3srvd/front/guard.h \
	pop3srvd/front/helpers.c \
	pop3srvd/front/helpers.h \
	pop3srvd/front/login.c \
	pop3srvd/front/login.h \
	pop3srvd/front/message.c \
	pop3srvd/front/message.h \
	pop3srvd/front/metrics.c \
	pop3srvd/front/metrics.h \
	pop3srvd/front/metrics_table.h \
	pop3srvd/front/open.c \
	pop3srvd/front/open.h \
	pop3srvd/front/pool.c \
	pop3srvd/front/pool.h \
	pop3srvd/front/pop3_session.c \
	pop3srvd/front/poppass_session.c \
	pop3srvd/front/ports.c \
	pop3srvd/front/ports.h \
	pop3srvd/front/proxy.c \
	pop3srvd/front/proxy.h \
	pop3srvd/front/relay_link.c \
	pop3srvd/front/relay_link.h \
	pop3srvd/front/server.c \
	pop3srvd/front/server.h \
	pop3srvd/front/session.c \
	pop3srvd/front/session.h \
	pop3srvd/front/sessions.c \
	pop3srvd/front/sessions.h \
	pop3srvd/front/stamp.c \
	pop3srvd/front/stamp.h \
	pop3srvd/front/turn.c \
	pop3srvd/front/turn.h \
	pop3srvd/front/verbatim.c \
	pop3srvd/front/verbatim.h \
	pop3srvd/front/vserver.c \
	pop3srvd/front/vserver.h \
	pop3srvd/front/xmit.c \
	pop3srvd/front/xmit.h

FRONT_LIBS = pop3srvd/front/libfront.a pop3srvd/ipc/libipc.a \
	lib/proto/libproto.a lib/policy/libpolicy.a lib/ctl/libctl.a \
	lib/conf/libconf.a lib/net/libnet.a $(BASE_LIBS)

pkglibexec_PROGRAMS += libexec/front
libexec_front_SOURCES = pop3srvd/front/main.c
libexec_front_LDADD = $(FRONT_LIBS)
