#ifndef EDGE_FACT_H
#define EDGE_FACT_H

/** What people and programs are told of a status, fact by fact, in the same
 * words wherever it is shown. */

#include "edge_status.h"

/** How many facts there are; the name of the certificate is the first. */
int edge_fact_count(void);

/** The key is a promise to programs, "NotAfter", the label is for people,
 * "valid until". */
const char *edge_fact_key(int i);
const char *edge_fact_label(int i);

/** The value, "-" where there is none, borrowed or from `p`. */
const char *edge_fact_value(int i, const edge_status_t *status, apr_pool_t *p);

#endif
