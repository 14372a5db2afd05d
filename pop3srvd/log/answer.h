/*
 * answer.h - answers to control verbs
 */
#ifndef LOG_ANSWER_H
#define LOG_ANSWER_H

#include <jansson.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/net/frame.h"

/* MSG_CTL_REPLY with result, which is stolen (NULL: out of memory). */
void answer_ok(struct channel *ch, uint32_t id, json_t *result);
void answer_fault(struct channel *ch, uint32_t id, const struct err *e);

#endif
