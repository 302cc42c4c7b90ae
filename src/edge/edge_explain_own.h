#ifndef EDGE_EXPLAIN_OWN_H
#define EDGE_EXPLAIN_OWN_H

/** What edge_explain.c finds in the words of a CA. EDGE_CAUSE_NONE where they
 * are not known. Pure. */

#include "edge_cause.h"

/** Of a validation of `name`, which may be NULL. */
edge_cause_t edge_words_of_validation(const char *words, const char *name);

/** Of what an account may not do. */
edge_cause_t edge_words_of_account(const char *words);

/** Of a name that is refused. */
edge_cause_t edge_words_of_name(const char *words);

/** Of what a person has to do. */
edge_cause_t edge_words_of_person(const char *words);

/** Of a limit that is reached. */
edge_cause_t edge_words_of_limit(const char *words);

#endif
