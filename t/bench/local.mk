# Measuring: `make bench`, `make bench BENCH='session tls --rounds 1' SEED=7`.
# Nothing here judges time in `make check`: t/bench/smoke only sees that every
# row can be measured.
check_PROGRAMS += t/bench/load t/bench/limit t/bench/park_cost
t_bench_load_SOURCES = t/bench/load.c t/bench/client.c t/bench/client.h \
	t/bench/noop.c t/bench/noop.h t/bench/times.c t/bench/times.h
t_bench_load_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
t_bench_load_LDADD = $(OPENSSL_LIBS)

t_bench_limit_SOURCES = t/bench/limit.c t/bench/canned.c t/bench/canned.h
t_bench_limit_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
t_bench_limit_LDADD = $(OPENSSL_LIBS)

t_bench_park_cost_SOURCES = t/bench/park_cost.c t/bench/times.c t/bench/times.h
t_bench_park_cost_LDADD = lib/net/libnet.a $(BASE_LIBS)

TESTS += t/bench/smoke
EXTRA_DIST += t/bench/run t/bench/smoke t/bench/bench.py t/bench/chart.py \
	t/bench/drive.py t/bench/mail.py t/bench/meter.py t/bench/report.py \
	t/bench/rows.py t/bench/servers.py t/bench/work.py \
	t/bench/RESULTS.md t/bench/results.svg

bench: all t/bench/load t/bench/limit t/bench/park_cost
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
