# Rules: shell scripts over the source tree.
RULES = t/rules/floors t/rules/doors t/rules/sizes
TESTS += $(RULES)
EXTRA_DIST += $(RULES)
