# Settings.  conf_keys.c and conf_pack.c are all that a child needs; the linker
# takes the loader only for programs that load.

noinst_LIBRARIES += lib/conf/libconf.a
lib_conf_libconf_a_SOURCES = \
	lib/conf/conf.h \
	lib/conf/conf_keys.c \
	lib/conf/conf_keys.h \
	lib/conf/conf_load.h \
	lib/conf/conf_pack.c \
	lib/conf/conf_row.h
