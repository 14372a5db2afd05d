/*
 * stamp.c - the timestamp of a greeting, for APOP (RFC 1939 section 7)
 *
 * Who could foresee one could ask a client for the digest today and use it
 * tomorrow: 128 random bits stand in it.
 *
 * Runs in: front.
 * Trusts: the configuration for the host's name, but for its octets.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/codec.h"
#include "lib/base/digest.h"

#include "pop3srvd/front/stamp.h"

#define RANDOM_OCTETS	16
#define HOST_MAX	240

/* What may stand behind the '@' of a msg-id without quotes. */
static const char *
msg_id_host(const char *hostname)
{
	size_t n = strspn(hostname, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

	return n > 0 && n <= HOST_MAX && hostname[n] == '\0' ? hostname :
	    "localhost";
}

int
stamp_make(const char *hostname, int64_t wall, char out[STAMP_TEXT])
{
	unsigned char octets[RANDOM_OCTETS];
	char hex[2 * RANDOM_OCTETS + 1];

	if (digest_random(octets, sizeof(octets)) < 0)
		return -1;
	hex_text(octets, sizeof(octets), hex);
	snprintf(out, STAMP_TEXT, "<%s.%lld@%s>", hex,
	    (long long)(wall / 1000), msg_id_host(hostname));
	return 0;
}
