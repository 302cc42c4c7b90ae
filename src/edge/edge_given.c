#include "edge_given.h"

#include "ae_file.h"
#include "edge_secret.h"

static apr_status_t add_path(ae_error_t *err, const char *path,
                             const char *next)
{
    ae_error_t cause = *err;

    ae_error_set(err, cause.status, "%s cannot be used", path);
    ae_error_why(err, "%s%s%s", cause.what, cause.why[0] ? ": " : "",
                 cause.why);
    return ae_error_next(err, "%s", cause.next[0] ? cause.next : next);
}

static apr_status_t read_csr(ae_csr_t **csr, const char *path, ae_error_t *err,
                             apr_pool_t *p)
{
    ae_bytes_t pem;
    apr_status_t status = ae_file_read(&pem, path, AE_CSR_BYTES_MAX, err, p);

    if (status == APR_SUCCESS) {
        status = ae_csr_parse(csr, pem, err, p);
    }
    if (status == APR_SUCCESS && ae_csr_facts(*csr)->names->nelts == 0) {
        status = ae_error_set(err, AE_EFORMAT, "it names nothing");
        ae_error_next(err, "make the request anew, with DNS names as "
                           "subjectAltName");
    }
    return status == APR_SUCCESS
               ? status
               : add_path(err, path,
                          "write the path of a file with one "
                          "request in PEM");
}

static apr_status_t check_key(const ae_csr_t *csr, const char *path,
                              ae_error_t *err, apr_pool_t *p)
{
    ae_key_t *key;
    apr_status_t status = edge_secret_key(&key, path, err, p);

    if (status == APR_SUCCESS) {
        status = ae_csr_check_key(csr, key, err);
        if (status != APR_SUCCESS) {
            return add_path(err, path,
                            "write the path of the key that the "
                            "request was made with");
        }
    }
    return status == APR_SUCCESS || err->next[0] != '\0'
               ? status
               : ae_error_next(err, "write the path of a file with the "
                                    "request's key in PEM");
}

apr_status_t edge_given_read(const ae_csr_t **csr, const char *csr_path,
                             const char *key_path, ae_error_t *err,
                             apr_pool_t *p)
{
    ae_csr_t *read;
    apr_pool_t *ptemp;
    apr_status_t status = read_csr(&read, csr_path, err, p);

    if (status == APR_SUCCESS && key_path != NULL) {
        apr_pool_create(&ptemp, p);
        status = check_key(read, key_path, err, ptemp);
        apr_pool_destroy(ptemp);
    }
    if (status == APR_SUCCESS) {
        *csr = read;
    }
    return status;
}

const apr_array_header_t *edge_given_names(const ae_csr_t *csr,
                                           const apr_array_header_t *names,
                                           apr_pool_t *p)
{
    const apr_array_header_t *asked = ae_csr_facts(csr)->names;
    apr_array_header_t *all = apr_array_copy(p, names);
    int i;

    for (i = 0; i < asked->nelts; i++) {
        const char *name = APR_ARRAY_IDX(asked, i, const char *);

        if (!ae_text_is_among(all, name)) {
            APR_ARRAY_PUSH(all, const char *) = name;
        }
    }
    return all;
}

apr_status_t edge_given_check(const ae_csr_t *csr,
                              const apr_array_header_t *names, ae_error_t *err)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (!ae_text_is_among(ae_csr_facts(csr)->names, name)) {
            ae_error_set(err, AE_EMISMATCH, "the request does not ask for %s",
                         name);
            return ae_error_next(err, "make a request with all names and its "
                                      "key, or take the name away");
        }
    }
    return APR_SUCCESS;
}
