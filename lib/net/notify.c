/*
 * notify.c - the two systemd protocols that sd_notify(3) and sd_listen_fds(3)
 * document, without the library
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

#include "lib/net/notify.h"

/* Where the service manager listens; 0 when there is none. */
static socklen_t
manager(struct sockaddr_un *sun)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return 0;
	n = strlen(path);
	if (n < 2 || n >= sizeof(sun->sun_path))
		return 0;
	memcpy(sun->sun_path, path, n);
	if (path[0] == '@')	/* a name in the abstract space */
		sun->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

void
notify_send(const char *state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	socklen_t len = manager(&sun);
	char text[256];
	struct moment now;
	int fd, n;

	if (len == 0)
		return;
	/* Type=notify-reload wants to know since when. */
	clock_read(&now);
	n = strcmp(state, "RELOADING=1") != 0 ?
	    snprintf(text, sizeof(text), "%s", state) :
	    snprintf(text, sizeof(text), "%s\nMONOTONIC_USEC=%lld", state,
	    (long long)now.mono * 1000);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (n > 0 && (size_t)n < sizeof(text))
		(void)sendto(fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT,
		    (const struct sockaddr *)&sun, len);
	close(fd);
}

int
notify_listen_fds(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t who, n;

	if (pid == NULL || fds == NULL ||
	    num_u64(span_of(pid), INT32_MAX, &who) != 0 ||
	    num_u64(span_of(fds), 256, &n) != 0 || who != (uint64_t)getpid())
		return 0;
	return (int)n;
}
