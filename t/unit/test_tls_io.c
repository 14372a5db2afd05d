/*
 * test_tls_io.c - streams: much, little, broken and ended ones
 */
#include "t/unit/tls_client.h"

/* Far more than any buffer, in pieces that fit nobody. */
START_TEST(a_megabyte_to_the_client)
{
	static char sent[1 << 20], seen[1 << 20];
	size_t out = 0, in = 0;
	int i, r;

	for (i = 0; i < (int)sizeof(sent); i++)
		sent[i] = (char)(i * 7 + i / 1000);
	one_pair(CERT_EC, 0);
	connect_plain();
	SSL_set_max_proto_version(client, both[_i]);
	ck_assert(shake());
	for (i = 0; in < sizeof(seen); i++) {
		size_t n = sizeof(sent) - out < 70000 ? sizeof(sent) - out :
		    70000;
		ssize_t w = n > 0 ? conn_write(c, sent + out, n) : 0;

		ck_assert(w >= 0 || errno == EAGAIN);
		if (w > 0)
			out += (size_t)w;
		r = SSL_read(client, seen + in, 10000);
		if (r > 0)
			in += (size_t)r;
		ck_assert_int_lt(i, 100000);
	}
	ck_assert_int_eq(memcmp(sent, seen, sizeof(sent)), 0);
	finish();
}
END_TEST

/* Decrypted octets stay in the library when the owner reads a few at a time;
 * the descriptor is silent then, and the owner is told all the same. */
START_TEST(what_tls_holds_is_told_of)
{
	static char sent[40000];
	size_t i;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = (char)i;
	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert(shake());
	read_size = 100;
	for (i = 0; i < sizeof(sent); i += 8000)
		ck_assert_int_eq(SSL_write(client, sent + i, 8000), 8000);
	for (i = 0; i < 1000 && n_got < sizeof(sent); i++)
		turn();
	ck_assert_uint_eq(n_got, sizeof(sent));
	ck_assert_int_eq(memcmp(got, sent, sizeof(sent)), 0);
	i = (size_t)n_readable;
	turn();
	turn();
	ck_assert_uint_le((size_t)n_readable, i + 1);	/* no spinning */
	finish();
}
END_TEST

/* A peer may change its keys, but not keep us busy with nothing else. */
START_TEST(key_updates_alone_end_the_stream)
{
	int i, most = _i == 0 ? 20 : 200;

	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert(shake());
	for (i = 0; i < most; i++) {
		ck_assert(SSL_key_update(client,
		    SSL_KEY_UPDATE_NOT_REQUESTED));
		ck_assert_int_eq(SSL_do_handshake(client), 1);
	}
	ck_assert_int_eq(SSL_write(client, "NOOP\r\n", 6), 6);
	for (i = 0; i < 5; i++)
		turn();
	ck_assert_uint_eq(n_got, most == 20 ? 6 : 0);
	ck_assert_str_eq(conn_fault(c), most == 20 ? "" :
	    "too many records without data");
	finish();
}
END_TEST

/* Half a record in the library's buffer is nothing to be told of again. */
START_TEST(half_a_record_does_not_spin)
{
	char record[200];
	int fds[2], n, before;

	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert(shake());
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	SSL_set_wfd(client, fds[0]);
	ck_assert_int_eq(SSL_write(client, "NOOP\r\n", 6), 6);
	n = (int)read(fds[1], record, sizeof(record));
	ck_assert_int_gt(n, 20);
	ck_assert_int_eq(write(peer, record, 12), 12);
	for (before = 0; before < 20; before++)
		turn();
	ck_assert_int_le(n_readable, 2);
	ck_assert_uint_eq(n_got, 0);
	ck_assert_int_eq(write(peer, record + 12, (size_t)n - 12), n - 12);
	turn();
	ck_assert_uint_eq(n_got, 6);
	close(fds[0]);
	close(fds[1]);
	finish();
}
END_TEST

START_TEST(ends_are_seen)
{
	char text[8];

	one_pair(CERT_EC, 0);
	connect_plain();
	SSL_set_max_proto_version(client, both[_i % 2]);
	ck_assert(shake());
	if (_i < 2)
		SSL_shutdown(client);		/* close_notify */
	else
		shutdown(peer, SHUT_WR);	/* without one */
	turn();
	ck_assert(at_end);
	conn_shutdown(c);
	if (_i < 2)
		ck_assert_int_eq(client_read(text, 8), 0);
	finish();
}
END_TEST

START_TEST(our_close_notify_arrives)
{
	char text[8];

	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert(shake());
	ck_assert_int_eq(conn_write(c, "+OK", 3), 3);
	conn_shutdown(c);
	conn_free(&c);
	ck_assert_int_eq(client_read(text, 8), 3);
	ck_assert_int_eq(client_read(text, 8), 0);
	finish();
}
END_TEST

static const struct {
	const char *holds;
	size_t len;
	const char *octets;
} garbage[] = {
	{ "nothing at all", 0, "" },
	{ "one octet", 1, "\x16" },
	{ "plain POP3", 14, "USER anna\r\nQUI" },
	{ "an SSLv2 hello", 11, "\x80\x09\x01\x00\x02\x00\x00\x00\x00\x00\x00" },
	{ "a record of 65535 octets", 9, "\x16\x03\x01\xff\xff\x01\xff\xff\xff" },
	{ "an alert", 7, "\x15\x03\x03\x00\x02\x02\x28" },
	{ "empty records", 15, "\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00\x16"
	    "\x03\x01\x00\x00" },
	{ "application data", 9, "\x17\x03\x03\x00\x04QUIT" },
};

/* S-51: whatever comes instead of a handshake ends this connection. */
START_TEST(garbage_ends_the_handshake)
{
	struct err e;

	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert_int_eq(conn_start_tls(c, set, &e), 0);
	ck_assert_int_eq(send(peer, garbage[_i].octets, garbage[_i].len, 0),
	    (int)garbage[_i].len);
	turn();
	shutdown(peer, SHUT_WR);
	turn();
	turn();
	ck_assert_msg(n_gone == 1, "%s", garbage[_i].holds);
	ck_assert_str_ne(conn_fault(c), "");
	ck_assert_int_eq(n_up, 0);
	finish();
}
END_TEST

START_TEST(a_stream_of_rubbish_is_broken)
{
	one_pair(CERT_EC, 0);
	connect_plain();
	ck_assert(shake());
	ck_assert_int_eq(write(peer, "\x17\x03\x03\x00\x20"
	    "0123456789abcdef0123456789abcdef", 37), 37);
	turn();
	ck_assert(!at_end);
	ck_assert_uint_eq(n_got, 0);
	ck_assert_int_eq(conn_read(c, got, 10), -1);
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_str_ne(conn_fault(c), "");
	ck_assert_int_eq(conn_write(c, "x", 1), -1);
	finish();
}
END_TEST

START_TEST(no_renegotiation)
{
	char text[8];

	one_pair(CERT_EC, 0);
	connect_plain();
	SSL_set_max_proto_version(client, TLS1_2_VERSION);
	ck_assert(shake());
	ck_assert_int_eq(SSL_get_secure_renegotiation_support(client), 1);
	ck_assert_int_eq(SSL_renegotiate(client), 1);
	(void)SSL_do_handshake(client);
	turn();
	turn();
	ck_assert_int_eq(client_read(text, 8), -1);
	finish();
}
END_TEST

/* No turn does the public key work of more than 32. */
START_TEST(many_handshakes_share_the_turns)
{
	enum { N = 80 };
	struct conn *many[N];
	SSL *clients[N];
	int fds[N], i, r;

	one_pair(CERT_EC, 0);
	for (i = 0; i < N; i++) {
		struct err e;

		connect_plain();
		ck_assert_int_eq(conn_start_tls(c, set, &e), 0);
		(void)SSL_connect(client);
		many[i] = c;
		clients[i] = client;
		fds[i] = peer;
	}
	n_up = 0;
	turn();				/* hello: 32 are answered */
	for (i = r = 0; i < N; i++)
		r += SSL_connect(clients[i]) == 1;
	ck_assert_int_eq(r, 32);
	for (i = 0; i < 10; i++)
		turn();
	for (i = 0; i < N; i++)
		(void)SSL_connect(clients[i]);
	for (i = 0; i < 10; i++)
		turn();
	ck_assert_int_eq(n_up, N);
	for (i = 0; i < N; i++) {
		SSL_free(clients[i]);
		close(fds[i]);
		conn_free(&many[i]);
	}
	c = NULL;
	client = NULL;
	peer = -1;
	finish();
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, a_megabyte_to_the_client, both);
	tcase_add_test(tc, what_tls_holds_is_told_of);
	tcase_add_test(tc, half_a_record_does_not_spin);
	tcase_add_loop_test(tc, key_updates_alone_end_the_stream, 0, 2);
	tcase_add_loop_test(tc, ends_are_seen, 0, 4);
	tcase_add_test(tc, our_close_notify_arrives);
	UNIT_ROWS(tc, garbage_ends_the_handshake, garbage);
	tcase_add_test(tc, a_stream_of_rubbish_is_broken);
	tcase_add_test(tc, no_renegotiation);
	tcase_add_test(tc, many_handshakes_share_the_turns);
}

UNIT_MAIN("tls_io", add)
