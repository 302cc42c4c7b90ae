#include "ae_cert.h"

#include "fixture.h"
#include "support.h"

#include <check.h>
#include <openssl/x509v3.h>
#include <string.h>

static ae_error_t err;

/* What "openssl x509" says of leaf.pem; fixtures/make.py fixed the dates. */
START_TEST(facts_of_a_leaf)
{
    const ae_cert_facts_t *facts =
        ae_cert_facts(t_cert("leaf.pem", "intermediate.pem"));

    ck_assert_str_eq(facts->subject, "CN=www.site.example,O=Example\\, Inc.");
    ck_assert_str_eq(facts->issuer, "CN=Middle,O=Example\\, Inc.");
    ck_assert_str_eq(facts->serial, "0a1b2c3d4e5f");
    ck_assert_str_eq(facts->sha256, "53167ebb1bb6c0a2bc6d92786f7fb67d"
                                    "64aba69ace0666727998e739d1689480");
    ck_assert_int_eq(facts->not_before, apr_time_from_sec(1767323045));
    ck_assert_int_eq(facts->not_after,
                     apr_time_from_sec(APR_INT64_C(4922996645)));
}
END_TEST

START_TEST(names_are_lower_case)
{
    const apr_array_header_t *names =
        ae_cert_facts(t_cert("leaf.pem", NULL))->names;

    ck_assert_int_eq(names->nelts, 3);
    ck_assert_str_eq(APR_ARRAY_IDX(names, 0, const char *),
                     "www.site.example");
    ck_assert_str_eq(APR_ARRAY_IDX(names, 1, const char *), "*.site.example");
    ck_assert_str_eq(APR_ARRAY_IDX(names, 2, const char *), "other.example");
}
END_TEST

/* RFC 9525 section 6.3 knows no names in the subject. */
START_TEST(common_name_is_no_name)
{
    const ae_cert_facts_t *facts =
        ae_cert_facts(t_cert("leaf_common_name_only.pem", NULL));

    ck_assert_int_eq(facts->names->nelts, 0);
    ck_assert_str_eq(facts->serial, "07");
}
END_TEST

/* "www.site.example\0.evil.example" is neither the one nor the other. */
START_TEST(nul_in_a_name_is_refused)
{
    ae_cert_t *cert;

    ck_assert_int_eq(ae_cert_parse(&cert, t_pem("leaf_nul_in_name.pem", NULL),
                                   &err, t_pool),
                     AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.why, "subject alternative names"));
}
END_TEST

START_TEST(links_of_a_chain)
{
    const ae_cert_t *chain = t_cert("leaf.pem", "intermediate.pem");
    ae_cert_link_t link;

    ck_assert_int_eq(ae_cert_length(chain), 2);
    ae_cert_link(&link, chain, 0, t_pool);
    ck_assert_str_eq(link.serial, "0a1b2c3d4e5f");
    ck_assert_str_eq(link.sha1, "735a1594e2d3f67ac8e607f019c4749e3265eb74");
    ck_assert_str_eq(link.sha256, ae_cert_facts(chain)->sha256);
    ck_assert_str_eq(link.key, "ecdsa-p256");
    ck_assert_int_eq(link.not_before, apr_time_from_sec(1767323045));
    ae_cert_link(&link, chain, 1, t_pool);
    ck_assert_str_eq(link.subject, "CN=Middle,O=Example\\, Inc.");
    ck_assert_str_eq(link.issuer, "CN=Root,O=Example\\, Inc.");
    ck_assert_int_eq(
        X509_check_issued(ae_cert_x509(chain, 1), ae_cert_x509(chain, 0)),
        X509_V_OK);
}
END_TEST

Suite *suite_ae_cert_facts(void)
{
    Suite *suite = suite_create("ae_cert_facts");
    TCase *tc = tcase_create("facts");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, facts_of_a_leaf);
    tcase_add_test(tc, names_are_lower_case);
    tcase_add_test(tc, common_name_is_no_name);
    tcase_add_test(tc, nul_in_a_name_is_refused);
    tcase_add_test(tc, links_of_a_chain);
    suite_add_tcase(suite, tc);
    return suite;
}
