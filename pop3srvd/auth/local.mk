# auth: logins and accounts.  Everything but main.c is a library, for the
# tests.
noinst_LIBRARIES += pop3srvd/auth/libauth.a
pop3srvd_auth_libauth_a_SOURCES = \
	pop3srvd/auth/admin.c \
	pop3srvd/auth/admin.h \
	pop3srvd/auth/admin_account.c \
	pop3srvd/auth/admin_domain.c \
	pop3srvd/auth/admin_import.c \
	pop3srvd/auth/admin_own.h \
	pop3srvd/auth/admin_secret.c \
	pop3srvd/auth/answer.c \
	pop3srvd/auth/answer.h \
	pop3srvd/auth/auth.c \
	pop3srvd/auth/auth.h \
	pop3srvd/auth/change.c \
	pop3srvd/auth/change.h \
	pop3srvd/auth/exchange.c \
	pop3srvd/auth/exchange.h \
	pop3srvd/auth/link.c \
	pop3srvd/auth/link.h

pkglibexec_PROGRAMS += libexec/auth
libexec_auth_SOURCES = pop3srvd/auth/main.c
libexec_auth_LDADD = pop3srvd/auth/libauth.a pop3srvd/ipc/libipc.a \
	lib/acct/libacct.a lib/ctl/libctl.a lib/conf/libconf.a \
	lib/net/libnet.a $(BASE_LIBS) $(SQLITE_LIBS) $(GSASL_LIBS) \
	$(CRYPT_LIBS) $(PWQUALITY_LIBS)
