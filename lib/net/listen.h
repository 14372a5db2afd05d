/*
 * listen.h - listening sockets and accept() that never gives up
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"
#include "lib/net/loop.h"

/*
 * Bind and listen.  address: "*" (both families on one socket), or a numeric
 * address.  Returns the descriptor, or -1 with *e naming address, port and the
 * reason.
 */
int listen_tcp(const char *address, uint16_t port, struct err *e);
/*
 * The same where own, a socket of ours that is about to close, covers the place
 * ("*" and one address of the same port).  The kernel allows it while both say
 * so, which is this call alone: nobody else can ever bind beside us.
 */
int listen_tcp_beside(int own, const char *address, uint16_t port,
    struct err *e);
/* A Unix socket at path with mode; a stale one is replaced, a live one is a
 * fault ("already served by another process"). */
int listen_unix(const char *path, unsigned mode, struct err *e);

struct listener;
typedef void listen_fn(int fd, const struct addr *peer, void *arg);

/* Serve fd from the loop: at most 64 accepts a turn; fn owns each fd
 * (non-blocking, close-on-exec).  NULL: out of memory, fd stays open. */
struct listener *listener_new(struct loop *l, int fd, listen_fn *fn,
    void *arg);
/* Closes fd; safe inside callbacks. */
void listener_free(struct listener **ln_p);
void listener_pause(struct listener *ln, bool paused);	/* full: stop polling */

/*
 * accept() ran out of descriptors or memory: called before listening is paused
 * for 100 ms (reliability.md 4b); it may free something and return true to try
 * again at once.  Its arg is that of listener_new().
 */
void listener_on_exhausted(struct listener *ln, bool (*fn)(void *arg));

#endif
