/*
 * client.c - one connection to the server's control socket
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/ctl/ctl.h"

#include "pop3ctl/client.h"

#define PATIENCE	30000	/* milliseconds */
#define CHUNK		4096
#define NEVER		INT64_MAX

struct client {
	int fd;
	int64_t id;
	struct buf in;
};

static int
connect_to(int fd, const char *path, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t n = strlen(path);

	if (n >= sizeof(sun.sun_path))
		return err_set(e, ERR_CONFIG, "%.80s...: longer than a "
		    "socket's name can be", path);
	memcpy(sun.sun_path, path, n + 1);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return 0;
	if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR)
		return err_sys(e, ERR_NOTFOUND,
		    "cannot reach the server at %.200s", path);
	return err_sys(e, errno == EACCES || errno == EPERM ? ERR_PERM :
	    ERR_TEMP, "cannot reach the server at %.200s", path);
}

struct client *
client_open(const char *path, struct err *e)
{
	struct client *c = mem_new(1, sizeof(*c));

	if (c == NULL) {
		err_set(e, ERR_TEMP, "no memory");
		return NULL;
	}
	buf_init(&c->in, CTL_LINE_MAX + CHUNK);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		err_sys(e, ERR_TEMP, "cannot make a socket");
	if (c->fd < 0 || connect_to(c->fd, path, e) < 0)
		client_free(&c);
	return c;
}

void
client_free(struct client **c_p)
{
	struct client *c = *c_p;

	if (c == NULL)
		return;
	if (c->fd >= 0)
		(void)close(c->fd);
	buf_wipe(&c->in);
	free(c);
	*c_p = NULL;
}

/* Ready, or -1 at the deadline. */
static int
await(int fd, short what, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = what };
	struct moment now;
	int n;

	for (;;) {
		clock_read(&now);
		if (deadline != NEVER && now.mono >= deadline)
			return err_set(e, ERR_TEMP, "no answer within %d "
			    "seconds", PATIENCE / 1000);
		n = poll(&p, 1, deadline == NEVER ? -1 :
		    (int)(deadline - now.mono));
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(e, ERR_TEMP, "cannot wait");
	}
}

static int
went_away(struct err *e)
{
	return err_set(e, ERR_NOTFOUND, "the server closed the connection");
}

static int
send_all(struct client *c, struct buf *line, int64_t deadline,
    struct err *e)
{
	ssize_t n;

	while (buf_len(line) > 0) {
		if (await(c->fd, POLLOUT, deadline, e) < 0)
			return -1;
		n = send(c->fd, buf_data(line), buf_len(line),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			buf_eat(line, (size_t)n);
		else if (errno != EINTR && errno != EAGAIN)
			return went_away(e);
	}
	return 0;
}

/* Until a line is in; its length without the LF. */
static int
receive_line(struct client *c, size_t *len_r, int64_t deadline,
    struct err *e)
{
	const char *lf;
	char *to;
	ssize_t n;

	for (;;) {
		lf = memchr(buf_data(&c->in), '\n', buf_len(&c->in));
		if (lf != NULL) {
			*len_r = (size_t)(lf - buf_data(&c->in));
			return 0;
		}
		if (buf_len(&c->in) >= CTL_LINE_MAX)
			return err_set(e, ERR_PROTO, "the answer has no end");
		if (await(c->fd, POLLIN, deadline, e) < 0)
			return -1;
		to = buf_reserve(&c->in, CHUNK);
		if (to == NULL)
			return err_set(e, ERR_TEMP, "no memory");
		n = recv(c->fd, to, CHUNK, MSG_DONTWAIT);
		if (n > 0)
			buf_added(&c->in, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			return went_away(e);
	}
}

static json_t *
receive_reply(struct client *c, int64_t deadline, struct err *e)
{
	json_t *reply, *ok;
	size_t len = 0;

	if (receive_line(c, &len, deadline, e) < 0)
		return NULL;
	reply = json_read(buf_data(&c->in), len, e);
	buf_eat(&c->in, len + 1);
	ok = json_object_get(reply, "ok");
	if (json_is_boolean(ok) &&
	    json_integer_value(json_object_get(reply, "id")) == c->id &&
	    json_is_object(json_object_get(reply, json_is_true(ok) ?
	    "result" : "error")))
		return reply;
	json_decref(reply);
	err_set(e, ERR_PROTO, "the answer is none");
	return NULL;
}

static int
write_request(struct buf *line, int64_t id, const char *verb, json_t *args,
    struct err *e)
{
	json_t *request = json_pack("{s:i, s:I, s:s, s:o}", "v", CTL_VERSION,
	    "id", (json_int_t)id, "verb", verb, "args",
	    args == NULL ? json_object() : args);
	int status = 0;

	if (request == NULL)
		return err_set(e, ERR_TEMP, "no memory");
	if (json_write(request, line) < 0 || buf_addc(line, '\n') < 0)
		status = err_set(e, ERR_LIMIT, "a request has at most %d "
		    "octets", CTL_LINE_MAX);
	ctl_wipe(request);
	json_decref(request);
	return status;
}

json_t *
client_ask(struct client *c, const char *verb, json_t *args, struct err *e)
{
	json_t *reply = NULL;
	struct moment now;
	struct buf line;

	clock_read(&now);
	c->id++;
	buf_init(&line, CTL_LINE_MAX);
	if (write_request(&line, c->id, verb, args, e) == 0 &&
	    send_all(c, &line, now.mono + PATIENCE, e) == 0)
		reply = receive_reply(c, now.mono + PATIENCE, e);
	buf_wipe(&line);
	return reply;
}

json_t *
client_more(struct client *c, struct err *e)
{
	return receive_reply(c, NEVER, e);
}
