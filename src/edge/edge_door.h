#ifndef EDGE_DOOR_H
#define EDGE_DOOR_H

/** The port at which a CA asks for challenges, where it is open only while
 * somebody needs it. Orders come to it before they publish anything, and leave
 * when their names are validated, or fail. One thread. */

#include "ae_error.h"

typedef enum edge_door_state_t {
    EDGE_DOOR_OPEN,
    EDGE_DOOR_WAIT, /* it is being opened; this worker may have to go for it */
    EDGE_DOOR_STUCK /* it cannot be opened */
} edge_door_state_t;

/** Borrowed by all who come to it. */
typedef struct edge_door_t {
    /* One more needs it. @return a mark, for `look` */
    apr_uint32_t (*enter)(void *ctx);
    /* How it stands for one who came with this mark: what failed before does
     * not count. err says why it is stuck. */
    edge_door_state_t (*look)(void *ctx, apr_uint32_t mark, ae_error_t *err);
    /* One less does. */
    void (*leave)(void *ctx);
    void *ctx;
} edge_door_t;

/** One who may need it. Zeros but for `door`, which may be NULL: then it is
 * always open. */
typedef struct edge_visit_t {
    const edge_door_t *door;
    int inside;
    apr_uint32_t mark;
} edge_visit_t;

/** How often to look at a door that is being opened. */
#define EDGE_DOOR_PAUSE apr_time_from_sec(1)

/** Come to it, where that was not done yet, and look. */
edge_door_state_t edge_door_look(edge_visit_t *visit, ae_error_t *err);

/** Need it no more; whoever never came may say so too. */
void edge_door_leave(edge_visit_t *visit);

#endif
