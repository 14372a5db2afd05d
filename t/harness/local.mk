# What the harnesses share, and a target for each: `make fault BUDGET=10m`,
# `make flood SEED=7 RESULTS=1`, `make soak ONLY=…`.
EXTRA_DIST += t/harness/harness.py t/harness/server.py t/harness/figures.py

HARNESS = builddir='$(abs_top_builddir)' srcdir='$(abs_top_srcdir)' \
	PYTHONPATH='$(abs_top_srcdir)/t/harness' PYTHONDONTWRITEBYTECODE=1 $(PYTHON)
