#ifndef HTTPD_ORIGIN_H
#define HTTPD_ORIGIN_H

/** Whether a form was sent from a page of this very server. */

#include <apr_pools.h>

/** What a request says of where it goes and where it comes from. NULL: the
 * header is not there. */
typedef struct httpd_origin_t {
    const char *scheme;     /* of the request: "https" */
    const char *host;       /* header Host: "www.example.org:8443" */
    const char *origin;     /* header Origin */
    const char *referer;    /* header Referer, which counts without Origin */
    const char *fetch_site; /* header Sec-Fetch-Site */
} httpd_origin_t;

/** @return NULL: it was; or why that is not believed, a clause. */
const char *httpd_origin_refuse(const httpd_origin_t *origin, apr_pool_t *p);

#endif
