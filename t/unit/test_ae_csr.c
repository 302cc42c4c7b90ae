#include "ae_csr.h"

#include "fixture.h"
#include "support.h"

#include <check.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

static ae_error_t err;

static X509_REQ *make(const char *fixture, const apr_array_header_t *names)
{
    ae_bytes_t der;
    const unsigned char *at;
    X509_REQ *req;

    ck_assert_int_eq(ae_csr_make(&der, t_key(fixture), names, &err, t_pool),
                     APR_SUCCESS);
    at = der.data;
    req = d2i_X509_REQ(NULL, &at, (long)der.len);
    ck_assert_ptr_nonnull(req);
    ck_assert_ptr_eq(at, der.data + der.len);
    return req;
}

static const char *const fixtures[] = {"key_p256.pem", "key_p384.pem",
                                       "key_rsa2048.pem"};

/* RFC 2986 section 4: version 1 (0), signed with the key in it. */
START_TEST(signed_by_its_key)
{
    X509_REQ *req = make(fixtures[_i], t_names("a.example", NULL));
    EVP_PKEY *evp = ae_key_evp(t_key(fixtures[_i]));

    ck_assert_int_eq(X509_REQ_get_version(req), 0);
    ck_assert_int_eq(EVP_PKEY_eq(X509_REQ_get0_pubkey(req), evp), 1);
    ck_assert_int_eq(X509_REQ_verify(req, evp), 1);
    X509_REQ_free(req);
}
END_TEST

/* RFC 8555 section 7.4: the names are those of the order, all and only. */
START_TEST(names_in_san_alone)
{
    static const char *const expected[] = {"a.example", "*.b.example",
                                           "c.example,DNS:d.example"};
    X509_REQ *req = make("key_p256.pem",
                         t_names(expected[0], expected[1], expected[2], NULL));
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
    GENERAL_NAMES *san =
        X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
    int i;

    ck_assert_int_eq(X509_NAME_entry_count(X509_REQ_get_subject_name(req)), 0);
    ck_assert_int_eq(sk_X509_EXTENSION_num(extensions), 1);
    ck_assert_int_eq(sk_GENERAL_NAME_num(san), 3);
    for (i = 0; i < 3; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(san, i);

        ck_assert_int_eq(name->type, GEN_DNS);
        ck_assert_int_eq(ASN1_STRING_length(name->d.dNSName),
                         (int)strlen(expected[i]));
        ck_assert_mem_eq(ASN1_STRING_get0_data(name->d.dNSName), expected[i],
                         strlen(expected[i]));
    }
    GENERAL_NAMES_free(san);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(req);
}
END_TEST

START_TEST(nothing_to_ask_for)
{
    ae_bytes_t der;

    ck_assert_int_eq(ae_csr_make(&der, t_key("key_p256.pem"),
                                 t_names(NULL, NULL), &err, t_pool),
                     AE_ECRYPTO);
    ck_assert_int_eq(ae_csr_make(&der, t_key("key_p256.pem"),
                                 t_names("a.example", "", NULL), &err, t_pool),
                     AE_ECRYPTO);
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

Suite *suite_ae_csr(void)
{
    Suite *suite = suite_create("ae_csr");
    TCase *tc = tcase_create("csr");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, signed_by_its_key, 0, 3);
    tcase_add_test(tc, names_in_san_alone);
    tcase_add_test(tc, nothing_to_ask_for);
    suite_add_tcase(suite, tc);
    return suite;
}
