#include "ae_csr_own.h"

#include "ae_san.h"
#include "ae_subject.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>

static apr_status_t csr_free(void *ctx)
{
    X509_REQ_free(ctx);
    return APR_SUCCESS;
}

ae_csr_t *ae_csr_wrap(X509_REQ *req, apr_pool_t *p)
{
    ae_csr_t *csr = apr_pcalloc(p, sizeof(*csr));

    csr->req = req;
    apr_pool_cleanup_register(p, req, csr_free, apr_pool_cleanup_null);
    return csr;
}

static int der_take(ae_csr_t *csr, apr_pool_t *p)
{
    int len = i2d_X509_REQ(csr->req, NULL);
    unsigned char *bytes;
    unsigned char *end;

    if (len <= 0) {
        return 0;
    }
    bytes = end = apr_palloc(p, (apr_size_t)len);
    csr->der.data = bytes;
    csr->der.len = (apr_size_t)len;
    return i2d_X509_REQ(csr->req, &end) == len;
}

static int names_set(X509_REQ *req, const apr_array_header_t *names)
{
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    GENERAL_NAMES *san = ae_san_make(names);
    int good = san &&
               X509V3_add1_i2d(&extensions, NID_subject_alt_name, san, 0,
                               X509V3_ADD_DEFAULT) == 1 &&
               X509_REQ_add_extensions(req, extensions) == 1;

    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    GENERAL_NAMES_free(san);
    return good;
}

static apr_status_t subject_set(X509_REQ *req, const char *subject,
                                ae_error_t *err)
{
    return subject != NULL && *subject != '\0'
               ? ae_subject_put(X509_REQ_get_subject_name(req), subject, err)
               : APR_SUCCESS;
}

static apr_status_t make_failed(ae_error_t *err)
{
    ae_error_set(err, AE_ECRYPTO,
                 "Cannot make the certificate signing request");
    return ae_error_why_openssl(err);
}

static int fill(X509_REQ *req, const ae_key_t *key,
                const apr_array_header_t *names)
{
    EVP_PKEY *evp = ae_key_evp(key);

    return X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
           X509_REQ_set_pubkey(req, evp) == 1 && names_set(req, names) &&
           X509_REQ_sign(req, evp, EVP_sha256()) > 0;
}

apr_status_t ae_csr_make(ae_csr_t **csr, const ae_key_t *key,
                         const apr_array_header_t *names, const char *subject,
                         ae_error_t *err, apr_pool_t *p)
{
    X509_REQ *req = X509_REQ_new();
    ae_csr_t *made;
    apr_status_t status;

    if (req == NULL) {
        return make_failed(err);
    }
    made = ae_csr_wrap(req, p);
    status = subject_set(req, subject, err);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!fill(req, key, names) || !der_take(made, p)) {
        return make_failed(err);
    }
    made->facts.key = ae_key_type_word(ae_key_type(key));
    made->facts.type = ae_key_type(key);
    *csr = made;
    return ae_csr_facts_read(made, err, p);
}

apr_status_t ae_csr_print(ae_bytes_t *pem, const ae_csr_t *csr,
                          ae_error_t *err, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;

    if (bio == NULL || PEM_write_bio_X509_REQ(bio, csr->req) != 1) {
        BIO_free(bio);
        ae_error_set(err, AE_ECRYPTO,
                     "Cannot print the certificate signing request");
        return ae_error_why_openssl(err);
    }
    pem->len = (apr_size_t)BIO_get_mem_data(bio, &data);
    pem->data = (const unsigned char *)apr_pstrmemdup(p, data, pem->len);
    BIO_free(bio);
    return APR_SUCCESS;
}

ae_bytes_t ae_csr_der(const ae_csr_t *csr)
{
    return csr->der;
}

EVP_PKEY *ae_csr_evp(const ae_csr_t *csr)
{
    return X509_REQ_get0_pubkey(csr->req);
}

const ae_csr_facts_t *ae_csr_facts(const ae_csr_t *csr)
{
    return &csr->facts;
}

apr_status_t ae_csr_check_key(const ae_csr_t *csr, const ae_key_t *key,
                              ae_error_t *err)
{
    if (!ae_key_proves(key, ae_csr_evp(csr))) {
        ae_error_set(err, AE_EMISMATCH, "The key is not the request's");
        return ae_error_why(err, "the request was signed with another one");
    }
    return APR_SUCCESS;
}

static apr_status_t check_names(const ae_csr_t *csr,
                                const apr_array_header_t *names,
                                ae_error_t *err)
{
    const apr_array_header_t *asked = csr->facts.names;
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (!ae_text_is_among(asked, name)) {
            ae_error_set(err, AE_EMISMATCH, "The request is for other names");
            return ae_error_why(err, "it does not ask for %s", name);
        }
    }
    for (i = 0; i < asked->nelts; i++) {
        const char *name = APR_ARRAY_IDX(asked, i, const char *);

        if (!ae_text_is_among(names, name)) {
            ae_error_set(err, AE_EMISMATCH, "The request is for other names");
            return ae_error_why(err, "it asks for %s too", name);
        }
    }
    return APR_SUCCESS;
}

static apr_status_t check_subject(const ae_csr_t *csr, const char *subject,
                                  ae_error_t *err)
{
    X509_REQ *wanted = X509_REQ_new();
    apr_status_t status;

    if (wanted == NULL) {
        return make_failed(err);
    }
    status = subject_set(wanted, subject, err);
    if (status == APR_SUCCESS &&
        X509_NAME_cmp(X509_REQ_get_subject_name(csr->req),
                      X509_REQ_get_subject_name(wanted)) != 0) {
        status = ae_error_set(err, AE_EMISMATCH,
                              "The request is for another subject");
        ae_error_why(err, "its subject is \"%s\"", csr->facts.subject);
    }
    X509_REQ_free(wanted);
    return status;
}

apr_status_t ae_csr_check(const ae_csr_t *csr, const apr_array_header_t *names,
                          const char *subject, ae_error_t *err)
{
    apr_status_t status = check_names(csr, names, err);

    return status == APR_SUCCESS ? check_subject(csr, subject, err) : status;
}
