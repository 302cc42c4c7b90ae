#include "ae_cert.h"
#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/pem.h>
#include <string.h>

Suite *suite_ae_cert_der(void);

static ae_cert_t *cert;
static ae_error_t told;

static apr_status_t parse(ae_bytes_t bytes)
{
    return ae_cert_parse_any(&cert, bytes, &told, t_pool);
}

static ae_bytes_t der_of(ae_bytes_t pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    unsigned char *bytes = NULL;
    ae_bytes_t der;

    ck_assert_ptr_nonnull(x509);
    der.len = (apr_size_t)i2d_X509(x509, &bytes);
    der.data = apr_pmemdup(t_pool, bytes, der.len);
    OPENSSL_free(bytes);
    X509_free(x509);
    BIO_free(bio);
    return der;
}

START_TEST(test_both)
{
    ae_bytes_t pem = t_pem("leaf.pem", NULL);
    const char *sha256;

    ck_assert_int_eq(parse(pem), APR_SUCCESS);
    sha256 = ae_cert_facts(cert)->sha256;
    ck_assert_int_eq(parse(der_of(pem)), APR_SUCCESS);
    ck_assert_str_eq(ae_cert_facts(cert)->sha256, sha256);
    ck_assert_int_eq(ae_cert_length(cert), 1);
}
END_TEST

START_TEST(test_refused)
{
    ae_bytes_t der = der_of(t_pem("leaf.pem", NULL));
    unsigned char *more = apr_pcalloc(t_pool, der.len + 1);
    ae_bytes_t bytes = {more, der.len + 1};

    memcpy(more, der.data, der.len);
    ck_assert_int_eq(parse(bytes), AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(told.why, "follows behind it"));
    bytes.len = der.len - 1;
    ck_assert_int_eq(parse(bytes), AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(told.why, "neither PEM nor"));
    bytes.len = 0;
    ck_assert_int_eq(parse(bytes), AE_EFORMAT);
    bytes.len = AE_CERT_CHAIN_BYTES_MAX + 1;
    bytes.data = memset(apr_palloc(t_pool, bytes.len), 0x30, bytes.len);
    ck_assert_int_eq(parse(bytes), AE_ETOOBIG);
}
END_TEST

Suite *suite_ae_cert_der(void)
{
    Suite *suite = suite_create("ae_cert_der");
    TCase *tc = tcase_create("der");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_both);
    tcase_add_test(tc, test_refused);
    suite_add_tcase(suite, tc);
    return suite;
}
