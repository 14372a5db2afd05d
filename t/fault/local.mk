# Faults of the system under the server: `make fault BUDGET=10m`.
check_PROGRAMS += t/fault/inject
t_fault_inject_SOURCES = t/fault/inject.c t/fault/inject_calls.h \
	t/fault/inject_regs.h
t_fault_inject_CFLAGS = -std=c11 $(WARN_CFLAGS)
t_fault_inject_LDFLAGS =

# A shim that lets one allocation fail, and what puts it before our programs.
check_PROGRAMS += t/fault/preload
t_fault_preload_CFLAGS = -std=c11 $(WARN_CFLAGS)
t_fault_preload_LDFLAGS =
EXTRA_t_fault_preload_DEPENDENCIES = t/fault/failmalloc.so t/fault/failcall.so \
	t/fault/nofsync.so t/fault/jump.so
t/fault/failmalloc.so: $(srcdir)/t/fault/failmalloc.c \
		$(srcdir)/t/fault/failmalloc.h
	@$(MKDIR_P) t/fault
	$(CC) -shared -fPIC -std=c11 -O1 -Wall -Wextra -D_GNU_SOURCE \
	    -I$(srcdir) -o $@ $(srcdir)/t/fault/failmalloc.c
t/fault/nofsync.so: $(srcdir)/t/fault/nofsync.c
	@$(MKDIR_P) t/fault
	$(CC) -shared -fPIC -std=c11 -O1 -Wall -Wextra -o $@ \
	    $(srcdir)/t/fault/nofsync.c
t/fault/jump.so: $(srcdir)/t/fault/jump.c
	@$(MKDIR_P) t/fault
	$(CC) -shared -fPIC -std=c11 -O1 -Wall -Wextra -D_GNU_SOURCE -o $@ \
	    $(srcdir)/t/fault/jump.c
CLEANFILES += t/fault/failmalloc.so t/fault/nofsync.so t/fault/jump.so

EXTRA_DIST += t/fault/failmalloc.c t/fault/failmalloc.h t/fault/alloc.py \
	t/fault/cycles.py t/fault/units.py t/fault/nofsync.c \
	t/fault/disk.py t/fault/disks.py t/fault/indexes.py \
	t/fault/power.py t/fault/scene.py t/fault/clocks.py \
	t/fault/jump.c t/fault/shim.py t/fault/others.py \
	t/fault/groups.py t/fault/lines.py t/fault/places.py
EXTRA_DIST += t/fault/run t/fault/calls.py t/fault/oracle.py \
	t/fault/oracle_test.py t/fault/smart.py t/fault/stage.py \
	t/fault/stories.py t/fault/sweep.py t/fault/tracer.py \
	t/fault/visit.py
TESTS += t/fault/run

fault: all t/fault/inject t/fault/preload
	$(HARNESS) $(srcdir)/t/fault/run $(ONLY)
.PHONY: fault
