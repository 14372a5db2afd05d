# Accounts, hashes, SASL.  The only home of crypt, libgsasl and SQLite.

noinst_LIBRARIES += lib/acct/libacct.a
lib_acct_libacct_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPT_CFLAGS) \
	$(SQLITE_CFLAGS) $(GSASL_CFLAGS) $(PWQUALITY_CFLAGS)
lib_acct_libacct_a_SOURCES = \
	lib/acct/acct.c \
	lib/acct/acct.h \
	lib/acct/acct_sqlite.h \
	lib/acct/apop.c \
	lib/acct/apop.h \
	lib/acct/cache.c \
	lib/acct/cache.h \
	lib/acct/import.c \
	lib/acct/import.h \
	lib/acct/names.c \
	lib/acct/names.h \
	lib/acct/newpass.c \
	lib/acct/newpass.h \
	lib/acct/passpolicy.c \
	lib/acct/passpolicy.h \
	lib/acct/pwhash.c \
	lib/acct/pwhash.h \
	lib/acct/sasl.c \
	lib/acct/sasl.h \
	lib/acct/sasl_mech.h \
	lib/acct/verify.c \
	lib/acct/verify.h
if WITH_SQLITE
lib_acct_libacct_a_SOURCES += \
	lib/acct/acct_sqlite.c \
	lib/acct/acct_sqlite_account.c \
	lib/acct/acct_sqlite_db.c \
	lib/acct/acct_sqlite_domain.c \
	lib/acct/acct_sqlite_set.c \
	lib/acct/acct_sqlite_stmt.c
else
lib_acct_libacct_a_SOURCES += lib/acct/acct_none.c
endif
if WITH_GSASL
lib_acct_libacct_a_SOURCES += lib/acct/sasl_gsasl.c
else
lib_acct_libacct_a_SOURCES += lib/acct/sasl_own.c
endif

# What a program that uses lib/acct is linked with, in this order.
ACCT_LIBS = lib/acct/libacct.a $(BASE_LIBS) $(SQLITE_LIBS) $(GSASL_LIBS) \
	$(CRYPT_LIBS) $(PWQUALITY_LIBS)
