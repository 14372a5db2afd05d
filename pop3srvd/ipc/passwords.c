/*
 * passwords.c - the smart hosts' passwords on their way from keeper to relay
 *
 * Runs in: keeper (reads the files, packs), relay (unpacks).  Trusts: keeper's
 * files for their content, nothing for their form.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "lib/base/path.h"
#include "pop3srvd/ipc/memfd.h"
#include "pop3srvd/ipc/passwords.h"

#define ALL_MAX	(64u << 20)	/* octets; a configuration has no more */

struct passwords {
	struct one {
		struct one *next;
		char *file;
		char *password;
	} *first;
};

struct passwords *
passwords_new(void)
{
	return mem_new(1, sizeof(struct passwords));
}

void
passwords_free(struct passwords **p_p)
{
	struct passwords *p = *p_p;
	struct one *o;

	if (p == NULL)
		return;
	while ((o = p->first) != NULL) {
		p->first = o->next;
		free(o->file);
		mem_free_secret(&o->password);
		free(o);
	}
	free(p);
	*p_p = NULL;
}

/* Takes both strings, whatever comes. */
static int
put(struct passwords *p, char *file, char *password)
{
	struct one *o = mem_new(1, sizeof(*o));

	if (o == NULL || file == NULL || password == NULL) {
		free(o);
		free(file);
		mem_free_secret(&password);
		return -1;
	}
	o->file = file;
	o->password = password;
	o->next = p->first;
	p->first = o;
	return 0;
}

int
passwords_add(struct passwords *p, const char *file, struct err *e)
{
	char *mem;
	size_t len, n;
	int r;

	if (file[0] == '\0' || passwords_find(p, file) != NULL)
		return 0;
	if (path_read_secret(file, PASSWORDS_ONE, &mem, &len, e) < 0)
		return -1;
	n = strcspn(mem, "\r\n");
	if (n == 0 || memchr(mem, '\0', len) != NULL)
		r = err_set(e, ERR_CONFIG, "%.200s: its first line is no "
		    "password", file);
	else if (put(p, mem_strdup(file), mem_strndup(mem, n)) < 0)
		r = err_set(e, ERR_TEMP, "%.200s: out of memory", file);
	else
		r = 0;
	mem_wipe(mem, len);
	free(mem);
	return r;
}

int
passwords_write(const struct passwords *p, struct err *e)
{
	const struct one *o;
	struct pack k;
	struct buf b;
	int fd = -1;

	buf_init(&b, ALL_MAX);
	pack_begin(&k, &b);
	for (o = p->first; o != NULL; o = o->next) {
		pack_str(&k, o->file);
		pack_str(&k, o->password);
	}
	if (pack_end(&k) == 0)
		fd = memfd_write("pop3srvd-passwords", buf_span(&b), e);
	else
		err_set(e, ERR_TEMP, "passwords: out of memory");
	buf_wipe(&b);
	return fd;
}

struct passwords *
passwords_read(int fd, struct err *e)
{
	struct passwords *p = passwords_new();
	struct unpack u;
	char *mem = NULL, *file;
	size_t len = 0;

	if (memfd_read(fd, ALL_MAX, &mem, &len, e) < 0) {
		passwords_free(&p);
		return NULL;
	}
	unpack_begin(&u, mem, len);
	while (p != NULL && !u.bad && u.at < u.end) {
		file = unpack_str(&u);
		if (put(p, file, unpack_str(&u)) < 0)
			u.bad = true;
	}
	if (unpack_end(&u) < 0)
		passwords_free(&p);
	mem_wipe(mem, len);
	free(mem);
	if (p == NULL)
		err_set(e, ERR_TEMP, "passwords: no memory, or no whole "
		    "record");
	return p;
}

const char *
passwords_find(const struct passwords *p, const char *file)
{
	const struct one *o = p == NULL ? NULL : p->first;

	while (o != NULL && strcmp(o->file, file) != 0)
		o = o->next;
	return o == NULL ? NULL : o->password;
}
