# The Maildir store and the seam for others.  No sockets, no logging, no JSON.

noinst_LIBRARIES += lib/mail/libmail.a
lib_mail_libmail_a_SOURCES = \
	lib/mail/address.c \
	lib/mail/address.h \
	lib/mail/commit.c \
	lib/mail/commit.h \
	lib/mail/deliver.c \
	lib/mail/deliver.h \
	lib/mail/folder.c \
	lib/mail/folder.h \
	lib/mail/header.c \
	lib/mail/header.h \
	lib/mail/index.c \
	lib/mail/index.h \
	lib/mail/index_load.c \
	lib/mail/index_own.h \
	lib/mail/listing.c \
	lib/mail/listing.h \
	lib/mail/lock.c \
	lib/mail/lock.h \
	lib/mail/look.c \
	lib/mail/look.h \
	lib/mail/maildir.c \
	lib/mail/maildir.h \
	lib/mail/maildir_open.c \
	lib/mail/maildir_own.h \
	lib/mail/maildir_rest.c \
	lib/mail/maildrop.c \
	lib/mail/maildrop.h \
	lib/mail/meet.c \
	lib/mail/meet.h \
	lib/mail/message.c \
	lib/mail/message.h \
	lib/mail/msgs.c \
	lib/mail/msgs.h \
	lib/mail/names.c \
	lib/mail/names.h \
	lib/mail/pass.c \
	lib/mail/pass.h \
	lib/mail/refind.c \
	lib/mail/refind.h \
	lib/mail/scan.c \
	lib/mail/scan.h \
	lib/mail/slice.h \
	lib/mail/sort.c \
	lib/mail/sort.h \
	lib/mail/store.c \
	lib/mail/store.h \
	lib/mail/uidl.c \
	lib/mail/uidl.h
