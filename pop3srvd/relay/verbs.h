/*
 * verbs.h - the control verbs that relay serves
 *
 * verb                  args               result
 * queue.list            {after?, limit?}   {messages: [MAIL…], next?}
 * queue.show            {id}               MAIL with recipients: [{address,
 *                                          state, answer}], session, peer
 * queue.retry           {ids?}             {retried: [id…], unknown: [id…]};
 *                                          all when ids lacks
 * queue.remove          {ids}              {removed: [id…], unknown: [id…]}
 * queue.badmail.list    {after?, limit?}   {messages: [MAIL…], next?}
 * queue.badmail.retry   {ids}              {retried: [id…], unknown: [id…]}
 * queue.badmail.remove  {ids}              {removed: [id…], unknown: [id…]}
 *
 * MAIL is {id, sender, account, octets, created, recipients: number waiting,
 * attempts, state: "waits" | "active" | "bad" | "damaged", next, age, answer}:
 * created is seconds since 1970, next and age are seconds.  not-found when no
 * id is known; try-again for one that is being delivered just now.
 *
 * Runs in: relay.  Trusts: front for who may ask, nothing for what.
 */
#ifndef RELAY_VERBS_H
#define RELAY_VERBS_H

#include <jansson.h>

#include "pop3srvd/relay/queue.h"

/* The result, owned by the caller, or NULL with *e. */
json_t *verbs_serve(struct queue *q, struct spool *s, const char *verb,
    const json_t *args, struct err *e);

#endif
