/*
 * sessions.h - all sessions: by number, by age, by account
 */
#ifndef FRONT_SESSIONS_H
#define FRONT_SESSIONS_H

#include <stddef.h>
#include <stdint.h>

struct session;
struct sessions;

/* In which list a session stands; the oldest first. */
enum sessions_list { SESSIONS_WAITING, SESSIONS_LOGGED_IN, SESSIONS_LISTS };

struct sessions *sessions_new(void);
void sessions_free(struct sessions **reg_p);

/* Gives s its numbers and puts it among the waiting. */
void sessions_add(struct sessions *reg, struct session *s);
void sessions_remove(struct sessions *reg, struct session *s);
/* Move s, whose account is set, among those logged in. */
void sessions_log_in(struct sessions *reg, struct session *s);

struct session *sessions_first(const struct sessions *reg,
    enum sessions_list list);
/* By sid, for answers of other processes; NULL when it has ended. */
struct session *sessions_find(const struct sessions *reg, uint32_t sid);
/* By the text of its number, for people; NULL. */
struct session *sessions_named(const struct sessions *reg, const char *id);
/* Who holds the maildrop of this account; NULL. */
struct session *sessions_of(const struct sessions *reg, const char *account);

size_t sessions_count(const struct sessions *reg, enum sessions_list list);
uint64_t sessions_begun(const struct sessions *reg);	/* since the start */

#endif
