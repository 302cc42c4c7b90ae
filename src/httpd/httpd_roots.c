#include "httpd_roots.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>

/* The bundle of a system has more certificates than any chain. */
static int count_certificates(const char *path)
{
    BIO *bio = BIO_new_file(path, "r");
    X509 *x509;
    int count = 0;

    while (bio && (x509 = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL))) {
        X509_free(x509);
        count++;
    }
    if (bio == NULL ||
        ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        count = -1;
    }
    BIO_free(bio);
    ERR_clear_error();
    return count;
}

/* To open something else than a file, such as a pipe, could wait for ever.
 * @return NULL, or why it cannot be read. */
static const char *check_file(const char *path, apr_pool_t *p)
{
    apr_file_t *file;
    apr_finfo_t info;
    apr_status_t status = apr_stat(&info, path, APR_FINFO_TYPE, p);
    char why[128];

    if (status == APR_SUCCESS && info.filetype != APR_REG) {
        return info.filetype == APR_DIR ? "it is a directory"
                                        : "it is not a file";
    }
    if (status == APR_SUCCESS) {
        status = apr_file_open(&file, path, APR_FOPEN_READ, 0, p);
    }
    if (status != APR_SUCCESS) {
        return apr_pstrdup(p, apr_strerror(status, why, sizeof(why)));
    }
    apr_file_close(file);
    return NULL;
}

const char *httpd_roots_check(const char *path, const char *written,
                              apr_pool_t *p)
{
    const char *wrong = path ? check_file(path, p) : "it is not a path";

    if (wrong) {
        return apr_psprintf(p,
                            "%s cannot be read: %s; write the path of a file "
                            "of PEM certificates",
                            path ? path : written, wrong);
    }
    if (count_certificates(path) < 1) {
        return apr_psprintf(p,
                            "%s does not hold PEM certificates, or one in it "
                            "is damaged; write the path of a file in which "
                            "each stands between BEGIN CERTIFICATE and END "
                            "CERTIFICATE",
                            path);
    }
    return NULL;
}
