# make coverage BUDGET=10m: which branches the tests take.
coverage:
	$(HARNESS) $(srcdir)/t/coverage/run $(ONLY)
.PHONY: coverage
EXTRA_DIST += t/coverage/run t/fault/failcall.c

t/fault/failcall.so: $(top_srcdir)/t/fault/failcall.c
	@$(MKDIR_P) t/fault
	$(CC) -shared -fPIC -O1 -g -Wall -Wextra -D_GNU_SOURCE -o $@ $(top_srcdir)/t/fault/failcall.c -ldl
CLEANFILES += t/fault/failcall.so
