# make mutants BUDGET=30m: would the tests notice a defect?
mutants: all
	$(HARNESS) $(srcdir)/t/mutants/run $(ONLY)
.PHONY: mutants
TESTS += t/mutants/run
EXTRA_DIST += t/mutants/run t/mutants/table.py
