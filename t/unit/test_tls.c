/*
 * test_tls.c - handshakes: versions, names, tickets, bindings
 */
#include "t/unit/tls_client.h"

static const struct {
	const char *holds;
	int version;
	enum cert_kind kind;
	const char *list12, *list13;
	int min;		/* the server's */
	const char *text;	/* NULL: refused */
	const char *cipher;
} versions[] = {
	{ "TLS 1.3", TLS1_3_VERSION, CERT_EC, NULL,
	    "TLS_AES_128_GCM_SHA256", 0, "TLSv1.3",
	    "TLS_AES_128_GCM_SHA256" },
	{ "TLS 1.3 with the other suite", TLS1_3_VERSION, CERT_RSA, NULL,
	    "TLS_CHACHA20_POLY1305_SHA256", 0x0303, "TLSv1.3",
	    "TLS_CHACHA20_POLY1305_SHA256" },
	{ "TLS 1.2", TLS1_2_VERSION, CERT_EC,
	    "ECDHE-ECDSA-AES256-GCM-SHA384", NULL, 0, "TLSv1.2",
	    "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ "TLS 1.2 with RSA", TLS1_2_VERSION, CERT_RSA,
	    "ECDHE-RSA-CHACHA20-POLY1305", NULL, 0, "TLSv1.2",
	    "ECDHE-RSA-CHACHA20-POLY1305" },
	{ "no TLS 1.2 below the minimum", TLS1_2_VERSION, CERT_EC, NULL, NULL,
	    0x0304, NULL, NULL },
	{ "TLS 1.3 at the minimum", TLS1_3_VERSION, CERT_EC, NULL,
	    "TLS_AES_256_GCM_SHA384", 0x0304, "TLSv1.3",
	    "TLS_AES_256_GCM_SHA384" },
	{ "no TLS 1.1", TLS1_1_VERSION, CERT_RSA, "ALL:@SECLEVEL=0", NULL, 0,
	    NULL, NULL },
	{ "no CBC", TLS1_2_VERSION, CERT_RSA, "ECDHE-RSA-AES128-SHA256", NULL,
	    0, NULL, NULL },
	{ "no key transport", TLS1_2_VERSION, CERT_RSA, "AES128-GCM-SHA256",
	    NULL, 0, NULL, NULL },
	{ "no finite fields", TLS1_2_VERSION, CERT_RSA,
	    "DHE-RSA-AES128-GCM-SHA256", NULL, 0, NULL, NULL },
	{ "no CCM", TLS1_3_VERSION, CERT_EC, NULL, "TLS_AES_128_CCM_SHA256",
	    0, NULL, NULL },
};

START_TEST(only_modern_versions_and_suites)
{
	one_pair(versions[_i].kind, versions[_i].min);
	connect_plain();
	SSL_set_min_proto_version(client, versions[_i].version);
	SSL_set_max_proto_version(client, versions[_i].version);
	if (versions[_i].list12 != NULL)
		ck_assert_int_eq(SSL_set_cipher_list(client,
		    versions[_i].list12), 1);
	if (versions[_i].list13 != NULL)
		ck_assert_int_eq(SSL_set_ciphersuites(client,
		    versions[_i].list13), 1);
	if (versions[_i].text == NULL) {
		ck_assert_msg(!shake(), "%s", versions[_i].holds);
		ck_assert_int_eq(n_gone, 1);
		ck_assert_str_ne(conn_fault(c), "");
		ck_assert(!conn_tls(c));
	} else {
		ck_assert_msg(shake(), "%s: %s", versions[_i].holds,
		    conn_fault(c));
		ck_assert(conn_tls(c));
		ck_assert_str_eq(conn_tls_version(c), versions[_i].text);
		ck_assert_str_eq(conn_tls_cipher(c), versions[_i].cipher);
		ck_assert_str_eq(conn_fault(c), "");
	}
	finish();
}
END_TEST

static const struct {
	const char *offer;
	size_t len;
	const char *selected;	/* NULL: refused */
} alpn[] = {
	{ "", 0, "" },
	{ "\4pop3", 5, "pop3" },
	{ "\10" "http/1.1\4pop3", 14, "pop3" },
	{ "\10" "http/1.1", 9, NULL },
	{ "\3pop", 4, NULL },
	{ "\5pop3s", 6, NULL },
};

START_TEST(alpn_is_ours_or_absent)
{
	static char offer[32];
	const unsigned char *sel;
	unsigned len;

	memcpy(offer, alpn[_i].offer, alpn[_i].len);

	one_pair(CERT_EC, 0);
	connect_plain();
	SSL_set_alpn_protos(client, (unsigned char *)offer,
	    (unsigned)alpn[_i].len);
	ck_assert_int_eq(shake(), alpn[_i].selected != NULL);
	if (alpn[_i].selected != NULL) {
		SSL_get0_alpn_selected(client, &sel, &len);
		ck_assert_uint_eq(len, strlen(alpn[_i].selected));
	}
	finish();
}
END_TEST

static const struct {
	const char *ask, *get;
} names[] = {
	{ NULL, "default" },
	{ "mail.example.org", "mail.example.org" },
	{ "MAIL.Example.ORG", "mail.example.org" },
	{ "pop.example.com", "*.example.com" },
	{ "a.b.example.com", "default" },
	{ "example.com", "default" },
	{ "exact.example.com", "exact.example.com" },
	{ "unknown.example.net", "default" },
	{ "mail.example.or", "default" },
	{ "*.example.com", "*.example.com" },
};

START_TEST(a_name_finds_its_certificate)
{
	struct tls_pair p[] = {
		cert_pair(CERT_EC, "Mail.Example.org"),
		cert_pair(CERT_EC, "*.example.com"),
		cert_pair(CERT_EC, NULL),
		cert_pair(CERT_EC, "exact.example.com"),
	};
	char cn[256];
	X509 *x;
	int i;

	set = make_set(p, 4, 0);
	for (i = 0; i < 4; i++)
		cert_pair_free(&p[i]);
	connect_plain();
	if (names[_i].ask != NULL)
		SSL_set_tlsext_host_name(client, names[_i].ask);
	ck_assert(shake());
	x = SSL_get1_peer_certificate(client);
	X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName,
	    cn, sizeof(cn));
	X509_free(x);
	ck_assert_msg(strcasecmp(cn, names[_i].get) == 0, "%s: %s",
	    names[_i].ask != NULL ? names[_i].ask : "no name", cn);
	finish();
}
END_TEST

START_TEST(two_kinds_of_key_stand_side_by_side)
{
	struct tls_pair p[] = {
		cert_pair(CERT_EC, "mail.example.org"),
		cert_pair(CERT_RSA, "mail.example.org"),
	};
	X509 *x;

	set = make_set(p, 2, 0);
	cert_pair_free(&p[0]);
	cert_pair_free(&p[1]);
	connect_plain();
	SSL_set1_sigalgs_list(client, _i == 0 ? "ECDSA+SHA256" :
	    "RSA-PSS+SHA256:RSA+SHA256");
	ck_assert(shake());
	x = SSL_get1_peer_certificate(client);
	ck_assert_int_eq(EVP_PKEY_get_base_id(X509_get0_pubkey(x)),
	    _i == 0 ? EVP_PKEY_EC : EVP_PKEY_RSA);
	X509_free(x);
	finish();
}
END_TEST

/* A name has its own certificates only: what it lacks is not taken from the
 * default, whose name would be wrong. */
START_TEST(no_name_borrows_from_another)
{
	struct tls_pair p[] = {
		cert_pair(CERT_EC, NULL),
		cert_pair(CERT_RSA, "mail.example.org"),
	};

	set = make_set(p, 2, 0);
	cert_pair_free(&p[0]);
	cert_pair_free(&p[1]);
	connect_plain();
	SSL_set1_sigalgs_list(client, "ECDSA+SHA256");
	if (_i == 1)
		SSL_set_tlsext_host_name(client, "mail.example.org");
	ck_assert_int_eq(shake(), _i == 0);
	finish();
}
END_TEST

/* A session to resume, out of a finished handshake. */
static SSL_SESSION *
session_of(int version)
{
	char text[8];

	connect_plain();
	SSL_set_max_proto_version(client, version);
	ck_assert(shake());
	ck_assert_int_eq(conn_write(c, "+OK", 3), 3);
	ck_assert_int_eq(client_read(text, 8), 3);	/* and the ticket */
	return SSL_get1_session(client);
}

/* A copy is used: the library spoils the one that a newer ticket follows. */
static bool
resumes(SSL_SESSION *s)
{
	SSL_SESSION *copy = SSL_SESSION_dup(s);

	SSL_shutdown(client);
	disconnect();
	connect_plain();
	SSL_set_session(client, copy);
	SSL_SESSION_free(copy);
	SSL_set_max_proto_version(client,
	    SSL_SESSION_get_protocol_version(s));
	ck_assert(shake());
	return SSL_session_reused(client) == 1;
}

START_TEST(tickets_live_for_two_rotations)
{
	SSL_SESSION *s;
	int i;

	one_pair(CERT_EC, 0);
	s = session_of(both[_i]);
	ck_assert(SSL_SESSION_has_ticket(s));
	for (i = 0; i < 3; i++) {
		ck_assert_msg(resumes(s), "after %d rotations", i);
		ck_assert_int_eq(tls_keys_rotate(keys), 0);
	}
	ck_assert(!resumes(s));
	SSL_SESSION_free(s);
	finish();
}
END_TEST

/* A reload changes the certificates, not the keys of tickets. */
START_TEST(tickets_outlive_a_set)
{
	SSL_SESSION *s;

	one_pair(CERT_EC, 0);
	s = session_of(both[_i]);
	tls_set_unref(&set);
	one_pair(CERT_EC, 0);
	ck_assert(resumes(s));
	SSL_SESSION_free(s);
	finish();
}
END_TEST

START_TEST(a_connection_keeps_its_set)
{
	char text[8];

	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert(shake());
	tls_set_unref(&set);
	ck_assert_int_eq(conn_write(c, "+OK", 3), 3);
	ck_assert_int_eq(client_read(text, 8), 3);
	finish();
}
END_TEST

START_TEST(the_binding_is_the_same_on_both_sides)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char ours[64], theirs[64];
	const char *type;
	SSL_SESSION *s;
	size_t n, m = 32;
	bool again = _i >= 2;
	int version = both[_i % 2];

	one_pair(CERT_EC, 0);
	s = session_of(version);
	if (again)
		ck_assert(resumes(s));
	SSL_SESSION_free(s);
	ck_assert_int_eq(conn_tls_binding(c, ours, &n, &type), 0);
	if (version == TLS1_3_VERSION) {
		ck_assert_str_eq(type, "tls-exporter");
		SSL_export_keying_material(client, theirs, 32, label,
		    sizeof(label) - 1, NULL, 0, 0);
	} else {
		ck_assert_str_eq(type, "tls-unique");
		m = again ? SSL_get_peer_finished(client, theirs, 64) :
		    SSL_get_finished(client, theirs, 64);
	}
	ck_assert_uint_eq(n, m);
	ck_assert_mem_eq(ours, theirs, n);
	finish();
}
END_TEST

START_TEST(no_tls_no_binding)
{
	unsigned char out[64];
	const char *type;
	size_t n;

	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert_int_eq(conn_tls_binding(c, out, &n, &type), -1);
	finish();
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, only_modern_versions_and_suites, versions);
	UNIT_ROWS(tc, alpn_is_ours_or_absent, alpn);
	UNIT_ROWS(tc, a_name_finds_its_certificate, names);
	tcase_add_loop_test(tc, two_kinds_of_key_stand_side_by_side, 0, 2);
	tcase_add_loop_test(tc, no_name_borrows_from_another, 0, 2);
	UNIT_ROWS(tc, tickets_live_for_two_rotations, both);
	UNIT_ROWS(tc, tickets_outlive_a_set, both);
	tcase_add_test(tc, a_connection_keeps_its_set);
	tcase_add_loop_test(tc, the_binding_is_the_same_on_both_sides, 0, 4);
	tcase_add_test(tc, no_tls_no_binding);
}

UNIT_MAIN("tls", add)
