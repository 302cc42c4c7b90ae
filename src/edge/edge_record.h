#ifndef EDGE_RECORD_H
#define EDGE_RECORD_H

/** The files of the store, those in JSON above all: how they are read and
 * written, and how moments and errors look in them. Moments are integers,
 * microseconds since 1970, as `apr_time_t` has them. */

#include "ae_file.h"
#include "ae_json.h"

/** Read a file of at most 256 kB with one object in it; it lives in `p`.
 * @return APR_SUCCESS; APR_ENOENT; AE_EFORMAT, AE_ETOOBIG and AE_EUNSAFE for
 * what is no such file; the system's status. */
AE_CHECKED apr_status_t edge_record_read(json_t **json, const char *path,
                                         ae_error_t *err, apr_pool_t *p);

/** Write it as one line, owned by whoever writes.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_record_write(const char *path, const json_t *json,
                                          mode_t mode,
                                          ae_file_durability_t durability,
                                          ae_error_t *err, apr_pool_t *p);

/** Whether the status of reading any file says that it is there and no good,
 * rather than that the system could not tell. */
int edge_record_is_bad(apr_status_t status);

/** Whether nothing can be made of it by waiting: it is no good, or belongs to
 * somebody else. */
int edge_record_is_lost(apr_status_t status);

/** Rename it to "<path>.damaged", whatever it is, for whoever wants to know
 * how it came to be; one from before gives way.
 * @return APR_SUCCESS or the system's status. */
AE_CHECKED apr_status_t edge_record_set_aside(const char *path,
                                              ae_error_t *err, apr_pool_t *p);

/** Set the member `key` to the error; none for status 0. */
void edge_record_put_error(json_t *object, const char *key,
                           const ae_error_t *error);

/** Get the member `key`; status 0 where there is none. */
void edge_record_get_error(ae_error_t *error, const json_t *object,
                           const char *key, apr_pool_t *p);

/** Get a moment. @return whether *t is set: to a moment before the year
 * 10000, or to 0 where the member is absent. */
int edge_record_get_time(apr_time_t *t, const json_t *object, const char *key);

/** Get a string into a buffer; empty where the member is absent.
 * @return whether it is a string that fits. */
int edge_record_get_text(char *buf, apr_size_t size, const json_t *object,
                         const char *key);

#endif
