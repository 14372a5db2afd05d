/*
 * audit_job.h - one question about the audit file while it is being read
 */
#ifndef LOG_AUDIT_JOB_H
#define LOG_AUDIT_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/audit.h"
#include "lib/base/audit_lines.h"
#include "lib/base/err.h"

/* The fields are those of audit_job.c. */
struct audit_job {
	int fd;				/* our own: the file may be put away */
	uint64_t at, end;		/* in the file, as it was at the start */
	struct audit_lines lines;
	bool show;
	/* verify */
	struct audit_check check;
	struct audit_end live;		/* the chain's, at the start */
	char head[AUDIT_HASH + 1];
	/* show */
	struct audit_filter filter;
	char *user, *verb;
	int64_t limit;
	uint64_t *last;			/* where the last ones begin, a ring */
	uint64_t seen;
	json_t *records;
	size_t octets;
	bool full;
};

/*
 * verb: audit.show or audit.verify.  fd is duplicated.  0, or -1 with *e and
 * nothing to be freed.
 */
int audit_job_begin(struct audit_job *j, const char *verb,
    const json_t *args, int fd, struct err *e);
/* Where the chain stands. */
void audit_job_live(struct audit_job *j, const struct audit_end *live);
void audit_job_free(struct audit_job *j);

/* Read up to n octets into block and look at them.  True: all is read. */
bool audit_job_step(struct audit_job *j, char *block, size_t n);

/* When all is read; NULL: out of memory. */
json_t *audit_job_result(struct audit_job *j);

#endif
