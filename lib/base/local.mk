# The ground floor: no sockets, no poll, no logging.  OpenSSL is known to
# digest.c alone, jansson to json.c and audit.c.

noinst_LIBRARIES += lib/base/libbase.a
lib_base_libbase_a_SOURCES = \
	lib/base/addr.c \
	lib/base/addr.h \
	lib/base/audit.c \
	lib/base/audit.h \
	lib/base/audit_lines.c \
	lib/base/audit_lines.h \
	lib/base/buf.c \
	lib/base/buf.h \
	lib/base/clock.c \
	lib/base/clock.h \
	lib/base/codec.c \
	lib/base/codec.h \
	lib/base/digest.c \
	lib/base/digest.h \
	lib/base/droplist.c \
	lib/base/droplist.h \
	lib/base/err.c \
	lib/base/err.h \
	lib/base/json.c \
	lib/base/json.h \
	lib/base/mem.c \
	lib/base/mem.h \
	lib/base/num.c \
	lib/base/num.h \
	lib/base/pack.c \
	lib/base/pack.h \
	lib/base/path.c \
	lib/base/path.h \
	lib/base/path_open.c \
	lib/base/path_read.c \
	lib/base/siphash.c \
	lib/base/siphash.h \
	lib/base/span.c \
	lib/base/span.h \
	lib/base/utf8.c \
	lib/base/utf8.h \
	lib/base/visible.c \
	lib/base/visible.h \
	lib/base/wire.c \
	lib/base/wire.h
