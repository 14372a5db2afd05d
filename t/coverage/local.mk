# make coverage BUDGET=10m: which branches the tests take.
coverage:
	$(HARNESS) $(srcdir)/t/coverage/run $(ONLY)
.PHONY: coverage
EXTRA_DIST += t/coverage/run t/coverage/failtest.c

t/coverage/failtest.so: $(srcdir)/t/coverage/failtest.c
	@$(MKDIR_P) t/coverage
	$(CC) -shared -fPIC -std=c11 -O1 -g -Wall -Wextra -D_GNU_SOURCE -o $@ \
	    $(srcdir)/t/coverage/failtest.c
CLEANFILES += t/coverage/failtest.so

EXTRA_DIST += t/fault/failcall.c
t/fault/failcall.so: $(srcdir)/t/fault/failcall.c
	@$(MKDIR_P) t/fault
	$(CC) -shared -fPIC -O1 -g -Wall -Wextra -D_GNU_SOURCE -o $@ $(srcdir)/t/fault/failcall.c -ldl
CLEANFILES += t/fault/failcall.so
