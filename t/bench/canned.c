#include "t/bench/canned.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETS	12
#define LINE	72
#define SMALL	2000

struct canned {
	unsigned count;
	struct iovec stat, uidl, list;
	struct iovec *msgs;
	unsigned n_msgs;	/* RETR of a number beyond gives the last */
	int file;
	off_t file_end;
};

static struct canned sets[SETS];
static unsigned n_sets;
static struct iovec ok, greeting;

static void *
need(void *p, const char *what)
{
	if (p == NULL) {
		fprintf(stderr, "limit: %s cannot be had\n", what);
		exit(1);
	}
	return p;
}

static struct iovec
text(const char *s)
{
	struct iovec v = { need(strdup(s), "memory"), strlen(s) };

	return v;
}

/* A whole answer to RETR with a message of that many wire octets. */
static struct iovec
message(size_t octets)
{
	char *p = need(malloc(octets + 16), "memory");
	struct iovec v = { p, 0 };
	size_t i;

	memcpy(p, "+OK\r\n", 5);
	memset(p + 5, 'x', octets);
	for (i = LINE; i < octets; i += LINE)
		memcpy(p + 5 + i - 2, "\r\n", 2);
	memcpy(p + 5 + octets - 2, "\r\n.\r\n", 5);
	v.iov_len = octets + 8;
	return v;
}

static struct canned *
set_of(unsigned n_msgs, unsigned count)
{
	struct canned *s = &sets[n_sets++];

	if (n_sets > SETS) {
		fprintf(stderr, "limit: more than %d kinds of accounts\n", SETS);
		exit(64);
	}
	s->msgs = need(calloc(n_msgs, sizeof(*s->msgs)), "memory");
	s->n_msgs = n_msgs;
	s->count = count;
	s->file = -1;
	return s;
}

static void
lists(struct canned *s)
{
	size_t size = (size_t)s->count * 48 + 64;
	char *u = need(malloc(size), "memory"), *l = need(malloc(size), "memory");
	char stat[64];
	int at = sprintf(u, "+OK\r\n"), lat = sprintf(l, "+OK\r\n");
	unsigned long octets = 0;
	size_t n;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		n = s->msgs[i < s->n_msgs ? i : s->n_msgs - 1].iov_len - 8;
		octets += n;
		at += sprintf(u + at, "%u %016x%08x\r\n", i + 1, i * 2654435761u,
		    i);
		lat += sprintf(l + lat, "%u %zu\r\n", i + 1, n);
	}
	at += sprintf(u + at, ".\r\n");
	lat += sprintf(l + lat, ".\r\n");
	snprintf(stat, sizeof(stat), "+OK %u %lu\r\n", s->count, octets);
	s->uidl = (struct iovec){ u, (size_t)at };
	s->list = (struct iovec){ l, (size_t)lat };
	s->stat = text(stat);
}

static void
write_file(struct canned *s, const char *path)
{
	const char *p = s->msgs[0].iov_base;
	size_t left = s->msgs[0].iov_len;
	ssize_t n;

	s->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s->file < 0)
		need(NULL, path);
	for (; left > 0; p += n, left -= (size_t)n) {
		n = write(s->file, p, left);
		if (n <= 0)
			need(NULL, path);
	}
	s->file_end = (off_t)s->msgs[0].iov_len;
}

static unsigned
commas(const char *s)
{
	unsigned n = 1;

	for (; *s != '\0'; s++)
		n += *s == ',';
	return n;
}

void
canned_make(const char *sizes, size_t big, const char *big_file,
    const char *counts)
{
	struct canned *s = set_of(commas(sizes), commas(sizes));
	unsigned i;
	char *next;

	ok = text("+OK\r\n");
	greeting = text("+OK limit ready\r\n");
	for (i = 0; i < s->n_msgs; i++, sizes = next + (*next == ','))
		s->msgs[i] = message(strtoul(sizes, &next, 10));
	lists(s);
	if (big > 0) {
		s = set_of(1, 1);
		s->msgs[0] = message(big);
		lists(s);
		if (big_file != NULL)
			write_file(s, big_file);
	}
	for (; *counts != '\0'; counts = next + (*next == ',')) {
		s = set_of(1, (unsigned)strtoul(counts, &next, 10));
		s->msgs[0] = message(SMALL);
		lists(s);
	}
}

const struct canned *
canned_of(const char *name)
{
	unsigned i;
	unsigned long n;

	if (name[0] == 'b' && n_sets > 1 && sets[1].file >= 0)
		return &sets[1];
	if (name[0] == 'u' || name[0] == '\0')
		return &sets[0];
	n = strtoul(name + strcspn(name, "0123456789"), NULL, 10);
	for (i = 1; i < n_sets; i++) {
		if (sets[i].count == n)
			return &sets[i];
	}
	return &sets[0];
}

struct iovec
canned_greeting(void)
{
	return greeting;
}

struct iovec
canned_answer(const struct canned *s, const char *line)
{
	unsigned long n;

	switch (line[0]) {
	case 'S':
		return s->stat;
	case 'U':
		return line[1] == 'I' ? s->uidl : ok;
	case 'L':
		return s->list;
	case 'R':
		n = strtoul(line + 5, NULL, 10) - 1;
		return s->msgs[n < s->n_msgs ? n : s->n_msgs - 1];
	default:
		return ok;
	}
}

int
canned_file(const struct canned *s)
{
	return s->file;
}

off_t
canned_file_end(const struct canned *s)
{
	return s->file_end;
}
