# Hostile peers in great number: `make flood BUDGET=10m RESULTS=1`.
# Their own speed counts: no sanitizers in them.
check_PROGRAMS += t/flood/attacker t/flood/visitor
t_flood_attacker_CFLAGS = -std=c11 $(WARN_CFLAGS)
t_flood_attacker_LDFLAGS =
t_flood_visitor_CFLAGS = -std=c11 $(WARN_CFLAGS)
t_flood_visitor_LDFLAGS =
t_flood_attacker_SOURCES = t/flood/attacker.c t/flood/peer.c t/flood/peer.h
t_flood_attacker_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
t_flood_attacker_LDADD = $(OPENSSL_LIBS)
t_flood_visitor_SOURCES = t/flood/visitor.c

flood: all t/flood/attacker t/flood/visitor
	$(HARNESS) $(srcdir)/t/flood/run $(ONLY)
.PHONY: flood

TESTS += t/flood/run
EXTRA_DIST += t/flood/run t/flood/tools.py t/flood/interference.py \
	t/flood/many.py t/flood/memory.py t/flood/answers.py t/flood/trouble.py
