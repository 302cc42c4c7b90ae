#ifndef SHOW_PAGE_H
#define SHOW_PAGE_H

/** The pages in HTML: the list, and one certificate in full. No script, no
 * style in attributes, nothing from another host. */

#include "show_out.h"
#include "show_query.h"
#include "show_source.h"

/** What only acme-edge-manager has: a form for each button. */
typedef struct show_controls_t {
    const char *user;
    const char *nonce;  /* hidden field "nonce" of each form */
    const char *notice; /* what the last button did, or NULL */
    int failed;         /* and it failed */
    const char *text;   /* longer, as it is: a decoded certificate, the rows
                           of a check; or NULL */
} show_controls_t;

/** Put out a whole document in the query's language.
 * @param path of the page itself, for links and forms, "/acme-status"
 * @param controls NULL: no buttons */
void show_page(const show_out_t *out, const show_source_t *source,
               const show_query_t *query, const char *path,
               const show_controls_t *controls, apr_pool_t *p);

/** The style sheet. */
void show_style(const show_out_t *out);

/** The sign of the pages, in SVG. */
void show_icon(const show_out_t *out);

#endif
