# Settings.  conf_keys.c and conf_pack.c are all that a child needs; the linker
# takes the loader only for programs that load.

noinst_LIBRARIES += lib/conf/libconf.a
lib_conf_libconf_a_SOURCES = \
	lib/conf/conf.h \
	lib/conf/conf_access.c \
	lib/conf/conf_check.c \
	lib/conf/conf_check_relay.c \
	lib/conf/conf_check_log.c \
	lib/conf/conf_diff.c \
	lib/conf/conf_dump.c \
	lib/conf/conf_fault.c \
	lib/conf/conf_fill.c \
	lib/conf/conf_find.c \
	lib/conf/conf_find.h \
	lib/conf/conf_keys.c \
	lib/conf/conf_keys.h \
	lib/conf/conf_layer.c \
	lib/conf/conf_load.c \
	lib/conf/conf_load.h \
	lib/conf/conf_over.c \
	lib/conf/conf_pack.c \
	lib/conf/conf_path.c \
	lib/conf/conf_row.h \
	lib/conf/conf_settings.c \
	lib/conf/conf_source.h \
	lib/conf/conf_text.c \
	lib/conf/conf_value.c \
	lib/conf/conf_value.h \
	lib/conf/conf_welcome.c
