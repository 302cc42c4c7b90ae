/* What a certificate has that is not configured, or has not that is. */

#include "edge_differ.h"
#include "support.h"
#include "test_pki.h"

#include <check.h>

Suite *suite_edge_differ(void);

static apr_array_header_t *differ(const char *configured, const char *names,
                                  const char *key)
{
    edge_cert_t cert = {.names = test_pki_names(configured, t_pool),
                        .key_type = AE_KEY_ECDSA_P256};
    ae_cert_facts_t facts = {.names = test_pki_names(names, t_pool)};

    return edge_differ(&facts, key, &cert, t_pool);
}

static const char *at(const apr_array_header_t *list, int i)
{
    ck_assert_int_lt(i, list->nelts);
    return APR_ARRAY_IDX(list, i, const char *);
}

/* In whichever order the CA has put them. */
START_TEST(test_the_same)
{
    ck_assert_int_eq(
        differ("a.example b.example", "b.example a.example", "ecdsa-p256")
            ->nelts,
        0);
}
END_TEST

START_TEST(test_names)
{
    const apr_array_header_t *list =
        differ("a.example b.example", "a.example c.example", "ecdsa-p256");

    ck_assert_str_eq(at(list, 0), "b.example is configured and not in it");
    ck_assert_str_eq(at(list, 1), "c.example is in it and not configured");
    ck_assert_int_eq(list->nelts, 2);
}
END_TEST

START_TEST(test_key)
{
    const apr_array_header_t *list =
        differ("a.example", "a.example", "rsa-2048");

    ck_assert_str_eq(at(list, 0),
                     "its key is rsa-2048, ACMEKeyType is ecdsa-p256");
    ck_assert_int_eq(list->nelts, 1);
}
END_TEST

Suite *suite_edge_differ(void)
{
    Suite *suite = suite_create("edge_differ");
    TCase *tc = tcase_create("differ");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_the_same);
    tcase_add_test(tc, test_names);
    tcase_add_test(tc, test_key);
    suite_add_tcase(suite, tc);
    return suite;
}
