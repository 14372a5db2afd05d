/*
 * notify.h - sd_notify(3) and sd_listen_fds(3) by their documented protocol
 */
#ifndef NET_NOTIFY_H
#define NET_NOTIFY_H

/* "READY=1", "RELOADING=1", "STOPPING=1", "STATUS=…"; silent without
 * NOTIFY_SOCKET. */
void notify_send(const char *state);

/* How many inherited sockets begin at descriptor 3 (LISTEN_FDS, LISTEN_PID). */
int notify_listen_fds(void);

#endif
