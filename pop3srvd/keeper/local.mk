# keeper: sbin/pop3srvd itself.
sbin_PROGRAMS += sbin/pop3srvd
sbin_pop3srvd_SOURCES = \
	pop3srvd/keeper/access.c \
	pop3srvd/keeper/access.h \
	pop3srvd/keeper/audit.c \
	pop3srvd/keeper/audit.h \
	pop3srvd/keeper/cert_set.c \
	pop3srvd/keeper/cert_set.h \
	pop3srvd/keeper/certs_watch.c \
	pop3srvd/keeper/certs_watch.h \
	pop3srvd/keeper/children.c \
	pop3srvd/keeper/children.h \
	pop3srvd/keeper/children_own.h \
	pop3srvd/keeper/children_stop.c \
	pop3srvd/keeper/children_talk.c \
	pop3srvd/keeper/control.c \
	pop3srvd/keeper/control.h \
	pop3srvd/keeper/ctl.c \
	pop3srvd/keeper/ctl.h \
	pop3srvd/keeper/ctl_access.c \
	pop3srvd/keeper/ctl_access.h \
	pop3srvd/keeper/ctl_access_edit.c \
	pop3srvd/keeper/ctl_config.c \
	pop3srvd/keeper/ctl_config.h \
	pop3srvd/keeper/ctl_log.c \
	pop3srvd/keeper/ctl_log.h \
	pop3srvd/keeper/ctl_import.c \
	pop3srvd/keeper/ctl_option.c \
	pop3srvd/keeper/ctl_option.h \
	pop3srvd/keeper/ctl_welcome.c \
	pop3srvd/keeper/ctl_welcome.h \
	pop3srvd/keeper/filestate.c \
	pop3srvd/keeper/filestate.h \
	pop3srvd/keeper/inherit.c \
	pop3srvd/keeper/inherit.h \
	pop3srvd/keeper/keeper.c \
	pop3srvd/keeper/keeper.h \
	pop3srvd/keeper/keeper_conf.c \
	pop3srvd/keeper/keys.c \
	pop3srvd/keeper/keys.h \
	pop3srvd/keeper/listfiles.c \
	pop3srvd/keeper/listfiles.h \
	pop3srvd/keeper/main.c \
	pop3srvd/keeper/ranges.c \
	pop3srvd/keeper/ranges.h \
	pop3srvd/keeper/reload.c \
	pop3srvd/keeper/reload.h \
	pop3srvd/keeper/setup.c \
	pop3srvd/keeper/setup.h \
	pop3srvd/keeper/sockets.c \
	pop3srvd/keeper/sockets.h \
	pop3srvd/keeper/version.c \
	pop3srvd/keeper/version.h
sbin_pop3srvd_LDADD = pop3srvd/ipc/libipc.a lib/conf/libconf.a \
	lib/ctl/libctl.a lib/policy/libpolicy.a lib/net/libnet.a $(BASE_LIBS)
