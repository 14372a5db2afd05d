/*
 * conf_check_log.c - which keys a kind of log target needs, and which it has
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/addr.h"
#include "lib/base/path.h"
#include "lib/conf/conf_source.h"

#define PEM_MAX		(1u << 20)
#define SOCKET_MAX	107	/* octets of a Unix socket's name */

#define TO(kind)	(1u << CONF_LOG_##kind)

struct check {
	const struct conf_log *l;
	size_t i;			/* which entry of the list */
	const char *origin;
	struct conf_faults *f;
};

/* A string key: who may have it, who must, and what to say then. */
static const struct {
	const char *key;
	size_t offset;
	unsigned may;
	unsigned must;
	const char *what;
	const char *whose;
} rows[] = {
	{ "path", offsetof(struct conf_log, path), TO(FILE) | TO(SYSLOG),
	    TO(FILE), "which file to write", "\"file\" and \"syslog\"" },
	{ "folder", offsetof(struct conf_log, folder), TO(DAILY), TO(DAILY),
	    "where to write sysMMDD.txt", "\"daily\"" },
	{ "address", offsetof(struct conf_log, address), TO(SERVER),
	    TO(SERVER), "whom to send to, such as \"192.0.2.10\" or "
	    "\"log.example.org\"", "\"server\"" },
	{ "name", offsetof(struct conf_log, name), TO(SERVER), 0, "",
	    "\"server\"" },
	{ "ca_file", offsetof(struct conf_log, ca_file), TO(SERVER), 0, "",
	    "\"server\"" },
};

static const char *
string_at(const struct conf_log *l, size_t offset)
{
	const char *s;

	memcpy(&s, (const char *)l + offset, sizeof(s));
	return s;
}

static void
check_strings(const struct check *k)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool set = string_at(k->l, rows[i].offset)[0] != '\0';
		unsigned to = 1u << k->l->to;

		if (!set && (rows[i].must & to) != 0)
			conf_fault(k->f, "%s: log[%zu].%s: missing: %s",
			    k->origin, k->i, rows[i].key, rows[i].what);
		if (set && (rows[i].may & to) == 0)
			conf_fault(k->f, "%s: log[%zu].%s: belongs to "
			    "\"to\": %s only", k->origin, k->i, rows[i].key,
			    rows[i].whose);
	}
}

static void
check_transport(const struct check *k)
{
	static const char *const words[] = { "auto", "udp", "tcp", "tls",
		"local", "journal" };
	static const unsigned may[] = { ~0u, TO(SERVER), TO(SERVER),
		TO(SERVER), TO(SYSLOG), TO(SYSLOG) };
	enum conf_log_transport t = k->l->transport;

	if ((may[t] & 1u << k->l->to) == 0)
		conf_fault(k->f, "%s: log[%zu].transport: \"%s\" belongs to "
		    "\"to\": \"%s\" only", k->origin, k->i, words[t],
		    may[t] == TO(SERVER) ? "server" : "syslog");
	if (k->l->to == CONF_LOG_SERVER && t != CONF_LOG_TLS &&
	    (k->l->name[0] != '\0' || k->l->ca_file[0] != '\0'))
		conf_fault(k->f, "%s: log[%zu].transport: only \"tls\" has a "
		    "certificate: say so, or leave out name and ca_file",
		    k->origin, k->i);
}

static bool
is_name(const char *s)
{
	static const char may[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

	return s[0] != '\0' && s[0] != '-' && s[strspn(s, may)] == '\0';
}

static void
check_server(const struct check *k)
{
	const struct conf_log *l = k->l;
	struct addr a;

	if (l->to != CONF_LOG_SERVER) {
		if (l->port != 0)
			conf_fault(k->f, "%s: log[%zu].port: belongs to "
			    "\"to\": \"server\" only", k->origin, k->i);
		return;
	}
	if (l->address[0] != '\0' && addr_parse(l->address, &a, NULL) < 0 &&
	    !is_name(l->address))
		conf_fault(k->f, "%s: log[%zu].address: \"%.80s\" is neither "
		    "a numeric address nor a name; a port stands in \"port\"",
		    k->origin, k->i, l->address);
	if (l->name[0] != '\0' && addr_parse(l->name, &a, NULL) < 0 &&
	    !is_name(l->name))
		conf_fault(k->f, "%s: log[%zu].name: \"%.80s\" cannot stand "
		    "in a certificate", k->origin, k->i, l->name);
}

static void
check_ca_file(const struct check *k)
{
	struct err e;
	char *mem;
	size_t n;

	if (k->l->to != CONF_LOG_SERVER || k->l->ca_file[0] == '\0')
		return;
	if (path_read(k->l->ca_file, PEM_MAX, &mem, &n, &e) < 0)
		conf_fault(k->f, "%s: log[%zu].ca_file: %s", k->origin, k->i,
		    e.text);
	else
		free(mem);
}

static void
check_one(const struct check *k)
{
	check_strings(k);
	check_transport(k);
	check_server(k);
	check_ca_file(k);
	if (k->l->to == CONF_LOG_SYSLOG && strlen(k->l->path) > SOCKET_MAX)
		conf_fault(k->f, "%s: log[%zu].path: %zu octets; a socket's "
		    "name has at most %d", k->origin, k->i,
		    strlen(k->l->path), SOCKET_MAX);
}

/* Each day's file has one writer: two would rotate it under each other. */
static void
check_two(const struct check *k, const struct conf_log *other)
{
	if (k->l->to == CONF_LOG_DAILY && other->to == CONF_LOG_DAILY &&
	    k->l->folder[0] != '\0' &&
	    strcmp(k->l->folder, other->folder) == 0)
		conf_fault(k->f, "%s: log[%zu].folder: \"%s\" is another "
		    "entry's folder too; give each one of its own",
		    k->origin, k->i, k->l->folder);
}

void
conf_check_logs(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f)
{
	struct check k = { .origin = conf_origin(s, "log"), .f = f };
	size_t j;

	for (k.i = 0; k.i < c->n_logs; k.i++) {
		k.l = &c->logs[k.i];
		check_one(&k);
		for (j = 0; j < k.i; j++)
			check_two(&k, &c->logs[j]);
	}
}
