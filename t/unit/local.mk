# Unit tests: one program a module, linked with its wing and lib/base only.
# A row here is
#	UNIT_TESTS += t/unit/test_num
#	t_unit_test_num_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
# (a wing's library stands before $(BASE_LIBS)).
if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
AM_CPPFLAGS += $(OPENSSL_CFLAGS) $(JANSSON_CFLAGS) $(CHECK_CFLAGS)
