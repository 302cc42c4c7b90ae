#ifndef SHOW_QUERY_H
#define SHOW_QUERY_H

/** What somebody wants to see, read from the query and the headers of a
 * request. */

#include "ae_language.h"
#include "edge_status.h"

typedef enum show_format_t {
    SHOW_HTML,
    SHOW_JSON,
    SHOW_METRICS,
    SHOW_STYLE, /* the style sheet of the HTML pages: ?format=css */
    SHOW_ICON,  /* their sign in a browser: ?format=icon */
    SHOW_FORMATS
} show_format_t;

typedef struct show_query_t {
    show_format_t format;
    ae_language_t language;
    int page;         /* from 1 */
    int states;       /* a bit for each edge_phase_t that is wanted; 0: all */
    const char *name; /* part of one of its names; NULL: any */
    const char *cert; /* the name of one, in full; NULL: the list */
} show_query_t;

/** How many certificates a page of the list has. */
#define SHOW_PAGE_ROWS 100

/** Read a request's query ("page=2&state=failing", may be NULL) and its
 * headers Accept and Accept-Language (may be NULL). Keys that are not known
 * are passed over; a query's format= and lang= win over the headers.
 * @return APR_SUCCESS; AE_EFORMAT for a value that is none, with what may be
 * written instead. */
AE_CHECKED apr_status_t show_query_read(show_query_t *query, const char *args,
                                        const char *accept,
                                        const char *accept_language,
                                        ae_error_t *err, apr_pool_t *p);

/** A key or value of a query or of a form's body, decoded: a blank for a plus,
 * a byte for "%41". From `p`; NULL where it cannot be read, as with an encoded
 * NUL. */
char *show_query_decode(const char *text, apr_pool_t *p);

#endif
