# relay: hands accepted outgoing mail on.
pkglibexec_PROGRAMS += libexec/relay
libexec_relay_SOURCES = pop3srvd/relay/main.c
libexec_relay_LDADD = pop3srvd/ipc/libipc.a lib/conf/libconf.a \
	lib/net/libnet.a $(BASE_LIBS)
