#include "acme_engine.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

/* RFC 8555 section 6.5 */

START_TEST(test_the_freshest_first_and_each_once)
{
    acme_nonces_t *nonces = apr_pcalloc(t_pool, sizeof(*nonces));
    char nonce[ACME_NONCE_LENGTH_MAX + 1];

    ck_assert(!acme_nonces_pop(nonce, nonces));
    acme_nonces_push(nonces, "one");
    acme_nonces_push(nonces, "two");
    ck_assert(acme_nonces_pop(nonce, nonces));
    ck_assert_str_eq(nonce, "two");
    acme_nonces_push(nonces, "three");
    ck_assert(acme_nonces_pop(nonce, nonces));
    ck_assert_str_eq(nonce, "three");
    ck_assert(acme_nonces_pop(nonce, nonces));
    ck_assert_str_eq(nonce, "one");
    ck_assert(!acme_nonces_pop(nonce, nonces));
}
END_TEST

START_TEST(test_the_oldest_fall_out)
{
    acme_nonces_t *nonces = apr_pcalloc(t_pool, sizeof(*nonces));
    char nonce[ACME_NONCE_LENGTH_MAX + 1];
    int i;

    for (i = 0; i < 3 * ACME_NONCES_MAX; i++) {
        acme_nonces_push(nonces, apr_psprintf(t_pool, "n%d", i));
    }
    for (i = 3 * ACME_NONCES_MAX - 1; i >= 2 * ACME_NONCES_MAX; i--) {
        ck_assert(acme_nonces_pop(nonce, nonces));
        ck_assert_str_eq(nonce, apr_psprintf(t_pool, "n%d", i));
    }
    ck_assert(!acme_nonces_pop(nonce, nonces));
}
END_TEST

/* Section 6.5.1: what is not base64url MUST be ignored. */
START_TEST(test_what_is_a_nonce)
{
    char longest[ACME_NONCE_LENGTH_MAX + 2];

    ck_assert(acme_nonce_valid("oFvnlFP1wIhRlYS2jTaXbA"));
    ck_assert(!acme_nonce_valid(NULL));
    ck_assert(!acme_nonce_valid(""));
    ck_assert(!acme_nonce_valid("a b"));
    ck_assert(!acme_nonce_valid("a=="));
    ck_assert(!acme_nonce_valid("a+/b"));
    memset(longest, 'n', sizeof(longest));
    longest[ACME_NONCE_LENGTH_MAX + 1] = '\0';
    ck_assert(!acme_nonce_valid(longest));
    longest[ACME_NONCE_LENGTH_MAX] = '\0';
    ck_assert(acme_nonce_valid(longest));
}
END_TEST

Suite *suite_acme_nonces(void)
{
    Suite *suite = suite_create("acme_nonces");
    TCase *tc = tcase_create("nonces");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_the_freshest_first_and_each_once);
    tcase_add_test(tc, test_the_oldest_fall_out);
    tcase_add_test(tc, test_what_is_a_nonce);
    suite_add_tcase(suite, tc);
    return suite;
}
