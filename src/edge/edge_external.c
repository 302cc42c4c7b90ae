#include "edge_external.h"

#include "ae_file.h"
#include "ae_secret.h"
#include "edge_digest.h"
#include "edge_secret.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#define KID_MAX 512
#define SECRET_MIN 16
#define SECRET_MAX 512
#define FILE_MAX 4096
#define LEAKED "ask the CA for new credentials"
/* What all CAs that ask for a binding take. */
#define ALGORITHM "HS256"

static const char blanks[] = " \t\r\n";

static apr_status_t refuse(ae_error_t *err, apr_status_t status,
                           const char *path, const char *why)
{
    ae_error_set(err, status, "%s cannot be used", path);
    return ae_error_why(err, "%s", why);
}

static apr_status_t check_kid(const char *kid, ae_error_t *err)
{
    const char *c = kid;

    while (apr_isgraph(*c)) {
        c++;
    }
    if (*kid && *c == '\0' && c - kid <= KID_MAX) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EFORMAT, "this is not a key identifier");
    ae_error_why(err, "it is empty, too long, or has characters that are not "
                      "printable ASCII");
    return ae_error_next(err, "write it as the CA shows it");
}

/* Without blanks around it and without padding; 0 where it has neither form. */
static apr_size_t trim(const char **start, ae_bytes_t text)
{
    const char *from = (const char *)text.data;
    apr_size_t len = text.len;

    while (len > 0 && strchr(blanks, *from)) {
        from++;
        len--;
    }
    while (len > 0 && strchr(blanks, from[len - 1])) {
        len--;
    }
    *start = from;
    if (len > 0 && len % 4 == 0 && from[len - 1] == '=') {
        len -= from[len - 2] == '=' ? 2 : 1;
    }
    return len;
}

/* RFC 4648 sections 4 and 5: CAs hand out the one or the other. */
static char *to_base64url(const char *text, apr_size_t len, apr_pool_t *p)
{
    char *url = ae_secret_alloc(len + 1, p);
    apr_size_t i;

    for (i = 0; i < len; i++) {
        url[i] = text[i];
        url[i] = (char)(url[i] == '+' ? '-' : url[i]);
        url[i] = (char)(url[i] == '/' ? '_' : url[i]);
    }
    return url;
}

apr_status_t edge_external_decode(ae_bytes_t *secret, ae_bytes_t text,
                                  ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    const char *start;
    apr_size_t len = trim(&start, text);
    int good;

    apr_pool_create(&ptemp, p);
    good = len > 0 && memchr(text.data, '\0', text.len) == NULL &&
           acme_base64url_decode(secret, to_base64url(start, len, ptemp), p) ==
               APR_SUCCESS &&
           secret->len >= SECRET_MIN && secret->len <= SECRET_MAX;
    apr_pool_destroy(ptemp);
    if (good) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EFORMAT, "the secret cannot be decoded");
    ae_error_why(err, "it is not base64url or base64 of %d to %d bytes",
                 SECRET_MIN, SECRET_MAX);
    return ae_error_next(err, "put the HMAC key, and nothing else, into it as "
                              "the CA shows it");
}

static apr_status_t read_secret(ae_bytes_t *secret, const char *path,
                                ae_error_t *err, apr_pool_t *p,
                                apr_pool_t *ptemp)
{
    ae_error_t cause;
    ae_bytes_t text;
    apr_status_t status = edge_secret_check(path, LEAKED, err);

    if (status == APR_SUCCESS) {
        status = ae_file_read(&text, path, FILE_MAX, err, ptemp);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    status = edge_external_decode(secret, text, &cause, p);
    if (status != APR_SUCCESS) {
        refuse(err, status, path, cause.why);
        ae_error_next(err, "%s", cause.next);
    }
    return status;
}

apr_status_t edge_external_read(const edge_external_t **external,
                                const edge_provider_t *provider,
                                const char *kid, const char *path,
                                ae_error_t *err, apr_pool_t *p)
{
    edge_external_t *made = apr_pcalloc(p, sizeof(*made));
    apr_pool_t *ptemp;
    apr_status_t status = check_kid(kid, err);

    if (status != APR_SUCCESS) {
        return status;
    }
    apr_pool_create(&ptemp, p);
    status = read_secret(&made->eab.hmac_key, path, err, p, ptemp);
    apr_pool_destroy(ptemp);
    if (status != APR_SUCCESS) {
        return status;
    }
    made->provider = apr_pstrdup(p, provider->name);
    made->eab.kid = apr_pstrdup(p, kid);
    made->eab.alg = ALGORITHM;
    made->digest = edge_digest_bytes(made->eab.hmac_key, p);
    *external = made;
    return APR_SUCCESS;
}

const edge_external_t *edge_external_find(const apr_array_header_t *externals,
                                          const edge_provider_t *provider)
{
    int i;

    for (i = 0; externals && i < externals->nelts; i++) {
        const edge_external_t *one =
            APR_ARRAY_IDX(externals, i, const edge_external_t *);

        if (strcmp(one->provider, provider->name) == 0) {
            return one;
        }
    }
    return NULL;
}
