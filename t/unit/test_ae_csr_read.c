#include "ae_csr.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

Suite *suite_ae_csr_read(void);

static ae_error_t err;

/* What a request of somebody else may have. */
typedef struct odd_t {
    const char *key;    /* a fixture */
    const char *digest; /* NULL: SHA256 */
    const char *common; /* common name, or NULL */
    int common_len;     /* -1: to its NUL */
    const char *san;    /* OpenSSL's words, or NULL */
    const char *why;    /* NULL: it is taken */
    const char *names;  /* that are told then */
} odd_t;

static EVP_PKEY *key_read(const char *fixture)
{
    BIO *bio = BIO_new_file(t_fixture(fixture), "r");
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

    BIO_free(bio);
    ck_assert_ptr_nonnull(key);
    return key;
}

static void add_san(X509_REQ *req, const char *san)
{
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();

    ck_assert_ptr_nonnull(extension);
    sk_X509_EXTENSION_push(extensions, extension);
    ck_assert_int_eq(X509_REQ_add_extensions(req, extensions), 1);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

static void add_common(X509_REQ *req, const odd_t *odd)
{
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(
                         X509_REQ_get_subject_name(req), "CN",
                         V_ASN1_UTF8STRING, (const unsigned char *)odd->common,
                         odd->common_len, -1, 0),
                     1);
}

static ae_bytes_t print(X509_REQ *req)
{
    BIO *bio = BIO_new(BIO_s_mem());
    ae_bytes_t pem;
    char *data;

    ck_assert_int_eq(PEM_write_bio_X509_REQ(bio, req), 1);
    pem.len = (apr_size_t)BIO_get_mem_data(bio, &data);
    pem.data = apr_pmemdup(t_pool, data, pem.len);
    BIO_free(bio);
    return pem;
}

static ae_bytes_t make(const odd_t *odd)
{
    X509_REQ *req = X509_REQ_new();
    EVP_PKEY *key = key_read(odd->key);
    const char *digest = odd->digest ? odd->digest : "SHA256";
    ae_bytes_t pem;

    ck_assert_int_eq(X509_REQ_set_pubkey(req, key), 1);
    if (odd->common) {
        add_common(req, odd);
    }
    if (odd->san) {
        add_san(req, odd->san);
    }
    ck_assert_int_gt(
        X509_REQ_sign(req, key, *digest ? EVP_get_digestbyname(digest) : NULL),
        0);
    pem = print(req);
    X509_REQ_free(req);
    EVP_PKEY_free(key);
    return pem;
}

#define P256 "key_p256.pem"
#define NO_DNS                                                                \
    "its subject alternative names are damaged, hold forbidden "              \
    "characters, or are not DNS names and addresses alone"
#define NO_COMMON                                                             \
    "its common name is not a DNS name, or an address that is not among its " \
    "subject alternative names"
#define NO_DIGEST "public CAs take no signature of its kind"

static const odd_t odds[] = {
    {P256, NULL, NULL, 0, "DNS:a.example,DNS:B.example", NULL,
     "a.example b.example"},
    {P256, NULL, "A.example", -1, NULL, NULL, "a.example"},
    {P256, NULL, "a.example", -1, "DNS:b.example,DNS:a.example", NULL,
     "b.example a.example"},
    {P256, NULL, "c.example", -1, "DNS:a.example", NULL,
     "a.example c.example"},
    {P256, NULL, NULL, 0, NULL, NULL, ""},
    {"key_p384.pem", "SHA384", NULL, 0, "DNS:a.example", NULL, "a.example"},
    {"key_rsa2048.pem", "SHA512", NULL, 0, "DNS:a.example", NULL, "a.example"},
    {P256, NULL, NULL, 0, "DNS:a.example,IP:192.0.2.1", NULL,
     "a.example 192.0.2.1"},
    {P256, NULL, "2001:DB8::1", -1, "IP:2001:db8:0:0::1", NULL, "2001:db8::1"},
    /* RFC 8555 section 7.4: as common name, DNS names are asked for alone. */
    {P256, NULL, "192.0.2.1", -1, "DNS:a.example", NO_COMMON, NULL},
    {P256, NULL, "192.0.2.1", -1, NULL, NO_COMMON, NULL},
    {P256, NULL, NULL, 0, "DNS:192.0.2.1", NO_DNS, NULL},
    {P256, NULL, NULL, 0, "DNS:a.example,email:a@a.example", NO_DNS, NULL},
    {P256, NULL, NULL, 0, "DNS:a b.example", NO_DNS, NULL},
    {P256, NULL, "a.example\0.b.example", 20, NULL, NO_COMMON, NULL},
    {P256, NULL, "My Server", -1, "DNS:a.example", NO_COMMON, NULL},
    {P256, "SHA1", NULL, 0, "DNS:a.example", NO_DIGEST, NULL},
    {"key_rsa1024.pem", NULL, NULL, 0, "DNS:a.example",
     "public CAs take no key like its rsa-1024 of 1024 bits", NULL},
    {"key_secp256k1.pem", NULL, NULL, 0, "DNS:a.example",
     "public CAs take no key like its secp256k1 of 256 bits", NULL},
    {"key_ed25519.pem", "", NULL, 0, "DNS:a.example",
     "public CAs take no key like its ED25519 of 256 bits", NULL},
};

static const char *told(const ae_csr_t *csr)
{
    return apr_array_pstrcat(t_pool, ae_csr_facts(csr)->names, ' ');
}

START_TEST(requests_of_others)
{
    const odd_t *odd = &odds[_i];
    ae_csr_t *csr;
    apr_status_t status = ae_csr_parse(&csr, make(odd), &err, t_pool);

    ck_assert_uint_eq(ERR_peek_error(), 0);
    if (odd->why) {
        ck_assert_int_eq(status, AE_EFORMAT);
        ck_assert_str_eq(err.why, odd->why);
        ck_assert_str_ne(err.next, "");
    } else {
        ck_assert_msg(status == APR_SUCCESS, "%s", err.why);
        ck_assert_str_eq(told(csr), odd->names);
    }
}
END_TEST

/* Behind the NUL stands what nobody asked for. */
START_TEST(a_name_with_a_nul)
{
    ae_bytes_t pem =
        make(&(odd_t){P256, NULL, NULL, 0, "DNS:a.example!x", NULL, NULL});
    X509_REQ *req;
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    unsigned char *der = NULL;
    const unsigned char *at;
    int len, i;
    EVP_PKEY *key = key_read(P256);
    ae_csr_t *csr;

    req = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    len = i2d_X509_REQ(req, &der);
    for (i = 0; i < len; i++) {
        der[i] = (unsigned char)(der[i] == '!' ? '\0' : der[i]);
    }
    X509_REQ_free(req);
    at = der;
    req = d2i_X509_REQ(NULL, &at, len);
    ck_assert_int_gt(X509_REQ_sign(req, key, EVP_sha256()), 0);
    ck_assert_int_eq(ae_csr_parse(&csr, print(req), &err, t_pool), AE_EFORMAT);
    ck_assert_str_eq(err.why, NO_DNS);
    X509_REQ_free(req);
    EVP_PKEY_free(key);
    OPENSSL_free(der);
    BIO_free(bio);
}
END_TEST

START_TEST(of_another_signer)
{
    X509_REQ *req = X509_REQ_new();
    EVP_PKEY *mine = key_read(P256), *other = key_read("key_p384.pem");
    ae_csr_t *csr;

    X509_REQ_set_pubkey(req, mine);
    add_san(req, "DNS:a.example");
    ck_assert_int_gt(X509_REQ_sign(req, other, EVP_sha256()), 0);
    ck_assert_int_eq(ae_csr_parse(&csr, print(req), &err, t_pool), AE_EFORMAT);
    ck_assert_str_eq(err.why, "it is not signed by its own key");
    ck_assert_uint_eq(ERR_peek_error(), 0);
    X509_REQ_free(req);
    EVP_PKEY_free(mine);
    EVP_PKEY_free(other);
}
END_TEST

static const char *good(void)
{
    ae_bytes_t pem =
        make(&(odd_t){P256, NULL, NULL, 0, "DNS:a.example", NULL, NULL});

    return apr_pstrmemdup(t_pool, (const char *)pem.data, pem.len);
}

static void refused(const char *text, apr_status_t expected)
{
    ae_csr_t *csr;

    ck_assert_int_eq(ae_csr_parse(&csr, t_bytes(text), &err, t_pool),
                     expected);
    ck_assert_str_ne(err.why, "");
    ck_assert_str_ne(err.next, "");
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

START_TEST(what_is_no_request)
{
    char *broken = apr_pstrdup(t_pool, good());

    refused("", AE_EFORMAT);
    ck_assert_str_eq(err.why, "it is empty");
    refused("\n", AE_EFORMAT);
    refused(apr_pstrcat(t_pool, "Subject: a\n", good(), NULL), AE_EFORMAT);
    ck_assert_str_eq(err.why, "line 1 is not part of a PEM");
    refused(apr_pstrcat(t_pool, good(), good(), NULL), AE_EFORMAT);
    ck_assert_str_eq(err.why, "there is another one in the same file");
    refused(apr_pstrmemdup(t_pool, good(), 200), AE_EFORMAT);
    broken[100] = broken[100] == 'A' ? 'B' : 'A';
    refused(broken, AE_EFORMAT);
    refused("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n"
            "-----END CERTIFICATE REQUEST-----\n",
            AE_EFORMAT);
}
END_TEST

START_TEST(not_too_large)
{
    char *large = apr_palloc(t_pool, AE_CSR_BYTES_MAX + 2);

    memset(large, 'A', AE_CSR_BYTES_MAX + 1);
    large[AE_CSR_BYTES_MAX + 1] = '\0';
    refused(large, AE_ETOOBIG);
}
END_TEST

Suite *suite_ae_csr_read(void)
{
    Suite *suite = suite_create("ae_csr_read");
    TCase *tc = tcase_create("csr_read");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, requests_of_others, 0,
                        sizeof(odds) / sizeof(odds[0]));
    tcase_add_test(tc, a_name_with_a_nul);
    tcase_add_test(tc, of_another_signer);
    tcase_add_test(tc, what_is_no_request);
    tcase_add_test(tc, not_too_large);
    suite_add_tcase(suite, tc);
    return suite;
}
