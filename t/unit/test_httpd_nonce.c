/* Whose a form is, and how old. */

#include "httpd_nonce.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_httpd_nonce(void);

/* The first moment of a slot. */
#define NOW (1000000 * HTTPD_NONCE_SLOT)

static const ae_seal_t *seal;

static void setup(void)
{
    static const unsigned char key[AE_SEAL_KEY_BYTES] = {1};

    t_setup();
    seal = ae_seal_create(key, t_pool);
}

static const char *make(const char *user, apr_time_t now)
{
    const char *nonce;
    ae_error_t err;

    ck_assert_int_eq(httpd_nonce_make(&nonce, seal, user, now, &err, t_pool),
                     APR_SUCCESS);
    return nonce;
}

static int is_good(const char *nonce, const char *user, apr_time_t now)
{
    return httpd_nonce_is_good(nonce, seal, user, now, t_pool);
}

START_TEST(test_own)
{
    const char *nonce = make("anna", NOW);

    ck_assert_uint_eq(strlen(nonce), 64);
    ck_assert_uint_eq(strspn(nonce, "0123456789abcdef"), 64);
    ck_assert(is_good(nonce, "anna", NOW));
}
END_TEST

START_TEST(test_of_another)
{
    static const unsigned char key[AE_SEAL_KEY_BYTES] = {2};
    const char *nonce = make("anna", NOW);

    ck_assert(!is_good(nonce, "anne", NOW));
    ck_assert(!is_good(nonce, "", NOW));
    seal = ae_seal_create(key, t_pool);
    ck_assert(!is_good(nonce, "anna", NOW));
}
END_TEST

START_TEST(test_age)
{
    const char *nonce = make("anna", NOW);

    ck_assert(is_good(nonce, "anna", NOW + 2 * HTTPD_NONCE_SLOT - 1));
    ck_assert(!is_good(nonce, "anna", NOW + 2 * HTTPD_NONCE_SLOT));
    /* Of a clock that was set back since. */
    ck_assert(!is_good(nonce, "anna", NOW - 1));
}
END_TEST

START_TEST(test_made_up)
{
    const char *nonce = make("anna", NOW);

    ck_assert(!is_good("", "anna", NOW));
    ck_assert(!is_good(apr_pstrcat(t_pool, nonce, "0", NULL), "anna", NOW));
    ck_assert(!is_good(apr_pstrndup(t_pool, nonce, 63), "anna", NOW));
    ck_assert(!is_good(
        apr_pstrcat(t_pool, nonce[0] == '0' ? "1" : "0", nonce + 1, NULL),
        "anna", NOW));
}
END_TEST

Suite *suite_httpd_nonce(void)
{
    Suite *suite = suite_create("httpd_nonce");
    TCase *tc = tcase_create("nonce");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_own);
    tcase_add_test(tc, test_of_another);
    tcase_add_test(tc, test_age);
    tcase_add_test(tc, test_made_up);
    suite_add_tcase(suite, tc);
    return suite;
}
