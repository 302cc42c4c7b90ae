#ifndef EDGE_COURSE_H
#define EDGE_COURSE_H

/** The course of one order: which steps it took and when, and how the CA stood
 * to each name. A plain value, kept with the state when an attempt has ended.
 */

#include "ae_json.h"

#include <apr_tables.h>

/* What is told of single names, and of steps. */
#define EDGE_STATUS_NAMES 100
#define EDGE_STATUS_STEPS 12

/** How the CA stands to one name (RFC 8555 section 7.1.6). */
typedef enum edge_name_state_t {
    EDGE_NAME_UNKNOWN, /* nothing was asked yet */
    EDGE_NAME_PENDING,
    EDGE_NAME_VALID,
    EDGE_NAME_INVALID,
    EDGE_NAME_STATES
} edge_name_state_t;

/** The word shown: "valid". */
const char *edge_name_state_word(edge_name_state_t state);

/** One step that an order has taken. */
typedef struct edge_step_t {
    char word[32]; /* of acme_order_step or edge_failure_t, or "issued" or
                      "failed" */
    apr_time_t at; /* when it began */
} edge_step_t;

typedef struct edge_course_t {
    edge_step_t
        steps[EDGE_STATUS_STEPS]; /* in turn; an empty word ends them */
    /* edge_name_state_t, by index in the certificate's names; further ones are
     * not told of */
    unsigned char names[EDGE_STATUS_NAMES];
} edge_course_t;

/** Note a step, where it is another one than the last. Of too many the last
 * gives way. @return whether it was noted */
int edge_course_step(edge_course_t *course, const char *word, apr_time_t now);

/** Note how the CA stands to the names, edge_progress_name_t by index.
 * @return whether it is another thing now */
int edge_course_names(edge_course_t *course, const apr_array_header_t *names);

/** Note that all of so many names are valid. */
void edge_course_issued(edge_course_t *course, int names);

/** As it is kept, a new reference; and read again: what cannot be right is
 * passed over. `json` may be NULL. */
json_t *edge_course_print(const edge_course_t *course);
void edge_course_take(edge_course_t *course, const json_t *json);

#endif
