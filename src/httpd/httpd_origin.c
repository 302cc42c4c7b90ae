#include "httpd_origin.h"

#include <apr_strings.h>
#include <apr_uri.h>
#include <string.h>
#include <strings.h>

static int read_site(apr_uri_t *site, const char *text, apr_pool_t *p)
{
    if (apr_uri_parse(p, text, site) != APR_SUCCESS || site->scheme == NULL ||
        site->hostname == NULL || site->hostname[0] == '\0' ||
        site->user != NULL) {
        return 0;
    }
    if (site->port_str == NULL || site->port == 0) {
        site->port = apr_uri_port_of_scheme(site->scheme);
    }
    return site->port != 0;
}

/* RFC 6454 section 5: scheme, host and port, all three. */
static int is_same(const char *one, const char *other, apr_pool_t *p)
{
    apr_uri_t a, b;

    return read_site(&a, one, p) && read_site(&b, other, p) &&
           strcasecmp(a.scheme, b.scheme) == 0 &&
           strcasecmp(a.hostname, b.hostname) == 0 && a.port == b.port;
}

const char *httpd_origin_refuse(const httpd_origin_t *origin, apr_pool_t *p)
{
    const char *from = origin->origin ? origin->origin : origin->referer;
    const char *own;

    if (origin->fetch_site && strcmp(origin->fetch_site, "same-origin") != 0) {
        return "the browser says that another site sent it";
    }
    if (from == NULL) {
        return "it does not say which site sent it";
    }
    if (origin->host == NULL) {
        return "it does not say which host it is for";
    }
    own = apr_pstrcat(p, origin->scheme, "://", origin->host, NULL);
    return is_same(from, own, p)
               ? NULL
               : apr_psprintf(p, "it was sent from %.200s, and this is %.200s",
                              from, own);
}
