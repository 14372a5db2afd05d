/*
 * fds.h - how many descriptors are left
 *
 * The kernel hands out the lowest number that is free, so the number of a new
 * one tells how many there are.  Messages opened ahead go without first, then
 * messages and peers; the rest is for channels, sockets and the operator.
 */
#ifndef FRONT_FDS_H
#define FRONT_FDS_H

#include <stdbool.h>
#include <stddef.h>

/* After rights are given up: the limit does not change from then on. */
void fds_learn(void);
size_t fds_most(void);

/* How many connections there is room for, each with a message. */
size_t fds_connections(void);

/* Nothing may be kept that could be had again; nothing more may come. */
bool fds_short(int fd);
bool fds_out(int fd);

#endif
