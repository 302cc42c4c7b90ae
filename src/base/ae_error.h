#ifndef AE_ERROR_H
#define AE_ERROR_H

/** What went wrong, why, and what happens or helps next. */

#include <apr_errno.h>
#include <apr_pools.h>
#include <apr_tables.h>

#define AE_CHECKED __attribute__((warn_unused_result))
#define AE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Statuses of our own, beside APR's. */
#define AE_EFORMAT (APR_OS_START_USERERR + 1)   /* not what it claims to be */
#define AE_EMISMATCH (APR_OS_START_USERERR + 2) /* two things do not fit */
#define AE_ESEAL (APR_OS_START_USERERR + 3)     /* sealed with another key */
#define AE_EVERSION (APR_OS_START_USERERR + 4)  /* of a newer version */
#define AE_ETOOBIG (APR_OS_START_USERERR + 5)   /* beyond a stated bound */
#define AE_ECRYPTO (APR_OS_START_USERERR + 6)   /* OpenSSL refused */
#define AE_EREMOTE (APR_OS_START_USERERR + 7)   /* the CA answered an error */
#define AE_EUNSAFE (APR_OS_START_USERERR + 8)   /* mode, owner or link */
#define AE_EDISTRUST (APR_OS_START_USERERR + 9) /* nobody trusted vouches */
#define AE_ECLOCK (APR_OS_START_USERERR + 10)   /* not valid by our clock */
#define AE_ENOHOST (APR_OS_START_USERERR + 11)  /* the host has no address */

/**
 * The one error channel. A plain value: copy it freely. Text is UTF-8 without
 * control characters, cut at the size of the field. Never holds a secret.
 */
typedef struct ae_error_t {
    apr_status_t status;
    char what[256];
    char why[1024];
    char next[512];
} ae_error_t;

/** Start an error: sets status and what, empties why and next.
 * @return status, so that a function may end with it. */
apr_status_t ae_error_set(ae_error_t *err, apr_status_t status,
                          const char *what, ...) AE_PRINTF(3, 4);

/** Say why. @return err->status. */
apr_status_t ae_error_why(ae_error_t *err, const char *why, ...)
    AE_PRINTF(2, 3);

/** Say why in the words of the system for `status`. @return err->status. */
apr_status_t ae_error_why_status(ae_error_t *err, apr_status_t status);

/** Say why in OpenSSL's words, and empty its error queue.
 * @return err->status. */
apr_status_t ae_error_why_openssl(ae_error_t *err);

/** Say what happens or helps next. @return err->status. */
apr_status_t ae_error_next(ae_error_t *err, const char *next, ...)
    AE_PRINTF(2, 3);

/** One line "what: why; next" without the parts that are empty, from `p`. */
const char *ae_error_line(const ae_error_t *err, apr_pool_t *p);

/** Copy text into a buffer of `size` bytes (at least 1), cut at a UTF-8
 * boundary, control characters and invalid UTF-8 replaced by '?'. */
void ae_text_copy(char *buf, apr_size_t size, const char *text);

/** A copy like that of at most `size` bytes, from `p`, which takes no more of
 * it than the text is long. */
const char *ae_text_clean(const char *text, apr_size_t size, apr_pool_t *p);

/** Whether it is one of these, const char *, written the same. */
int ae_text_is_among(const apr_array_header_t *texts, const char *text);

#endif
