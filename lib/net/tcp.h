/*
 * tcp.h - the options of a TCP socket; other kinds are left alone
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdbool.h>

/* No delay for small writes; find out about peers that vanished.  What is
 * accepted from a listening socket has its options. */
void tcp_prepare(int fd);

/* Sent data stays unconfirmed, or keepalive probes unanswered: whoever was
 * there is not any more. */
bool tcp_silent(int fd);

#endif
