/*
 * filter.h - which records a follower wants
 */
#ifndef LOG_FILTER_H
#define LOG_FILTER_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"
#include "pop3srvd/ipc/logrec.h"

#define FILTER_TEXT	128

struct filter {
	enum log_level level;		/* and what is more urgent */
	char event[FILTER_TEXT];	/* its first words; "" any, as below */
	char user[FILTER_TEXT];
	char session[FILTER_TEXT];
	char listener[FILTER_TEXT];
	bool has_peer;
	struct prefix peer;
	bool json;			/* objects, not lines */
};

/* {level?, event?, user?, session?, listener?, peer?, format?}; another member
 * or a bad value is -1 (ERR_CONFIG). */
int filter_read(struct filter *f, const json_t *args, struct err *e);

bool filter_passes(const struct filter *f, const struct logrec *r);

#endif
