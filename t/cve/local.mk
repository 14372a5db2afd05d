# `make cve`: what broke other servers, a named test a row (t/cve/run --list).
.PHONY: cve
cve: all ; $(HARNESS) $(srcdir)/t/cve/run $(ONLY)

EXTRA_DIST += t/cve/run t/cve/rows.py t/cve/lab.py t/cve/parsing.py \
	t/cve/stored.py t/cve/logic.py t/cve/secrets.py t/cve/files.py \
	t/cve/denial.py t/cve/tls.py
