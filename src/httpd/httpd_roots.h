#ifndef HTTPD_ROOTS_H
#define HTTPD_ROOTS_H

/** A file of PEM certificates that somebody is to trust. */

#include <apr_pools.h>

/** Look whether it can be read and holds certificates alone.
 * @param path absolute; NULL where `written` is none
 * @param written as it stands in the configuration
 * @return NULL, or what is wrong and what to write instead, from `p` */
const char *httpd_roots_check(const char *path, const char *written,
                              apr_pool_t *p);

#endif
