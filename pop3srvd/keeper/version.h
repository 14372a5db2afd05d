/*
 * version.h - pop3srvd -v
 */
#ifndef KEEPER_VERSION_H
#define KEEPER_VERSION_H

/* Version, build options and library versions on standard output; an exit
 * code. */
int version_print(void);

#endif
