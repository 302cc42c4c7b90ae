#ifndef SHOW_LIST_H
#define SHOW_LIST_H

/** Which certificates a page of the list has, and what is told above it of all
 * of them: the same in HTML and JSON. */

#include "show_query.h"
#include "show_source.h"

typedef struct show_list_t {
    int total;               /* certificates there are */
    int counts[EDGE_PHASES]; /* of all of them */
    int next;                /* index of the one that something happens to
                                next by itself; -1: none */
    edge_action_t next_action;
    apr_time_t next_at;
    int matching; /* those that the query wants */
    int page;     /* from 1; the last one where the query asks for a later */
    int pages;    /* at least 1 */
    const int *rows; /* indices of those on this page, in turn */
    int row_count;
} show_list_t;

/** Look at all and choose. `list` borrows from `p`. */
void show_list_make(show_list_t *list, const show_source_t *source,
                    const show_query_t *query, apr_pool_t *p);

/** The index of the certificate with this name, -1 for none. */
int show_list_find(const show_source_t *source, const char *name);

#endif
