#include "test_pki.h"

#include "ae_address.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CA_USAGE "critical,keyCertSign,cRLSign"

/* Other ways first, which nobody here goes. */
#define LEAF_ACCESS                                                           \
    "OCSP;URI:http://ocsp.example,caIssuers;URI:ldap://ca.example/x,"         \
    "caIssuers;URI:" TEST_PKI_ISSUER

struct test_pki_t {
    EVP_PKEY *root_key, *mid_key;
    X509 *root, *mid;
};

static apr_status_t pki_free(void *data)
{
    test_pki_t *pki = data;

    X509_free(pki->mid);
    X509_free(pki->root);
    EVP_PKEY_free(pki->mid_key);
    EVP_PKEY_free(pki->root_key);
    return APR_SUCCESS;
}

static void set_serial(X509 *x509)
{
    unsigned char bytes[12];
    BIGNUM *number;

    ck_assert_int_eq(RAND_bytes(bytes, sizeof(bytes)), 1);
    bytes[0] = 0x2a;
    number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    ck_assert_ptr_nonnull(
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)));
    BN_free(number);
}

static void set_dates(X509 *x509, apr_time_t not_before, apr_time_t not_after)
{
    ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)apr_time_sec(not_before));
    ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)apr_time_sec(not_after));
}

static void set_subject(X509 *x509, const char *cn)
{
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(
                         X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                         (const unsigned char *)cn, -1, -1, 0),
                     1);
}

static void extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ck_assert_ptr_nonnull(extension);
    ck_assert_int_eq(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* Without its extensions and signature yet. */
static X509 *draft_make(const char *cn, EVP_PKEY *key, X509 *issuer)
{
    X509 *x509 = X509_new();

    ck_assert_ptr_nonnull(x509);
    X509_set_version(x509, X509_VERSION_3);
    set_serial(x509);
    set_subject(x509, cn);
    ck_assert_int_eq(X509_set_pubkey(x509, key), 1);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer ? issuer : x509));
    return x509;
}

static void draft_sign(X509 *x509, EVP_PKEY *key)
{
    ck_assert_int_ne(X509_sign(x509, key, EVP_sha256()), 0);
}

static X509 *ca_make(const char *cn, EVP_PKEY *key, X509 *issuer,
                     EVP_PKEY *issuer_key)
{
    X509 *x509 = draft_make(cn, key, issuer);

    /* Whatever moment a test takes for now, its CA is older. */
    set_dates(x509, 0, apr_time_from_sec(APR_INT64_C(4102444800)));
    extend(x509, issuer ? issuer : x509, NID_basic_constraints,
           "critical,CA:TRUE");
    extend(x509, issuer ? issuer : x509, NID_key_usage, CA_USAGE);
    extend(x509, issuer ? issuer : x509, NID_subject_key_identifier, "hash");
    draft_sign(x509, issuer_key);
    return x509;
}

test_pki_t *test_pki_make(apr_pool_t *p)
{
    test_pki_t *pki = apr_pcalloc(p, sizeof(*pki));

    pki->root_key = EVP_EC_gen("P-256");
    pki->mid_key = EVP_EC_gen("P-256");
    ck_assert(pki->root_key && pki->mid_key);
    pki->root = ca_make("Test Root", pki->root_key, NULL, pki->root_key);
    pki->mid =
        ca_make("Test Intermediate", pki->mid_key, pki->root, pki->root_key);
    apr_pool_cleanup_register(p, pki, pki_free, apr_pool_cleanup_null);
    return pki;
}

apr_array_header_t *test_pki_names(const char *words, apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    char *rest = apr_pstrdup(p, words);
    char *word;
    char *last;

    for (word = apr_strtok(rest, " ", &last); word;
         word = apr_strtok(NULL, " ", &last)) {
        APR_ARRAY_PUSH(names, const char *) = word;
    }
    return names;
}

static const char *alternative_names(const char *words, apr_pool_t *p)
{
    apr_array_header_t *names = test_pki_names(words, p);
    const char *text = "";
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        text = apr_pstrcat(p, text, i ? "," : "",
                           ae_address_is(name) ? "IP:" : "DNS:", name, NULL);
    }
    return text;
}

static X509 *leaf_make(const test_pki_t *pki, const ae_key_t *key,
                       const char *names, apr_time_t not_before,
                       apr_time_t not_after, apr_pool_t *p)
{
    X509 *leaf = draft_make("Test Leaf", ae_key_evp(key), pki->mid);

    set_dates(leaf, not_before, not_after);
    extend(leaf, pki->mid, NID_basic_constraints, "critical,CA:FALSE");
    extend(leaf, pki->mid, NID_key_usage, "critical,digitalSignature");
    extend(leaf, pki->mid, NID_ext_key_usage, "serverAuth");
    extend(leaf, pki->mid, NID_authority_key_identifier, "keyid:always");
    extend(leaf, pki->mid, NID_info_access, LEAF_ACCESS);
    extend(leaf, pki->mid, NID_subject_alt_name, alternative_names(names, p));
    draft_sign(leaf, pki->mid_key);
    return leaf;
}

static ae_bytes_t bio_take(BIO *bio, apr_pool_t *p)
{
    ae_bytes_t pem;
    char *data;
    long len = BIO_get_mem_data(bio, &data);

    pem.data = (const unsigned char *)apr_pstrmemdup(p, data, (apr_size_t)len);
    pem.len = (apr_size_t)len;
    BIO_free(bio);
    return pem;
}

static X509 *part_of(const test_pki_t *pki, char part, X509 *leaf)
{
    if (part == 'l') {
        return leaf;
    }
    return part == 'i' ? pki->mid : pki->root;
}

ae_bytes_t test_pki_issue_parts(const test_pki_t *pki, const char *parts,
                                const ae_key_t *key, const char *names,
                                apr_time_t not_before, apr_time_t not_after,
                                apr_pool_t *p)
{
    X509 *leaf = leaf_make(pki, key, names, not_before, not_after, p);
    BIO *bio = BIO_new(BIO_s_mem());

    for (; *parts; parts++) {
        ck_assert_int_eq(PEM_write_bio_X509(bio, part_of(pki, *parts, leaf)),
                         1);
    }
    X509_free(leaf);
    return bio_take(bio, p);
}

ae_bytes_t test_pki_issue(const test_pki_t *pki, const ae_key_t *key,
                          const char *names, apr_time_t not_before,
                          apr_time_t not_after, apr_pool_t *p)
{
    return test_pki_issue_parts(pki, "li", key, names, not_before, not_after,
                                p);
}

ae_bytes_t test_pki_root(const test_pki_t *pki, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());

    ck_assert_int_eq(PEM_write_bio_X509(bio, pki->root), 1);
    return bio_take(bio, p);
}
