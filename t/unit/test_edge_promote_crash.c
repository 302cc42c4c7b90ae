/* Killed amid a promotion: live/ has a whole set, or the next start gives it
 * one. */

#include "support.h"
#include "test_live.h"

#include <check.h>

Suite *suite_edge_promote_crash(void);

#define DAY apr_time_from_sec(86400)
#define SET "staging/www.example.org/set"
#define LIVE "live/www.example.org"
#define INCOMING "live/.incoming-www.example.org"
#define ARCHIVE "archive/www.example.org"
#define RECORD "deploy/www.example.org.json"

/* kill -9 while incoming was being written: not whole, so it goes. */
START_TEST(test_crash_before_the_first_rename)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);
    const char *second = test_store_stage(t);

    test_store_put(t, INCOMING "/ecdsa-p256.key", "half");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), second);
    ck_assert_str_ne(first, second);
    ck_assert(!test_store_has(t, INCOMING));
    test_store_put(t, INCOMING "/ecdsa-p256.key", "half");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    ck_assert(!test_store_has(t, INCOMING));
    ck_assert_str_eq(test_live_serial(t), second);
}
END_TEST

/* kill -9 between the two renames: live is archived, incoming is whole. */
START_TEST(test_crash_between_the_renames)
{
    test_store_t *t = test_store_make();
    const char *second;

    test_live_deploy(t);
    test_store_move(t, LIVE, ARCHIVE "/0001");
    second = test_store_stage(t);
    test_store_copy(t, SET, "saved");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    test_store_remove(t, ARCHIVE "/0002");
    test_store_move(t, LIVE, INCOMING);
    test_store_copy(t, "saved", SET);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), second);
    ck_assert_str_eq(test_live_deployment(t).serial, second);
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, ARCHIVE "/0002"));
}
END_TEST

/* The same, but with a full set nowhere: what was archived comes back. */
START_TEST(test_archive_comes_back)
{
    test_store_t *t = test_store_make();
    const char *second;

    test_live_deploy(t);
    second = test_live_deploy(t);
    test_store_move(t, LIVE, ARCHIVE "/0002");
    test_store_put(t, INCOMING "/ecdsa-p256.key", "half");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    ck_assert_str_eq(test_live_serial(t), second);
    ck_assert(test_store_has(t, ARCHIVE "/0001"));
    ck_assert(!test_store_has(t, INCOMING));
}
END_TEST

/* kill -9 after the last rename: what is staged is live already. */
START_TEST(test_crash_before_the_set_is_removed)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);
    const char *second = test_store_stage(t);

    test_store_copy(t, SET, "saved");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    test_store_copy(t, "saved", SET);
    t->now += 365 * DAY; /* a long crash: it is live all the same */
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), second);
    ck_assert(!test_store_has(t, SET));
    ck_assert(test_store_has(t, ARCHIVE "/0001"));
    ck_assert(!test_store_has(t, ARCHIVE "/0002"));
    ck_assert_int_eq(test_live_deployment(t).at, t->now);
    ck_assert_str_eq(test_live_deployment(t).replaced, first);
    ck_assert(test_live_deployment(t).renews);
}
END_TEST

/* The same, but nothing was written down yet. */
START_TEST(test_crash_before_the_record)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);
    const char *second = test_store_stage(t);
    const char *before = test_store_get(t, RECORD);

    test_store_copy(t, SET, "saved");
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    test_store_copy(t, "saved", SET);
    test_store_put(t, RECORD, before);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_deployment(t).serial, second);
    ck_assert_str_eq(test_live_deployment(t).replaced, first);
    ck_assert(test_live_deployment(t).renews);
}
END_TEST

Suite *suite_edge_promote_crash(void)
{
    Suite *suite = suite_create("edge_promote_crash");
    TCase *tc = tcase_create("crash");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_crash_before_the_first_rename);
    tcase_add_test(tc, test_crash_between_the_renames);
    tcase_add_test(tc, test_archive_comes_back);
    tcase_add_test(tc, test_crash_before_the_set_is_removed);
    tcase_add_test(tc, test_crash_before_the_record);
    suite_add_tcase(suite, tc);
    return suite;
}
