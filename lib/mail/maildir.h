/*
 * maildir.h - the Maildir store
 */
#ifndef MAIL_MAILDIR_H
#define MAIL_MAILDIR_H

#include "lib/mail/store.h"

extern const struct store_ops maildir_store;

#endif
