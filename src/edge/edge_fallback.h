#ifndef EDGE_FALLBACK_H
#define EDGE_FALLBACK_H

/** Parent: files for mod_ssl until the first certificate. One EC key is shared
 * by all (`dir`/key); each has a self-signed certificate of its names
 * (`dir`/<cert>.cert), for mod_ssl warns of others. */

#include "edge_live.h"

/** One directory of them, as one start uses it. */
typedef struct edge_fallback_t edge_fallback_t;

/** Make the directory with 0700 and the key in it, where they are missing or
 * damaged. @return APR_SUCCESS; AE_ECRYPTO; the system's status. */
AE_CHECKED apr_status_t edge_fallback_open(edge_fallback_t **fallback,
                                           const char *dir, apr_time_t now,
                                           ae_error_t *err, apr_pool_t *p);

/** The files of one certificate; made anew where they are missing, damaged, of
 * other names or within a month of their end. @return as above. */
AE_CHECKED apr_status_t edge_fallback_provide(edge_live_paths_t *paths,
                                              edge_fallback_t *fallback,
                                              const edge_cert_t *cert,
                                              ae_error_t *err, apr_pool_t *p);

/** The same for httpd's first pass, of which nothing stays: files that hold
 * until the next call. mod_ssl reads those of a host before it asks for the
 * next one's, and to make and remove thousands of files takes its time. */
AE_CHECKED apr_status_t edge_fallback_lend(edge_live_paths_t *paths,
                                           const edge_fallback_t *fallback,
                                           const edge_cert_t *cert,
                                           ae_error_t *err, apr_pool_t *p);

/** Whether the files are there and good at `now`. Writes nothing. */
int edge_fallback_find(edge_live_paths_t *paths, const char *dir,
                       const edge_cert_t *cert, apr_time_t now, apr_pool_t *p);

#endif
