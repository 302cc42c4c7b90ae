#ifndef EDGE_THIN_H
#define EDGE_THIN_H

/** Which of what was live before is kept. A pure function. */

#include <apr_time.h>

/** One of them. */
typedef struct edge_thin_t {
    apr_int64_t number; /* counts up with each deployment */
    apr_time_t at;      /* when it was issued; 0: it cannot be told */
    int keep;           /* the answer */
} edge_thin_t;

/** Decide for each: the last ten stay, and of those before them the last one
 * of each of the last twelve months (UTC), this one included.
 * @param entries in any order */
void edge_thin(edge_thin_t *entries, int count, apr_time_t now);

#endif
