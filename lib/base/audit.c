/*
 * audit.c - records of the audit file, each chained to the one before
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/audit.h"
#include "lib/base/clock.h"
#include "lib/base/codec.h"
#include "lib/base/digest.h"
#include "lib/base/json.h"
#include "lib/base/num.h"

/* A line ends: ,"prev":" 64 ","hash":" 64 "} */
#define PREV		",\"prev\":\""
#define HASH		"\",\"hash\":\""
#define LAST		"\"}"
#define LEN(s)		(sizeof(s) - 1)
#define LAST_AT		LEN(LAST)
#define HASH_AT		(LAST_AT + AUDIT_HASH)
#define COVERED_AT	(HASH_AT + LEN(HASH))	/* from the end of the line */
#define PREV_AT		(COVERED_AT + AUDIT_HASH)
#define TAIL		(PREV_AT + LEN(PREV))
#define SEQ		"{\"seq\":"

/* A line taken to pieces; views into it. */
struct parts {
	uint64_t seq;
	const char *prev;
	const char *hash;
};

void
audit_none(struct audit_end *end)
{
	end->seq = 0;
	memset(end->hash, '0', AUDIT_HASH);
	end->hash[AUDIT_HASH] = '\0';
}

static int
hash_of(struct span octets, char out[AUDIT_HASH + 1])
{
	unsigned char sum[SHA256_OCTETS];

	if (digest_sha256(octets.ptr, octets.len, sum) < 0)
		return -1;
	hex_text(sum, sizeof(sum), out);
	return 0;
}

/* The object without its braces, so that ours can stand around it. */
static int
put_members(const json_t *members, struct buf *b)
{
	char *text = json_dumps(members, JSON_COMPACT | JSON_ENSURE_ASCII);
	size_t n = text == NULL ? 0 : strlen(text);
	int r = -1;

	if (n > 2)
		r = buf_add(b, text + 1, n - 2);
	free(text);
	return r;
}

int
audit_write(struct audit_end *end, const json_t *members, struct buf *b)
{
	char hash[AUDIT_HASH + 1];
	struct buf line;
	int r = -1;

	buf_init(&line, AUDIT_LINE_MAX);
	if (buf_printf(&line, SEQ "%" PRIu64 ",", end->seq + 1) == 0 &&
	    put_members(members, &line) == 0 &&
	    buf_printf(&line, PREV "%s", end->hash) == 0 &&
	    hash_of(buf_span(&line), hash) == 0 &&
	    buf_printf(&line, HASH "%s" LAST "\n", hash) == 0)
		r = buf_add(b, buf_data(&line), buf_len(&line));
	buf_free(&line);
	if (r < 0)
		return -1;
	end->seq++;
	memcpy(end->hash, hash, sizeof(hash));
	return 0;
}

json_t *
audit_torn_args(struct span piece)
{
	char hash[AUDIT_HASH + 1];

	if (hash_of(piece, hash) < 0)
		return NULL;
	return json_pack("{s:I, s:s}", "octets", (json_int_t)piece.len,
	    "sha256", hash);
}

static bool
same(const char *at, const char *text)
{
	return memcmp(at, text, strlen(text)) == 0;
}

static bool
is_hash(const char *at)
{
	return strspn(at, "0123456789abcdef") >= AUDIT_HASH;
}

/* The form alone.  Every hash is followed by a quote, so is_hash() ends. */
static int
take_apart(struct span line, struct parts *p)
{
	const char *end = line.ptr + line.len;
	size_t digits;

	if (line.len < LEN(SEQ) + 2 + TAIL || line.len >= AUDIT_LINE_MAX ||
	    !same(line.ptr, SEQ) || !same(end - TAIL, PREV) ||
	    !same(end - COVERED_AT, HASH) || !same(end - LAST_AT, LAST))
		return -1;
	p->prev = end - PREV_AT;
	p->hash = end - HASH_AT;
	if (!is_hash(p->prev) || !is_hash(p->hash))
		return -1;
	line.ptr += LEN(SEQ);
	digits = strspn(line.ptr, "0123456789");
	if (line.ptr[digits] != ',')
		return -1;
	return num_u64(span_mem(line.ptr, digits), UINT64_MAX - 1, &p->seq);
}

static bool
intact(struct span line, const struct parts *p)
{
	char hash[AUDIT_HASH + 1];

	return hash_of(span_mem(line.ptr, line.len - COVERED_AT), hash) == 0 &&
	    memcmp(hash, p->hash, AUDIT_HASH) == 0;
}

int
audit_read(struct span line, struct audit_end *end_r)
{
	struct parts p;

	if (take_apart(line, &p) < 0 || !intact(line, &p))
		return -1;
	end_r->seq = p.seq;
	memcpy(end_r->hash, p.hash, AUDIT_HASH);
	end_r->hash[AUDIT_HASH] = '\0';
	return 0;
}

const char *
audit_fault_text(enum audit_fault f)
{
	static const char *const texts[] = {
		[AUDIT_GOOD] = "good",
		[AUDIT_NO_RECORD] = "this is no record",
		[AUDIT_EDITED] = "the record was changed",
		[AUDIT_UNLINKED] = "the record does not continue the one "
		    "before it",
		[AUDIT_GAP] = "a record is missing before it",
		[AUDIT_NO_START] = "the records before it are missing",
		[AUDIT_NO_HEAD] = "the record with the hash asked for is "
		    "missing"
	};

	return texts[f];
}

void
audit_check_begin(struct audit_check *c, const char *head)
{
	memset(c, 0, sizeof(*c));
	audit_none(&c->end);
	c->head = head;
	c->head_seen = head == NULL;
}

static void
fail(struct audit_check *c, enum audit_fault f, uint64_t line)
{
	c->fault = f;
	c->line = line;
}

static bool
is_verb(const json_t *record, const char *verb)
{
	const char *is = json_string_value(json_object_get(record, "verb"));

	return is != NULL && strcmp(is, verb) == 0;
}

/* The first record of a file, or the one behind a torn line: it has to say
 * so. */
static bool
explains(const struct audit_check *c, struct span line)
{
	json_t *r = json_read(line.ptr, line.len, NULL);
	json_t *args = json_object_get(r, "args");
	const char *sum = json_string_value(json_object_get(args, "sha256"));
	bool ok;

	if (!c->pending)
		ok = is_verb(r, AUDIT_CONTINUE);
	else
		ok = is_verb(r, AUDIT_TORN) && sum != NULL &&
		    strcmp(sum, c->piece_hash) == 0 &&
		    (uint64_t)json_integer_value(json_object_get(args,
		    "octets")) == c->piece_len;
	json_decref(r);
	return ok;
}

static enum audit_fault
judge(const struct audit_check *c, struct span line, const struct parts *p)
{
	if (!intact(line, p))
		return AUDIT_EDITED;
	if (c->pending && !explains(c, line))
		return AUDIT_NO_RECORD;
	if (c->first == 0 && p->seq != 1)	/* torn may be the continue */
		return c->pending || explains(c, line) ? AUDIT_GOOD :
		    AUDIT_NO_START;
	if (p->seq != c->end.seq + 1)
		return AUDIT_GAP;
	return memcmp(p->prev, c->end.hash, AUDIT_HASH) == 0 ? AUDIT_GOOD :
	    AUDIT_UNLINKED;
}

void
audit_check_line(struct audit_check *c, struct span line)
{
	enum audit_fault f;
	struct parts p;

	if (c->fault != AUDIT_GOOD)
		return;
	c->lines++;
	if (take_apart(line, &p) < 0) {
		if (c->pending || hash_of(line, c->piece_hash) < 0)
			fail(c, AUDIT_NO_RECORD, c->lines - c->pending);
		c->pending = true;
		c->piece_len = line.len;
		return;
	}
	f = judge(c, line, &p);
	if (f != AUDIT_GOOD) {
		fail(c, f, c->lines - (f == AUDIT_NO_RECORD));
		return;
	}
	c->torn += c->pending;
	c->pending = false;
	if (c->first == 0)
		c->first = p.seq;
	c->end.seq = p.seq;
	memcpy(c->end.hash, p.hash, AUDIT_HASH);
	if (!c->head_seen && strcmp(c->head, c->end.hash) == 0)
		c->head_seen = true;
}

void
audit_check_end(struct audit_check *c, struct span rest)
{
	if (c->fault == AUDIT_GOOD && c->pending)
		fail(c, AUDIT_NO_RECORD, c->lines);
	else if (c->fault == AUDIT_GOOD && rest.len > 0)
		fail(c, AUDIT_NO_RECORD, c->lines + 1);
	else if (c->fault == AUDIT_GOOD && !c->head_seen)
		fail(c, AUDIT_NO_HEAD, c->lines + 1);
}

static bool
by(const json_t *record, const char *user)
{
	const char *name = json_string_value(json_object_get(record, "user"));
	json_t *uid = json_object_get(record, "uid");
	uint64_t n;

	if (name != NULL && strcmp(name, user) == 0)
		return true;
	return json_is_integer(uid) &&
	    num_u64(span_of(user), UINT32_MAX, &n) == 0 &&
	    (uint64_t)json_integer_value(uid) == n;
}

static bool
about(const json_t *record, const char *verb)
{
	const char *is = json_string_value(json_object_get(record, "verb"));
	size_t n = strlen(verb);

	return is != NULL && strncmp(is, verb, n) == 0 &&
	    (is[n] == '\0' || is[n] == '.');
}

/* Texts of one form sort as their times do. */
static bool
later(const json_t *record, int64_t since)
{
	const char *is = json_string_value(json_object_get(record, "time"));
	char text[CLOCK_TEXT];

	return is != NULL && strcmp(is, clock_text(since, text)) >= 0;
}

json_t *
audit_wanted(const struct audit_filter *f, struct span line)
{
	struct parts p;
	json_t *r;

	if (take_apart(line, &p) < 0)
		return NULL;
	r = json_read(line.ptr, line.len, NULL);
	if (json_is_object(r) && (f->user == NULL || by(r, f->user)) &&
	    (f->verb == NULL || about(r, f->verb)) &&
	    (f->since == 0 || later(r, f->since)))
		return r;
	json_decref(r);
	return NULL;
}
