/*
 * passwords.h - the smart hosts' passwords on their way from keeper to relay
 *
 * Each goes by the name of the file that the configuration says, so that they
 * and the routes need no order.
 */
#ifndef IPC_PASSWORDS_H
#define IPC_PASSWORDS_H

#include "lib/base/err.h"

#define PASSWORDS_ONE	4096	/* octets of a file */

struct passwords;

struct passwords *passwords_new(void);
void passwords_free(struct passwords **p_p);	/* wiped */

/* The first line of file; "" and a file that is there already are fine.
 * 0, or -1 with *e naming what is wrong with it. */
int passwords_add(struct passwords *p, const char *file, struct err *e);

/* A sealed memory file with them, or -1. */
int passwords_write(const struct passwords *p, struct err *e);
/* Takes fd; NULL with *e. */
struct passwords *passwords_read(int fd, struct err *e);

/* NULL: not there, or p is NULL. */
const char *passwords_find(const struct passwords *p, const char *file);

#endif
