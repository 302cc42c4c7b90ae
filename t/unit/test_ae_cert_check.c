#include "ae_cert.h"

#include "fixture.h"
#include "support.h"

#include <check.h>
#include <openssl/err.h>
#include <string.h>

static ae_error_t err;

static void mismatch(apr_status_t status, const char *words)
{
    ck_assert_int_eq(status, AE_EMISMATCH);
    ck_assert_int_eq(err.status, AE_EMISMATCH);
    ck_assert_msg(strstr(ae_error_line(&err, t_pool), words) != NULL, "%s",
                  ae_error_line(&err, t_pool));
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

START_TEST(key_of_the_leaf)
{
    ck_assert_int_eq(ae_cert_check_key(t_cert("leaf.pem", "intermediate.pem"),
                                       t_key("key_p256.pem"), &err),
                     APR_SUCCESS);
}
END_TEST

START_TEST(key_of_another)
{
    ae_cert_t *cert = t_cert("leaf.pem", "intermediate.pem");
    ae_key_t *same_type;

    mismatch(ae_cert_check_key(cert, t_key("key_rsa2048.pem"), &err),
             "0a1b2c3d4e5f");
    mismatch(ae_cert_check_key(cert, t_key("key_p384.pem"), &err), "key");
    ck_assert_int_eq(
        ae_key_generate(&same_type, AE_KEY_ECDSA_P256, &err, t_pool),
        APR_SUCCESS);
    mismatch(ae_cert_check_key(cert, same_type, &err), "key");
}
END_TEST

/* A key file with the right public half and the wrong private one would make
 * every handshake fail; the other way round, mod_ssl would not start. */
START_TEST(key_of_two_halves)
{
    ae_cert_t *cert = t_cert("leaf.pem", NULL);

    mismatch(
        ae_cert_check_key(cert, t_key("key_p256_false_private.pem"), &err),
        "key");
    mismatch(ae_cert_check_key(cert, t_key("key_p256_false_public.pem"), &err),
             "key");
}
END_TEST

START_TEST(names_covered)
{
    ae_cert_t *cert = t_cert("leaf.pem", NULL);

    ck_assert_int_eq(
        ae_cert_check_names(cert,
                            t_names("www.site.example", "api.site.example",
                                    "*.site.example", "other.example", NULL),
                            &err),
        APR_SUCCESS);
}
END_TEST

START_TEST(names_missing)
{
    ae_cert_t *cert = t_cert("leaf.pem", NULL);

    mismatch(ae_cert_check_names(
                 cert,
                 t_names("other.example", "site.example", "x.example", NULL),
                 &err),
             "does not cover site.example");
    mismatch(
        ae_cert_check_names(cert, t_names("a.b.site.example", NULL), &err),
        "a.b.site.example");
    mismatch(ae_cert_check_names(cert, t_names("*.other.example", NULL), &err),
             "*.other.example");
    mismatch(ae_cert_check_names(t_cert("leaf_common_name_only.pem", NULL),
                                 t_names("www.site.example", NULL), &err),
             "www.site.example");
}
END_TEST

/* RFC 5280 section 4.1.2.5: both ends belong to it. */
START_TEST(dates)
{
    ae_cert_t *cert = t_cert("leaf.pem", NULL);
    apr_time_t from = ae_cert_facts(cert)->not_before;
    apr_time_t to = ae_cert_facts(cert)->not_after;

    ck_assert_int_eq(ae_cert_check_dates(cert, from, &err), APR_SUCCESS);
    ck_assert_int_eq(ae_cert_check_dates(cert, to, &err), APR_SUCCESS);
    ck_assert_int_eq(ae_cert_check_dates(cert, to + 999999, &err),
                     APR_SUCCESS);
    mismatch(ae_cert_check_dates(cert, from - 1, &err), "02 Jan 2026");
    mismatch(ae_cert_check_dates(cert, to + apr_time_from_sec(1), &err),
             "02 Jan 2126");
}
END_TEST

START_TEST(chain_complete)
{
    ae_cert_t *cert;

    ck_assert_int_eq(
        ae_cert_check_chain(t_cert("leaf.pem", "intermediate.pem"), &err),
        APR_SUCCESS);
    ck_assert_int_eq(
        ae_cert_parse(&cert,
                      t_pem("leaf.pem", "intermediate.pem", "root.pem", NULL),
                      &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(ae_cert_check_chain(cert, &err), APR_SUCCESS);
}
END_TEST

static const struct {
    const char *leaf;
    const char *issuer;
    const char *words;
} broken[] = {
    {"leaf.pem", NULL, "without the certificate of the CA"},
    {"leaf_self_signed.pem", NULL, "by itself"},
    {"leaf_self_signed_ca.pem", NULL, "by itself"},
    {"leaf_self_signed_ca.pem", "leaf_self_signed_ca.pem", "by itself"},
    {"leaf_self_signed.pem", "intermediate.pem", "by itself"},
    {"leaf.pem", "root.pem", "certificate 1 was not issued by"},
    {"leaf.pem", "leaf.pem", "certificate 1 was not issued by"},
    {"leaf.pem", "intermediate_no_ca.pem", "certificate 2 is not that of a"},
    {"leaf.pem", "intermediate_twin.pem", "signature of certificate 1"},
};

START_TEST(chain_broken)
{
    mismatch(
        ae_cert_check_chain(t_cert(broken[_i].leaf, broken[_i].issuer), &err),
        broken[_i].words);
}
END_TEST

START_TEST(chain_broken_further_up)
{
    ae_cert_t *cert;

    ck_assert_int_eq(ae_cert_parse(&cert,
                                   t_pem("leaf.pem", "intermediate.pem",
                                         "leaf_self_signed_ca.pem", NULL),
                                   &err, t_pool),
                     APR_SUCCESS);
    mismatch(ae_cert_check_chain(cert, &err), "certificate 2 was not issued");
}
END_TEST

Suite *suite_ae_cert_check(void)
{
    Suite *suite = suite_create("ae_cert_check");
    TCase *tc = tcase_create("check");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, key_of_the_leaf);
    tcase_add_test(tc, key_of_another);
    tcase_add_test(tc, key_of_two_halves);
    tcase_add_test(tc, names_covered);
    tcase_add_test(tc, names_missing);
    tcase_add_test(tc, dates);
    tcase_add_test(tc, chain_complete);
    tcase_add_loop_test(tc, chain_broken, 0,
                        sizeof(broken) / sizeof(broken[0]));
    tcase_add_test(tc, chain_broken_further_up);
    suite_add_tcase(suite, tc);
    return suite;
}
