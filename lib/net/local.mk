# The loop and everything that has to do with sockets, TLS and processes.  A
# program links lib/net/libnet.a before $(BASE_LIBS).

noinst_LIBRARIES += lib/net/libnet.a
lib_net_libnet_a_SOURCES = \
	lib/net/child.c \
	lib/net/child.h \
	lib/net/conn.c \
	lib/net/conn.h \
	lib/net/dial.c \
	lib/net/dial.h \
	lib/net/frame.c \
	lib/net/frame.h \
	lib/net/listen.c \
	lib/net/listen.h \
	lib/net/listener.c \
	lib/net/loop.c \
	lib/net/loop.h \
	lib/net/notify.c \
	lib/net/notify.h \
	lib/net/packet.c \
	lib/net/packet.h \
	lib/net/park.c \
	lib/net/park.h \
	lib/net/peer.c \
	lib/net/peer.h \
	lib/net/pollset.c \
	lib/net/pollset.h \
	lib/net/priv.c \
	lib/net/priv.h \
	lib/net/priv_calls.h \
	lib/net/priv_sandbox.c \
	lib/net/proxyhdr.c \
	lib/net/proxyhdr.h \
	lib/net/tcp.c \
	lib/net/tcp.h \
	lib/net/timer.c \
	lib/net/timer.h \
	lib/net/tls.c \
	lib/net/tls.h \
	lib/net/tls_int.h \
	lib/net/tls_io.c \
	lib/net/tls_io.h \
	lib/net/tls_keys.c \
	lib/net/tls_pair.c \
	lib/net/tls_trust.c \
	lib/net/tls_trust.h
