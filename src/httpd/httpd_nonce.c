#include "httpd_nonce.h"

#include <apr_escape.h>
#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

#define PURPOSE "manager/nonce"

static apr_status_t make(const char **nonce, const ae_seal_t *seal,
                         const char *user, apr_int64_t slot, ae_error_t *err,
                         apr_pool_t *p)
{
    unsigned char mac[AE_SEAL_MAC_BYTES];
    apr_status_t status = ae_seal_witness(
        mac, seal, PURPOSE,
        apr_psprintf(p, "%" APR_INT64_T_FMT " %s", slot, user), err);

    if (status == APR_SUCCESS) {
        *nonce = apr_pescape_hex(p, mac, sizeof(mac), 0);
    }
    return status;
}

apr_status_t httpd_nonce_make(const char **nonce, const ae_seal_t *seal,
                              const char *user, apr_time_t now,
                              ae_error_t *err, apr_pool_t *p)
{
    return make(nonce, seal, user, now / HTTPD_NONCE_SLOT, err, p);
}

static int is_of(const char *nonce, const ae_seal_t *seal, const char *user,
                 apr_int64_t slot, apr_pool_t *p)
{
    const char *right;
    ae_error_t ignored;

    return make(&right, seal, user, slot, &ignored, p) == APR_SUCCESS &&
           strlen(nonce) == strlen(right) &&
           CRYPTO_memcmp(nonce, right, strlen(right)) == 0;
}

int httpd_nonce_is_good(const char *nonce, const ae_seal_t *seal,
                        const char *user, apr_time_t now, apr_pool_t *p)
{
    apr_int64_t slot = now / HTTPD_NONCE_SLOT;

    return is_of(nonce, seal, user, slot, p) ||
           is_of(nonce, seal, user, slot - 1, p);
}
