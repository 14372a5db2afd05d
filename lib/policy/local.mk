# Decisions about peers: pure, no clock, no log, no socket.

noinst_LIBRARIES += lib/policy/libpolicy.a
lib_policy_libpolicy_a_SOURCES = \
	lib/policy/autodeny.c \
	lib/policy/autodeny.h \
	lib/policy/autodeny_kept.c \
	lib/policy/autodeny_own.h \
	lib/policy/delay.c \
	lib/policy/delay.h \
	lib/policy/failures.c \
	lib/policy/failures.h \
	lib/policy/known.c \
	lib/policy/known.h \
	lib/policy/limits.c \
	lib/policy/limits.h \
	lib/policy/netacl.c \
	lib/policy/netacl.h \
	lib/policy/netacl_compile.c \
	lib/policy/netacl_own.h \
	lib/policy/netlist.c \
	lib/policy/netlist.h
