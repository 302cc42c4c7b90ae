#include "ae_secret.h"

#include "support.h"

#include <check.h>
#include <string.h>

static const char zeros[16];
static char seen[16];

/* Cleanups run last in, first out: this one, registered before, looks at the
 * memory after it was cleansed and before the pool gives it back. */
static apr_status_t look(void *ctx)
{
    memcpy(seen, *(char **)ctx, sizeof(seen));
    return APR_SUCCESS;
}

START_TEST(is_zeroed_and_cleansed)
{
    apr_pool_t *pool;
    char *secret;

    ck_assert_int_eq(apr_pool_create(&pool, t_pool), APR_SUCCESS);
    apr_pool_cleanup_register(pool, &secret, look, apr_pool_cleanup_null);
    secret = ae_secret_alloc(sizeof(zeros), pool);
    ck_assert_mem_eq(secret, zeros, sizeof(zeros));
    memset(secret, 's', sizeof(zeros));
    memset(seen, 'x', sizeof(seen));
    apr_pool_destroy(pool);
    ck_assert_mem_eq(seen, zeros, sizeof(zeros));
}
END_TEST

Suite *suite_ae_secret(void)
{
    Suite *suite = suite_create("ae_secret");
    TCase *tc = tcase_create("secret");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, is_zeroed_and_cleansed);
    suite_add_tcase(suite, tc);
    return suite;
}
