/*
 * life_own.h - what life.c and life_frames.c share; nobody else includes it
 */
#ifndef IPC_LIFE_OWN_H
#define IPC_LIFE_OWN_H

#include "pop3srvd/ipc/life.h"

/* A frame that came while the process was not ready for it. */
struct held {
	struct held *next;
	uint16_t type;
	uint32_t id;
	int fd;
	char *body;
	size_t len;
};

struct life {
	enum role role;
	uint32_t index;
	const struct life_ops *ops;
	void *arg;
	struct loop *loop;
	struct channel *keeper;
	struct channel *log_ch;
	struct log_out *log;
	struct conf *conf;
	bool begun;		/* MSG_BEGIN came */
	bool ready;		/* MSG_READY went out */
	bool detached;
	struct held *held;
	struct held **held_end;
	int exit_code;
};

/* Before the loop serves, a fault ends the process; keeper starts it again. */
_Noreturn void life_die(const struct life *lf, int code, const char *why);

/* The callbacks of the channel to keeper, and one frame served. */
extern const struct channel_ops life_keeper_ops;
void life_serve(struct life *lf, struct frame *f);

#endif
