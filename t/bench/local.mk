# Benchmarks: built by `make bench`, never by a timed test.
EXTRA_PROGRAMS += t/bench/load
t_bench_load_SOURCES = t/bench/load.c t/bench/client.c t/bench/client.h
t_bench_load_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
t_bench_load_LDADD = $(OPENSSL_LIBS)
EXTRA_DIST += t/bench/run
CLEANFILES += t/bench/load

bench: all t/bench/load
	builddir='$(abs_top_builddir)' srcdir='$(abs_top_srcdir)' \
	    $(PYTHON) $(srcdir)/t/bench/run $(BENCH)
.PHONY: bench

# What a login and an import cost in auth: make t/bench/acct_cost.
EXTRA_PROGRAMS += t/bench/acct_cost
t_bench_acct_cost_SOURCES = t/bench/acct_cost.c
t_bench_acct_cost_LDADD = pop3srvd/auth/libauth.a pop3srvd/ipc/libipc.a \
	lib/net/libnet.a $(ACCT_LIBS)
CLEANFILES += t/bench/acct_cost

EXTRA_PROGRAMS += t/bench/mail_open
t_bench_mail_open_LDADD = lib/mail/libmail.a $(BASE_LIBS)
CLEANFILES += t/bench/mail_open

# What access lists cost keeper and front: make t/bench/access_cost.
EXTRA_PROGRAMS += t/bench/access_cost
t_bench_access_cost_LDADD = $(FRONT_LIBS)
CLEANFILES += t/bench/access_cost
