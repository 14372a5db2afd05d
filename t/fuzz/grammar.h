/*
 * grammar.h - mutators that know the language of a target
 *
 * libFuzzer and AFL++ change octets; these change lines and members, and make
 * new ones from the tables that the product itself reads: pop3_verbs.c,
 * poppass_engine.c, ctl_verbs.h, conf_keys.h.  A new row is fuzzed at once.
 * Each is the body of an LLVMFuzzerCustomMutator(); one in four changes is
 * left to the engine's own mutator.
 */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

struct dice {
	uint64_t state;
};
void dice_begin(struct dice *d, unsigned seed);
uint32_t dice(struct dice *d, uint32_t n);	/* 0 to n - 1 */

/* Appends a piece of the language, a line with its end or several. */
typedef void grammar_fn(struct dice *d, struct buf *b);

/* A dialogue: lines behind head octets of another kind. */
size_t grammar_lines(uint8_t *data, size_t size, size_t max, struct dice *d,
    size_t head, grammar_fn *piece);

/* A JSON object; change puts a member in or takes one out. */
typedef void grammar_json_fn(struct dice *d, json_t *object);
size_t grammar_object(uint8_t *data, size_t size, size_t max, struct dice *d,
    grammar_json_fn *change);

/* Arguments: the numbers of S-02; a run of one octet of a length around those
 * that buffers have (S-01); words, and octets that mean something elsewhere. */
void grammar_number(struct dice *d, struct buf *b);
void grammar_run(struct dice *d, struct buf *b);
void grammar_word(struct dice *d, struct buf *b);
/* What a client sends for PLAIN or LOGIN, in base64, right or nearly so. */
void grammar_base64(struct dice *d, struct buf *b);
void grammar_end_line(struct dice *d, struct buf *b);

/* The languages. */
grammar_fn grammar_pop3;	/* with answers behind lines, as fuzz_pop3.c */
grammar_fn grammar_login;	/* the client's side of logins alone */
grammar_fn grammar_poppass;
grammar_fn grammar_message;	/* lines of XTND XMIT */
grammar_json_fn grammar_request;	/* of the control socket */
grammar_json_fn grammar_settings;	/* configuration */

#endif
