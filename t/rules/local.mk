# Rules: shell scripts over the source tree.
RULES = t/rules/floors t/rules/doors t/rules/sizes t/rules/tables \
	t/rules/hardened
TESTS += $(RULES)
EXTRA_DIST += $(RULES) t/rules/events.awk

# The tables as text, for t/rules/tables.
check_PROGRAMS += t/rules/print_tables
t_rules_print_tables_SOURCES = t/rules/print_tables.c
t_rules_print_tables_LDADD = lib/conf/libconf.a lib/ctl/libctl.a $(BASE_LIBS)
