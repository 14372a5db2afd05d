# Much use for long: `make soak BUDGET=1h`, `make soak SESSIONS=1000000`.
soak: all
	SESSIONS='$(SESSIONS)' $(HARNESS) $(srcdir)/t/soak/run $(ONLY)
.PHONY: soak

TESTS += t/soak/run
EXTRA_DIST += t/soak/run t/soak/guests.py t/soak/ledger.py t/soak/steer.py
