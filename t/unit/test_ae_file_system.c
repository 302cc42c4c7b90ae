/* Disks and what only looks like one. What a path lies on is asked by
 * t/httpd/test_configtest_checks.py, which mounts one. */

#include "ae_file_system.h"
#include "support.h"

#include <check.h>

Suite *suite_ae_file_system(void);

START_TEST(test_those_of_a_network)
{
    ck_assert_str_eq(ae_file_system_word(0x6969), "NFS");
    ck_assert_str_eq(ae_file_system_word(0xFF534D42u), "SMB");
    ck_assert_str_eq(ae_file_system_word(0x00C36400), "CephFS");
    ck_assert_str_eq(ae_file_system_word(0x65735546), "FUSE");
}
END_TEST

START_TEST(test_those_of_a_disk)
{
    /* ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS */
    static const apr_uint32_t disks[] = {0xEF53,     0x58465342, 0x9123683E,
                                         0x01021994, 0x794C7630, 0x2FC12FC1};
    apr_size_t i;

    for (i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
        ck_assert_ptr_null(ae_file_system_word(disks[i]));
    }
}
END_TEST

START_TEST(test_what_is_no_path)
{
    ck_assert_ptr_null(ae_file_system_far("", t_pool));
    ck_assert_ptr_null(ae_file_system_far("nowhere", t_pool));
}
END_TEST

Suite *suite_ae_file_system(void)
{
    Suite *suite = suite_create("ae_file_system");
    TCase *tc = tcase_create("kinds");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_those_of_a_network);
    tcase_add_test(tc, test_those_of_a_disk);
    tcase_add_test(tc, test_what_is_no_path);
    suite_add_tcase(suite, tc);
    return suite;
}
