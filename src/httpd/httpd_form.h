#ifndef HTTPD_FORM_H
#define HTTPD_FORM_H

/** What a button of the manager page sends. */

#include "ae_bytes.h"
#include "ae_error.h"

#define HTTPD_FORM_BYTES_MAX 8192

/** "" for a field that is not there. */
typedef struct httpd_form_t {
    const char *verb; /* of the field "do" */
    const char *name;
    const char *serial;
    const char *nonce;
    const char *lang;
} httpd_form_t;

/** Read application/x-www-form-urlencoded, into `p`.
 * @return APR_SUCCESS; AE_ETOOBIG; AE_EFORMAT where it is none, has control
 * characters, a field twice, or one that no page of ours has. */
AE_CHECKED apr_status_t httpd_form_read(httpd_form_t *form, ae_bytes_t body,
                                        ae_error_t *err, apr_pool_t *p);

#endif
