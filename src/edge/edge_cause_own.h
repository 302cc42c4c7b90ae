#ifndef EDGE_CAUSE_OWN_H
#define EDGE_CAUSE_OWN_H

/** The table of edge_cause.h, in three sections of at most 500 lines. */

#include "edge_cause.h"

#include <stddef.h>

typedef struct edge_cause_row_t {
    edge_cause_t cause;
    const char *word;
    struct {
        const char *meaning;
        const char *remedy;
    } says[AE_LANGUAGES]; /* English, Japanese */
} edge_cause_row_t;

typedef struct edge_cause_section_t {
    const edge_cause_row_t *rows;
    size_t count;
} edge_cause_section_t;

/** What the CA met when it looked at a name, what it wants or does not want,
 * and what this server met itself. */
extern const edge_cause_section_t edge_cause_at_name;
extern const edge_cause_section_t edge_cause_of_ca;
extern const edge_cause_section_t edge_cause_here;

#endif
