# `make cve`: what broke other servers, a named test a row (t/cve/run --list).
.PHONY: cve
cve: all ; $(HARNESS) $(srcdir)/t/cve/run $(ONLY)

check_PROGRAMS += t/cve/crowd t/cve/every_login
t_cve_crowd_SOURCES = t/cve/crowd.c
t_cve_crowd_LDADD = lib/policy/libpolicy.a $(BASE_LIBS)
t_cve_every_login_SOURCES = t/cve/every_login.c
t_cve_every_login_LDADD = lib/proto/libproto.a $(BASE_LIBS)

TESTS += t/cve/run
EXTRA_DIST += t/cve/run t/cve/rows.py t/cve/lab.py t/cve/parsing.py \
	t/cve/octets.py t/cve/stored.py t/cve/logic.py t/cve/abuse.py \
	t/cve/canary.py t/cve/files.py t/cve/control.py t/cve/denial.py \
	t/cve/tls.py
