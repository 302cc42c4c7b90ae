#ifndef EDGE_CONDITION_H
#define EDGE_CONDITION_H

/** When people are told of what lasts: at first, then daily, then once when it
 * is over. Pure; edge_history.h keeps the marks over restarts. */

#include "edge_history.h"

typedef enum edge_telling_t {
    EDGE_TELL_NOTHING,
    EDGE_TELL_NOW,
    EDGE_TELL_OVER
} edge_telling_t;

/** Say what to tell, and note that it was told.
 * @param holds whether the condition does
 * @param news what happened to it, not to be left for the daily telling, at a
 * moment that is over; 0: nothing */
edge_telling_t edge_condition_step(edge_mark_t *mark, int holds,
                                   apr_time_t news, apr_time_t now);

/** When to tell it again; 0: it does not hold. */
apr_time_t edge_condition_wake(const edge_mark_t *mark);

#endif
