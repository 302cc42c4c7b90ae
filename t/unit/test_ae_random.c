#include "ae_random.h"

#include "support.h"

#include <check.h>
#include <string.h>

START_TEST(bytes_differ)
{
    unsigned char a[32] = {0};
    unsigned char b[32] = {0};
    ae_error_t err;

    ck_assert_int_eq(ae_random_bytes(a, sizeof(a), &err), APR_SUCCESS);
    ck_assert_int_eq(ae_random_bytes(b, sizeof(b), &err), APR_SUCCESS);
    ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

START_TEST(only_what_was_asked_for)
{
    unsigned char a[4] = {1, 2, 3, 4};
    ae_error_t err;

    ck_assert_int_eq(ae_random_bytes(a + 1, 0, &err), APR_SUCCESS);
    ck_assert_int_eq(ae_random_bytes(a + 1, 2, &err), APR_SUCCESS);
    ck_assert_int_eq(a[0], 1);
    ck_assert_int_eq(a[3], 4);
}
END_TEST

/* Each of the 32 bits must be seen both ways; that one is not in 200 draws
 * happens once in 2^194 runs. */
START_TEST(numbers_use_all_bits)
{
    apr_uint32_t ones = 0;
    apr_uint32_t zeros = 0;
    int i;

    for (i = 0; i < 200; i++) {
        apr_uint32_t number = ae_random_u32();

        ones |= number;
        zeros |= ~number;
    }
    ck_assert_uint_eq(ones, 0xffffffff);
    ck_assert_uint_eq(zeros, 0xffffffff);
}
END_TEST

Suite *suite_ae_random(void)
{
    Suite *suite = suite_create("ae_random");
    TCase *tc = tcase_create("random");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, bytes_differ);
    tcase_add_test(tc, only_what_was_asked_for);
    tcase_add_test(tc, numbers_use_all_bits);
    suite_add_tcase(suite, tc);
    return suite;
}
