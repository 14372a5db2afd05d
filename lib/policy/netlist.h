/*
 * netlist.h - grant and deny ranges as text: a range a line
 *
 * What follows "#" or ";" is a comment, empty lines are nothing, blanks around
 * a range do not count; a line may end in CRLF.
 */
#ifndef POLICY_NETLIST_H
#define POLICY_NETLIST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

struct netlist_entry {
	struct prefix p;
	uint32_t line;		/* from 1 */
};

struct netlist {		/* begins zeroed */
	struct netlist_entry *at;
	size_t n, cap;
};

/* One line without its LF: 1 and *p_r, 0 when it says nothing, or -1 with *e
 * (ERR_CONFIG: what would be right). */
int netlist_line(struct span line, struct prefix *p_r, struct err *e);

/*
 * Append all of text to l.  fault() is told each line that is no range; the
 * others count.  It is not told what no range could contain: whoever names the
 * file may not be allowed to read it.  -1 with *e: ERR_LIMIT above
 * NETACL_RULES_MAX, ERR_TEMP.
 */
int netlist_read(struct netlist *l, struct span text,
    void (*fault)(uint32_t line, const char *why, void *arg), void *arg,
    struct err *e);
void netlist_clear(struct netlist *l);

#endif
