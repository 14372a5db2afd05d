# Faults of the system under the server: `make fault BUDGET=10m`.
check_PROGRAMS += t/fault/inject
t_fault_inject_SOURCES = t/fault/inject.c t/fault/inject_calls.h \
	t/fault/inject_regs.h
t_fault_inject_CFLAGS = -std=c11 $(WARN_CFLAGS)
t_fault_inject_LDFLAGS =

EXTRA_DIST += t/fault/run t/fault/calls.py t/fault/oracle.py \
	t/fault/oracle_test.py t/fault/stories.py t/fault/sweep.py \
	t/fault/tracer.py t/fault/visit.py
TESTS += t/fault/run

fault: all t/fault/inject
	$(HARNESS) $(srcdir)/t/fault/run $(ONLY)
.PHONY: fault
