#ifndef HTTPD_REDIRECT_H
#define HTTPD_REDIRECT_H

/** Redirects that the path of a challenge meets. */

#include <httpd.h>
#include <http_config.h>

/** The directive, among these and not in sections within them, that sends a
 * request for a challenge elsewhere before any Alias of theirs is asked: of
 * mod_alias, or of mod_rewrite where no condition stands before it. NULL for
 * none. `p` is for scratch. */
const ap_directive_t *httpd_redirect_find(const ap_directive_t *first,
                                          apr_pool_t *p);

#endif
