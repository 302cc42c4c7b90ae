#include "ae_cert.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define FROM apr_time_from_sec(1795230000)
#define TO apr_time_from_sec(APR_INT64_C(4922996645))

static ae_error_t err;

static ae_cert_mint_t *mint(void)
{
    ae_cert_mint_t *made;

    ck_assert_int_eq(ae_cert_mint_make(&made, t_key("key_p256.pem"), FROM, TO,
                                       &err, t_pool),
                     APR_SUCCESS);
    return made;
}

static ae_bytes_t make(const apr_array_header_t *names)
{
    ae_bytes_t pem = {NULL, 0};

    ck_assert_int_eq(ae_cert_mint_fallback(&pem, mint(), names, &err, t_pool),
                     APR_SUCCESS);
    return pem;
}

static ae_cert_t *read_back(ae_bytes_t pem)
{
    ae_cert_t *cert;

    ck_assert_int_eq(ae_cert_parse(&cert, pem, &err, t_pool), APR_SUCCESS);
    return cert;
}

START_TEST(is_what_was_asked_for)
{
    apr_array_header_t *names =
        t_names("a.example", "*.b.example", "c.example,DNS:d.example", NULL);
    ae_cert_t *cert = read_back(make(names));
    const ae_cert_facts_t *facts = ae_cert_facts(cert);

    ck_assert_int_eq(ae_cert_check_key(cert, t_key("key_p256.pem"), &err),
                     APR_SUCCESS);
    ck_assert_int_eq(ae_cert_check_names(cert, names, &err), APR_SUCCESS);
    ck_assert_int_eq(facts->names->nelts, 3);
    ck_assert_int_eq(facts->not_before, FROM);
    ck_assert_int_eq(facts->not_after, TO);
    ck_assert_ptr_nonnull(strstr(facts->subject, "CN=a.example"));
    ck_assert_str_eq(facts->subject, facts->issuer);
}
END_TEST

/* It must never be taken for one that a CA issued. */
START_TEST(passes_for_no_other)
{
    ae_cert_t *cert = read_back(make(t_names("a.example", NULL)));

    ck_assert_int_eq(ae_cert_check_chain(cert, &err), AE_EMISMATCH);
    ck_assert_ptr_nonnull(
        strstr(ae_cert_facts(cert)->subject, "mod_acme_edge fallback"));
}
END_TEST

START_TEST(is_no_ca)
{
    ae_bytes_t pem = make(t_names("a.example", NULL));
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    ck_assert_int_eq(X509_get_version(x509), X509_VERSION_3);
    ck_assert_int_eq(X509_check_ca(x509), 0);
    ck_assert_int_ge(X509_get_ext_by_NID(x509, NID_basic_constraints, -1), 0);
    ck_assert_int_eq(X509_verify(x509, X509_get0_pubkey(x509)), 1);
    X509_free(x509);
    BIO_free(bio);
}
END_TEST

/* RFC 5280 section 4.1.2.2: positive, at most 20 octets, unique. */
START_TEST(serials)
{
    apr_array_header_t *names = t_names("a.example", NULL);
    const char *a = ae_cert_facts(read_back(make(names)))->serial;
    const char *b = ae_cert_facts(read_back(make(names)))->serial;

    ck_assert_str_ne(a, b);
    ck_assert_uint_eq(strlen(a), 32);
    ck_assert_uint_eq(strlen(b), 32);
}
END_TEST

/* Nothing of one is left in the next. */
START_TEST(one_after_the_other)
{
    apr_array_header_t *names = t_names("b.example", NULL);
    const ae_cert_mint_t *one = mint();
    const ae_cert_facts_t *facts;
    ae_bytes_t pem;
    ae_cert_t *cert;

    ck_assert_int_eq(
        ae_cert_mint_fallback(
            &pem, one, t_names("a.example", "c.example", NULL), &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(ae_cert_mint_fallback(&pem, one, names, &err, t_pool),
                     APR_SUCCESS);
    cert = read_back(pem);
    facts = ae_cert_facts(cert);
    ck_assert_int_eq(facts->names->nelts, 1);
    ck_assert_int_eq(ae_cert_check_names(cert, names, &err), APR_SUCCESS);
    ck_assert_int_eq(ae_cert_check_key(cert, t_key("key_p256.pem"), &err),
                     APR_SUCCESS);
    ck_assert_ptr_nonnull(strstr(facts->subject, "CN=b.example"));
    ck_assert_ptr_null(strstr(facts->subject, "a.example"));
}
END_TEST

/* A common name has at most 64 characters (RFC 5280 appendix A.1). */
START_TEST(long_first_name)
{
    const char *label = "a23456789-b23456789-c23456789-d23456789-e2345678";
    char *fits = apr_psprintf(t_pool, "%s.a23456789-b2345", label);
    char *longer = apr_psprintf(t_pool, "%s.a23456789-b23456", label);
    const ae_cert_facts_t *facts =
        ae_cert_facts(read_back(make(t_names(fits, NULL))));

    ck_assert_uint_eq(strlen(fits), 64);
    ck_assert_ptr_nonnull(strstr(facts->subject, "CN="));
    facts = ae_cert_facts(read_back(make(t_names(longer, NULL))));
    ck_assert_ptr_null(strstr(facts->subject, "CN="));
    ck_assert_str_eq(APR_ARRAY_IDX(facts->names, 0, const char *), longer);
}
END_TEST

START_TEST(needs_a_name)
{
    ae_bytes_t pem;

    ck_assert_int_eq(
        ae_cert_mint_fallback(&pem, mint(), t_names(NULL, NULL), &err, t_pool),
        AE_ECRYPTO);
}
END_TEST

Suite *suite_ae_cert_fallback(void)
{
    Suite *suite = suite_create("ae_cert_fallback");
    TCase *tc = tcase_create("fallback");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, is_what_was_asked_for);
    tcase_add_test(tc, passes_for_no_other);
    tcase_add_test(tc, is_no_ca);
    tcase_add_test(tc, serials);
    tcase_add_test(tc, one_after_the_other);
    tcase_add_test(tc, long_first_name);
    tcase_add_test(tc, needs_a_name);
    suite_add_tcase(suite, tc);
    return suite;
}
