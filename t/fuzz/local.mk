# Fuzz targets, built by clang with libFuzzer, ASan and UBSan straight from
# the sources they need.  A new one is a row: its name in FUZZ_TARGETS, the
# sources in fuzz_NAME_FROM, libraries in fuzz_NAME_LIBS; and, if you like,
# seeds in t/fuzz/corpus/NAME/.

fuzz_base = lib/base/buf.c lib/base/codec.c lib/base/droplist.c \
	lib/base/err.c lib/base/mem.c lib/base/num.c lib/base/pack.c \
	lib/base/span.c lib/base/visible.c lib/base/wire.c

FUZZ_TARGETS = t/fuzz/fuzz_pop3
fuzz_pop3_FROM = $(lib_proto_libproto_a_SOURCES) $(fuzz_base)
fuzz_pop3_LIBS =

# The engine of password changes, and messages of XTND XMIT.
FUZZ_TARGETS += t/fuzz/fuzz_poppass t/fuzz/fuzz_xmit
fuzz_poppass_FROM = $(fuzz_pop3_FROM)
fuzz_poppass_LIBS =
fuzz_xmit_FROM = $(fuzz_pop3_FROM)
fuzz_xmit_LIBS =
EXTRA_DIST += t/fuzz/fuzz_poppass.c t/fuzz/fuzz_xmit.c \
	t/fuzz/corpus/poppass/eudora t/fuzz/corpus/poppass/failures \
	t/fuzz/corpus/poppass/plain t/fuzz/corpus/xmit/large \
	t/fuzz/corpus/xmit/plain t/fuzz/corpus/xmit/smuggle

FUZZ_FLAGS = -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-I$(top_srcdir) -I$(top_builddir) \
	$(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(AM_CPPFLAGS)

# Configuration and control language.  fuzz_conf.c opens no file: it has a
# path_read() of its own.
fuzz_whole = $(filter-out lib/base/path_read.c,$(lib_base_libbase_a_SOURCES))
FUZZ_TARGETS += t/fuzz/fuzz_conf t/fuzz/fuzz_ctl
fuzz_conf_FROM = $(lib_conf_libconf_a_SOURCES) $(fuzz_whole)
fuzz_conf_LIBS = $(JANSSON_LIBS) $(OPENSSL_LIBS)
fuzz_ctl_FROM = $(lib_ctl_libctl_a_SOURCES) $(lib_base_libbase_a_SOURCES)
fuzz_ctl_LIBS = $(JANSSON_LIBS) $(OPENSSL_LIBS)
EXTRA_DIST += t/fuzz/fuzz_conf.c t/fuzz/fuzz_ctl.c \
	t/fuzz/corpus/conf/sample t/fuzz/corpus/conf/listeners \
	t/fuzz/corpus/conf/kept t/fuzz/corpus/conf/overrides \
	t/fuzz/corpus/ctl/set t/fuzz/corpus/ctl/kill

# Frames between processes, and headers of the PROXY protocol.
FUZZ_TARGETS += t/fuzz/fuzz_frame t/fuzz/fuzz_proxyhdr
fuzz_frame_FROM = lib/net/frame.c lib/net/packet.c lib/net/loop.c \
	lib/net/pollset.c lib/net/park.c lib/net/timer.c lib/base/clock.c \
	$(fuzz_base)
fuzz_frame_LIBS =
fuzz_proxyhdr_FROM = lib/net/proxyhdr.c lib/base/addr.c $(fuzz_base)
fuzz_proxyhdr_LIBS =
EXTRA_DIST += t/fuzz/fuzz_frame.c t/fuzz/fuzz_proxyhdr.c \
	t/fuzz/corpus/frame/three t/fuzz/corpus/proxyhdr/v1 \
	t/fuzz/corpus/proxyhdr/v2

# The audit file, as whoever can write it may have left it.
FUZZ_TARGETS += t/fuzz/fuzz_audit
fuzz_audit_FROM = $(lib_base_libbase_a_SOURCES)
fuzz_audit_LIBS = $(JANSSON_LIBS) $(OPENSSL_LIBS)
EXTRA_DIST += t/fuzz/fuzz_audit.c t/fuzz/corpus/audit/three \
	t/fuzz/corpus/audit/torn
# Access lists: as text, and as the octets that front maps.
FUZZ_TARGETS += t/fuzz/fuzz_netlist t/fuzz/fuzz_aclset
fuzz_netlist_FROM = lib/policy/netlist.c lib/policy/netacl.c \
	lib/policy/netacl_compile.c lib/base/addr.c $(fuzz_base)
fuzz_netlist_LIBS =
fuzz_aclset_FROM = pop3srvd/ipc/aclset.c pop3srvd/ipc/text.c \
	lib/policy/netacl.c lib/policy/netacl_compile.c lib/base/addr.c \
	$(fuzz_base)
fuzz_aclset_LIBS =
EXTRA_DIST += t/fuzz/fuzz_netlist.c t/fuzz/fuzz_aclset.c \
	t/fuzz/corpus/netlist/forms t/fuzz/corpus/netlist/nested \
	t/fuzz/corpus/netlist/faulty t/fuzz/corpus/netlist/first \
	t/fuzz/corpus/aclset/two

# Headers of mail that clients send, and what relay keeps in its spool.
FUZZ_TARGETS += t/fuzz/fuzz_relay
fuzz_relay_FROM = lib/mail/address.c lib/mail/header.c \
	pop3srvd/relay/compose.c pop3srvd/relay/envelope.c \
	pop3srvd/relay/job.c $(lib_base_libbase_a_SOURCES)
fuzz_relay_LIBS = $(JANSSON_LIBS) $(OPENSSL_LIBS)
EXTRA_DIST += t/fuzz/fuzz_relay.c t/fuzz/corpus/relay/addresses \
	t/fuzz/corpus/relay/header t/fuzz/corpus/relay/envelope

# Log records in every format.
FUZZ_TARGETS += t/fuzz/fuzz_log
fuzz_log_FROM = pop3srvd/log/render.c pop3srvd/log/render_imail.c \
	pop3srvd/log/render_journal.c pop3srvd/log/render_json.c \
	pop3srvd/log/render_server.c pop3srvd/ipc/logrec.c \
	pop3srvd/ipc/text.c lib/base/clock.c lib/base/json.c \
	lib/base/utf8.c $(fuzz_base)
fuzz_log_LIBS = $(JANSSON_LIBS)
EXTRA_DIST += t/fuzz/fuzz_log.c t/fuzz/corpus/log/login \
	t/fuzz/corpus/log/hostile

t/fuzz/fuzz_%: $(top_srcdir)/t/fuzz/fuzz_%.c \
    $(wildcard $(top_srcdir)/lib/*/*.[ch])
	@$(MKDIR_P) t/fuzz
	$(CLANG) $(FUZZ_FLAGS) -o $@ $< \
	    $(addprefix $(top_srcdir)/,$(filter %.c,$(fuzz_$*_FROM))) \
	    $(fuzz_$*_LIBS)

# FUZZ_SECONDS says how long each target runs in make check.
if HAVE_CLANG
check_DATA = $(FUZZ_TARGETS)
endif
TESTS += t/fuzz/run
CLEANFILES += $(FUZZ_TARGETS)
EXTRA_DIST += t/fuzz/run t/fuzz/fuzz_pop3.c \
	$(fuzz_pop3_SEEDS)
fuzz_pop3_SEEDS = \
	t/fuzz/corpus/pop3/apop t/fuzz/corpus/pop3/auth \
	t/fuzz/corpus/pop3/cancel \
	t/fuzz/corpus/pop3/http t/fuzz/corpus/pop3/inject \
	t/fuzz/corpus/pop3/last t/fuzz/corpus/pop3/login \
	t/fuzz/corpus/pop3/long t/fuzz/corpus/pop3/retr \
	t/fuzz/corpus/pop3/small t/fuzz/corpus/pop3/stls

fuzz: $(FUZZ_TARGETS)
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/t/fuzz/run $(FUZZ_SECONDS)
.PHONY: fuzz
