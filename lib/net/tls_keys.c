/*
 * tls_keys.c - keys that seal session tickets (RFC 5077 section 4)
 *
 * A ticket is sealed with the current key; the last two still open theirs, and
 * who comes with an old one gets a new ticket.  A key that rotates out is
 * wiped, and with it the secrecy of old sessions is out of reach.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/net/tls_int.h"

#define KEYS		3
#define NAME_OCTETS	16	/* fixed by OpenSSL, as is the IV's */

struct ticket_key {
	bool used;
	unsigned char name[NAME_OCTETS];
	unsigned char aes[32];
	unsigned char mac[32];
};

struct tls_keys {
	struct ticket_key key[KEYS];	/* the current one first */
};

int
tls_keys_rotate(struct tls_keys *k)
{
	struct ticket_key fresh = { .used = true };

	if (digest_random(fresh.name, sizeof(fresh.name)) < 0 ||
	    digest_random(fresh.aes, sizeof(fresh.aes)) < 0 ||
	    digest_random(fresh.mac, sizeof(fresh.mac)) < 0)
		return -1;
	memmove(&k->key[1], &k->key[0], (KEYS - 1) * sizeof(k->key[0]));
	k->key[0] = fresh;
	mem_wipe(&fresh, sizeof(fresh));
	return 0;
}

struct tls_keys *
tls_keys_new(struct err *e)
{
	struct tls_keys *k = mem_new(1, sizeof(*k));

	if (k != NULL && tls_keys_rotate(k) == 0)
		return k;
	free(k);
	err_set(e, ERR_TEMP, "no memory or random octets for ticket keys");
	return NULL;
}

void
tls_keys_free(struct tls_keys **k_p)
{
	if (*k_p != NULL)
		mem_wipe(*k_p, sizeof(**k_p));
	free(*k_p);
	*k_p = NULL;
}

static int
set_mac(EVP_MAC_CTX *mac, const struct ticket_key *key)
{
	char sha256[] = "SHA256";
	unsigned char secret[sizeof(key->mac)];
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_MAC_PARAM_KEY, secret,
		    sizeof(secret)),
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256,
		    sizeof(sha256) - 1),
		OSSL_PARAM_END,
	};
	int ok;

	memcpy(secret, key->mac, sizeof(secret));
	ok = EVP_MAC_CTX_set_params(mac, params);
	mem_wipe(secret, sizeof(secret));
	return ok;
}

static int
seal(const struct ticket_key *key, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1 ||
	    EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->aes,
	    iv) != 1 || set_mac(mac, key) != 1)
		return -1;
	memcpy(name, key->name, NAME_OCTETS);
	return 1;
}

/* 0: not ours, a full handshake follows; 1: good; 2: good, send a new one. */
static int
unseal(const struct tls_keys *k, const unsigned char *name,
    unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
	size_t i;

	for (i = 0; i < KEYS; i++) {
		const struct ticket_key *key = &k->key[i];

		if (!key->used || memcmp(name, key->name, NAME_OCTETS) != 0)
			continue;
		if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL,
		    key->aes, iv) != 1 || set_mac(mac, key) != 1)
			return -1;
		return i == 0 ? 1 : 2;
	}
	return 0;
}

/* The library's interface: name of 16 octets, iv in its usual array. */
static int
ticket(SSL *ssl, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
	struct tls_keys *k = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (sealing)
		return seal(&k->key[0], name, iv, cipher, mac);
	return unseal(k, name, iv, cipher, mac);
}

int
tls_keys_use(struct tls_keys *k, SSL_CTX *ctx)
{
	if (SSL_CTX_set_app_data(ctx, k) != 1 ||
	    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, ticket) != 1)
		return -1;
	return 0;
}
