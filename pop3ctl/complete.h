/*
 * complete.h - what may follow on an unfinished command line
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include "pop3ctl/cmd.h"

/*
 * Print a line for each word that may stand where the last of words (which may
 * be empty) stands: the word, a tab, what it means.  A line ":" stands for the
 * name of a file.  Never complains; values that only the server knows are
 * missing when it does not answer within two seconds.
 */
void complete_print(struct cmd *c, int argc, char **words);

#endif
