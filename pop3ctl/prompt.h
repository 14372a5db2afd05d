/*
 * prompt.h - a password that is neither shown nor an argument
 */
#ifndef PROMPT_H
#define PROMPT_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

#define PROMPT_MAX	1024

/*
 * Into out, which the caller wipes: the first line of file ("-": standard
 * input), else typed twice at the terminal, else the first line of standard
 * input.  0, or -1 with *e.
 */
int prompt_password(const char *file, const char *whose, struct buf *out,
    struct err *e);

/* The present password: at the terminal, else the next line of standard input.
 * Octets behind that line stay for the next question. */
int prompt_present(const char *whose, struct buf *out, struct err *e);

#endif
