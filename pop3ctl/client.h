/*
 * client.h - one connection to the server's control socket
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <jansson.h>

#include "lib/base/err.h"

struct client;

/* NULL with *e: ERR_NOTFOUND nobody listens at path, ERR_PERM it may not be
 * opened, ERR_TEMP. */
struct client *client_open(const char *path, struct err *e);
void client_free(struct client **c_p);

/*
 * Ask and wait for the one reply, at most 30 s.  args is stolen (NULL: none)
 * and wiped, since it may hold a password.  The reply is whole: it has "ok"
 * and "result" or "error".  NULL with *e: ERR_TEMP no answer in time,
 * ERR_NOTFOUND the server went away, ERR_PROTO it spoke nonsense, ERR_LIMIT
 * the request is too long.
 */
json_t *client_ask(struct client *c, const char *verb, json_t *args,
    struct err *e);

/* The next reply of a stream ("more": true), however long it takes. */
json_t *client_more(struct client *c, struct err *e);

#endif
