# Protocol engines: no descriptor, clock or file.  Link before $(BASE_LIBS).

noinst_LIBRARIES += lib/proto/libproto.a
lib_proto_libproto_a_SOURCES = \
	lib/proto/dot.c \
	lib/proto/dot.h \
	lib/proto/line.c \
	lib/proto/line.h \
	lib/proto/pop3.c \
	lib/proto/pop3.h \
	lib/proto/pop3_engine.c \
	lib/proto/pop3_greet.c \
	lib/proto/pop3_list.c \
	lib/proto/pop3_login.c \
	lib/proto/pop3_priv.h \
	lib/proto/pop3_reply.c \
	lib/proto/pop3_retr.c \
	lib/proto/pop3_sasl.c \
	lib/proto/pop3_trace.c \
	lib/proto/pop3_trans.c \
	lib/proto/pop3_verbs.c \
	lib/proto/pop3_xmit.c \
	lib/proto/poppass.c \
	lib/proto/poppass.h \
	lib/proto/poppass_engine.c \
	lib/proto/poppass_priv.h \
	lib/proto/poppass_reply.c \
	lib/proto/trace.h
