/*
 * siphash.h - a short keyed hash for tables (Aumasson, Bernstein 2012)
 *
 * SipHash-2-4: who has no key can neither choose octets that collide nor guess
 * octets from hashes.  For what every login pays: a MAC of digest.h costs
 * twenty times as much.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY	16

/* Never fails. */
uint64_t siphash(const unsigned char key[SIPHASH_KEY], const void *p,
    size_t n);

#endif
