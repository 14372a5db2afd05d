/*
 * fuzz_relay.c - a client's header, its addresses, and files of the spool
 *
 * The first octet chooses.  What must hold: every recipient that comes out is
 * an address of the strict kind, safe on a command line; a header that comes
 * out is one, without Bcc, whose addresses read back as they were; an envelope
 * that is taken packs to the same octets.
 */
#include <strings.h>

#include "lib/base/digest.h"
#include "lib/mail/address.h"
#include "lib/mail/header.h"

#include "pop3srvd/relay/compose.h"
#include "pop3srvd/relay/job.h"

#include "t/fuzz/fuzz.h"

static int
note(void *arg, const char *address, struct err *e)
{
	size_t *n = arg;

	(void)e;
	must(address_ok(span_of(address)));
	must(address[0] != '-' && strpbrk(address, " \t\r\n<>\"\\|`%!") == NULL);
	must(strlen(address) <= ADDRESS_MAX);
	(*n)++;
	return 0;
}

static void
try_addresses(struct span s)
{
	size_t n = 0;
	struct err e;

	err_clear(&e);
	if (address_list(s, "own.example", note, &n, &e) < 0)
		must(e.class == ERR_PROTO && e.text[0] != '\0');
}

static void
check_header(struct span text)
{
	struct header_field f;
	size_t n = 0;
	int r;

	must(header_end(text) == text.len);
	while ((r = header_next(&text, &f, NULL)) == 1) {
		must(!span_ieq(f.name, "Bcc") && !span_ieq(f.name, "Resent-Bcc"));
		if (span_ieq(f.name, "From"))
			must(address_list(f.value, "example.org", note, &n,
			    NULL) == 0);
	}
	must(r == 0 && n > 0);
}

static void
try_header(struct span s)
{
	static const struct compose c = { .account = "anna@example.org",
		.addresses = "a@b.c d@e.f", .hostname = "h.example",
		.now = 1795300000000, .max_rcpts = 5 };
	struct envelope *v = envelope_new("abcdefgh");
	struct buf out;
	struct err e;
	size_t i, n = 0;

	must(v != NULL);
	buf_init(&out, 1 << 20);
	if (compose_header(&c, s, v, &out, &e) == 0) {
		must(v->n_rcpts > 0 && v->n_rcpts <= 5);
		for (i = 0; i < v->n_rcpts; i++)
			(void)note(&n, v->rcpts[i].address, &e);
		check_header(buf_span(&out));
	} else {
		must(e.class == ERR_PROTO || e.class == ERR_LIMIT);
	}
	buf_free(&out);
	envelope_free(&v);
}

/* With a right digest behind it, so that the record itself is read. */
static void
try_envelope(struct span s)
{
	unsigned char digest[SHA256_OCTETS];
	struct envelope *v;
	struct buf b, back;
	struct err e;

	buf_init(&b, 1 << 20);
	buf_init(&back, 1 << 20);
	must(digest_sha256(s.ptr, s.len, digest) == 0);
	if (buf_add(&b, s.ptr, s.len) == 0 &&
	    buf_add(&b, digest, sizeof(digest)) == 0) {
		v = envelope_unpack("abcdefgh", buf_data(&b), buf_len(&b), &e);
		if (v != NULL) {
			must(envelope_pack(v, &back) == 0);
			must(buf_len(&back) == buf_len(&b));
			envelope_free(&v);
		}
	}
	buf_free(&back);
	buf_free(&b);
}

static void
try_job(struct span s)
{
	struct job_result r[JOB_RCPTS];
	struct job j;

	if (job_unpack(&j, s) == 0) {
		must(j.n_rcpts > 0 && j.n_rcpts <= JOB_RCPTS);
		job_clear(&j);
	}
	(void)job_answer_unpack(r, 3, s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { (const char *)data + 1, size - 1 };

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		try_addresses(s);
		break;
	case 1:
		try_header(s);
		break;
	case 2:
		try_envelope(s);
		break;
	default:
		try_job(s);
		break;
	}
	return 0;
}
