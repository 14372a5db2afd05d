# The control language: verbs, roles, codec.

noinst_LIBRARIES += lib/ctl/libctl.a
lib_ctl_libctl_a_SOURCES = \
	lib/ctl/ctl.c \
	lib/ctl/ctl.h \
	lib/ctl/ctl_verbs.h
EXTRA_DIST += lib/ctl/SHAPES
