#include "ae_csr_own.h"

#include "ae_address.h"
#include "ae_pem.h"
#include "ae_san.h"
#include "ae_x509.h"

#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#define MAKE_ANEW "make the request anew with DNS names and addresses alone"

static apr_status_t refuse(ae_error_t *err, const char *why, const char *next)
{
    ae_error_set(err, AE_EFORMAT,
                 "Cannot use the certificate signing request");
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "%s", next);
}

static apr_status_t check_key(ae_csr_t *csr, ae_error_t *err)
{
    EVP_PKEY *evp = X509_REQ_get0_pubkey(csr->req);

    if (evp == NULL) {
        return refuse(err, "its public key is damaged",
                      "make the request anew");
    }
    if (!ae_key_type_of(&csr->facts.type, evp)) {
        ERR_clear_error();
        ae_error_set(err, AE_EFORMAT,
                     "Cannot use the certificate signing request");
        ae_error_why(err, "public CAs take no key like its %s of %d bits",
                     csr->facts.key, EVP_PKEY_get_bits(evp));
        return ae_error_next(err,
                             "make another with ECDSA on P-256 or P-384, or "
                             "RSA with 2048, 3072 or 4096 bits");
    }
    return APR_SUCCESS;
}

static int digest_is_good(const X509_REQ *req)
{
    int digest;

    return OBJ_find_sigid_algs(X509_REQ_get_signature_nid(req), &digest,
                               NULL) == 1 &&
           (digest == NID_sha256 || digest == NID_sha384 ||
            digest == NID_sha512);
}

static apr_status_t check_signature(const ae_csr_t *csr, ae_error_t *err)
{
    EVP_PKEY *evp = X509_REQ_get0_pubkey(csr->req);

    if (!digest_is_good(csr->req)) {
        return refuse(err, "public CAs take no signature of its kind",
                      "sign it with SHA-256");
    }
    if (X509_REQ_verify(csr->req, evp) != 1) {
        ERR_clear_error();
        return refuse(err, "it is not signed by its own key",
                      "make the request anew");
    }
    return APR_SUCCESS;
}

/* @return whether the extension is absent or whole, and has nothing but what
 * a certificate can be had for */
static int alternative_names_take(apr_array_header_t *names,
                                  const STACK_OF(X509_EXTENSION) * extensions,
                                  apr_pool_t *p)
{
    int found;
    GENERAL_NAMES *all =
        X509V3_get_d2i(extensions, NID_subject_alt_name, &found, NULL);
    int good = all ? ae_san_take(names, all, p) &&
                         names->nelts == sk_GENERAL_NAME_num(all)
                   : found == -1;

    GENERAL_NAMES_free(all);
    return good;
}

static int requested_names_take(apr_array_header_t *names, X509_REQ *req,
                                apr_pool_t *p)
{
    int is_there = X509_REQ_get_attr_by_NID(req, NID_ext_req, -1) >= 0 ||
                   X509_REQ_get_attr_by_NID(req, NID_ms_ext_req, -1) >= 0;
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
    int good =
        extensions ? alternative_names_take(names, extensions, p) : !is_there;

    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    return good;
}

static const char *entry_text(const X509_NAME_ENTRY *entry, apr_pool_t *p)
{
    ASN1_STRING utf8 = {0};
    int len = ASN1_STRING_to_UTF8(&utf8.data, X509_NAME_ENTRY_get_data(entry));
    const char *text = NULL;

    if (len > 0) {
        utf8.length = len;
        text = ae_san_text(&utf8, p);
    }
    OPENSSL_free(utf8.data);
    return text;
}

/* @return NULL where it is none */
static const char *common_name(const X509_NAME_ENTRY *entry, apr_pool_t *p)
{
    const char *text = entry_text(entry, p);
    ae_address_t address;

    return text != NULL && ae_address_read(&address, text)
               ? ae_address_print(&address, p)
               : text;
}

/* RFC 8555 section 7.4: a DNS name is asked for as common name too; an address
 * is not, and may there repeat one of the others. */
static int common_names_take(apr_array_header_t *names, const X509_REQ *req,
                             apr_pool_t *p)
{
    X509_NAME *subject = X509_REQ_get_subject_name(req);
    int at = -1;

    while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >=
           0) {
        const char *name = common_name(X509_NAME_get_entry(subject, at), p);
        int is_listed = name != NULL && ae_text_is_among(names, name);

        if (name == NULL || (!is_listed && ae_address_is(name))) {
            return 0;
        }
        if (!is_listed) {
            APR_ARRAY_PUSH(names, const char *) = name;
        }
    }
    return 1;
}

static apr_status_t names_read(apr_array_header_t *names, X509_REQ *req,
                               ae_error_t *err, apr_pool_t *p)
{
    int good = requested_names_take(names, req, p);

    if (!good) {
        refuse(err,
               "its subject alternative names are damaged, hold forbidden "
               "characters, or are not DNS names and addresses alone",
               MAKE_ANEW);
    } else if (!common_names_take(names, req, p)) {
        good = 0;
        refuse(err,
               "its common name is not a DNS name, or an address that is not "
               "among its subject alternative names",
               MAKE_ANEW);
    }
    ERR_clear_error();
    return good ? APR_SUCCESS : err->status;
}

apr_status_t ae_csr_facts_read(ae_csr_t *csr, ae_error_t *err, apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));

    csr->facts.names = names;
    csr->facts.subject =
        ae_x509_name_print(X509_REQ_get_subject_name(csr->req), p);
    if (csr->facts.subject == NULL) {
        return refuse(err, "its subject is damaged", "make the request anew");
    }
    return names_read(names, csr->req, err, p);
}

static apr_status_t pem_check(ae_bytes_t pem, ae_error_t *err)
{
    int wrong;

    if (pem.len > AE_CSR_BYTES_MAX) {
        ae_error_set(err, AE_ETOOBIG,
                     "The certificate signing request is too large");
        ae_error_why(err, "it has %lu bytes, the limit is %d",
                     (unsigned long)pem.len, AE_CSR_BYTES_MAX);
        return ae_error_next(err, "ask for fewer names");
    }
    wrong = ae_pem_wrong_line(pem, "CERTIFICATE REQUEST");
    if (pem.len == 0 || wrong) {
        ae_error_set(err, AE_EFORMAT,
                     "Cannot read the certificate signing request");
        if (wrong) {
            ae_error_why(err, "line %d is not part of a PEM", wrong);
        } else {
            ae_error_why(err, "it is empty");
        }
        return ae_error_next(err, "it must be one PEM that begins with "
                                  "BEGIN CERTIFICATE REQUEST, with nothing "
                                  "before or after it");
    }
    return APR_SUCCESS;
}

/* Kept as it is: OpenSSL might write the same in other bytes. */
static int block_read(ae_bytes_t *der, BIO *bio, apr_pool_t *p)
{
    unsigned char *bytes;
    long len;

    if (PEM_bytes_read_bio(&bytes, &len, NULL, PEM_STRING_X509_REQ, bio, NULL,
                           NULL) != 1) {
        return 0;
    }
    der->data = apr_pmemdup(p, bytes, (apr_size_t)len);
    der->len = (apr_size_t)len;
    OPENSSL_free(bytes);
    return 1;
}

static X509_REQ *der_read(ae_bytes_t der)
{
    const unsigned char *at = der.data;
    X509_REQ *req = d2i_X509_REQ(NULL, &at, (long)der.len);

    if (req != NULL && at != der.data + der.len) {
        X509_REQ_free(req);
        req = NULL;
    }
    return req;
}

static apr_status_t pem_read(X509_REQ **req, ae_bytes_t *der, ae_bytes_t pem,
                             ae_error_t *err, apr_pool_t *p)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    ae_bytes_t second;
    int only = 1;

    /* What others left there would pass for the reason. */
    ERR_clear_error();
    *req = bio && block_read(der, bio, p) ? der_read(*der) : NULL;
    if (*req == NULL) {
        ae_error_set(err, AE_EFORMAT,
                     "Cannot read the certificate signing request");
        ae_error_why_openssl(err);
        ae_error_next(err, "copy it again, or make it anew");
    } else if (block_read(&second, bio, p)) {
        only = 0;
        refuse(err, "there is another one in the same file",
               "write each into a file of its own");
        X509_REQ_free(*req);
    }
    ERR_clear_error();
    BIO_free(bio);
    return *req && only ? APR_SUCCESS : err->status;
}

static apr_status_t check(ae_csr_t *csr, ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status;

    csr->facts.key = ae_x509_key_print(X509_REQ_get0_pubkey(csr->req), p);
    status = check_key(csr, err);
    if (status == APR_SUCCESS) {
        status = ae_csr_facts_read(csr, err, p);
    }
    return status == APR_SUCCESS ? check_signature(csr, err) : status;
}

apr_status_t ae_csr_parse(ae_csr_t **csr, ae_bytes_t pem, ae_error_t *err,
                          apr_pool_t *p)
{
    ae_csr_t *read;
    X509_REQ *req;
    ae_bytes_t der;
    apr_status_t status = pem_check(pem, err);

    if (status == APR_SUCCESS) {
        status = pem_read(&req, &der, pem, err, p);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    read = ae_csr_wrap(req, p);
    read->der = der;
    status = check(read, err, p);
    if (status == APR_SUCCESS) {
        *csr = read;
    }
    return status;
}
