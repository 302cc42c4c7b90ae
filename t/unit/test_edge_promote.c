#include "edge_live.h"
#include "edge_request.h"
#include "support.h"
#include "test_live.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_promote(void);

#define DAY apr_time_from_sec(86400)
#define STAGING "staging/www.example.org"
#define SET STAGING "/set"
#define REFUSED STAGING "/refused"
#define LIVE "live/www.example.org"
#define INCOMING "live/.incoming-www.example.org"
#define ARCHIVE "archive/www.example.org"
#define NAMES "www.example.org example.org"

static void expect_refused(const test_store_t *t, const char *told)
{
    const char *before = test_live_serial(t);

    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_REFUSED);
    ck_assert_msg(strstr(ae_error_line(&test_live_told, t_pool), told) != NULL,
                  "\"%s\" is not in: %s", told,
                  ae_error_line(&test_live_told, t_pool));
    ck_assert_ptr_nonnull(strstr(test_live_told.what, "www.example.org"));
    ck_assert_str_ne(test_live_told.next, "");
    ck_assert(!test_store_has(t, SET));
    ck_assert_int_eq(test_live_deployment(t).ok, 0);
    ck_assert_int_eq(test_live_deployment(t).at, t->now);
    ck_assert_str_eq(test_live_deployment(t).error.what, test_live_told.what);
    if (before) {
        ck_assert_str_eq(test_live_serial(t), before);
    } else {
        ck_assert_ptr_null(test_live_serial(t));
    }
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
}

START_TEST(test_nothing_staged)
{
    test_store_t *t = test_store_make();

    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    ck_assert_ptr_null(test_live_serial(t));
    ck_assert_int_eq(test_live_deployment(t).at, 0);
}
END_TEST

START_TEST(test_first)
{
    test_store_t *t = test_store_make();
    const char *serial = test_store_stage(t);
    struct stat info;

    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), serial);
    ck_assert(!test_store_has(t, SET));
    ck_assert(!test_store_has(t, INCOMING));
    ck_assert_int_eq(test_live_deployment(t).ok, 1);
    ck_assert_int_eq(test_live_deployment(t).at, t->now);
    ck_assert_str_eq(test_live_deployment(t).serial, serial);
    ck_assert_int_eq(stat(test_store_at(t, LIVE), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0755);
    ck_assert_int_eq(stat(test_store_at(t, LIVE "/ecdsa-p256.cert"), &info),
                     0);
    ck_assert_uint_eq(info.st_mode & 07777, 0644);
    ck_assert_int_eq(stat(test_store_at(t, LIVE "/ecdsa-p256.key"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0600);
    ck_assert_ptr_nonnull(strstr(test_store_get(t, LIVE "/ecdsa-p256.key"),
                                 "BEGIN PRIVATE KEY"));
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
}
END_TEST

/* Whether it is told as "renewed" or "deployed". */
START_TEST(test_what_it_replaced)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);

    ck_assert_str_eq(test_live_deployment(t).replaced, "");
    ck_assert(!test_live_deployment(t).renews);
    test_live_deploy(t);
    ck_assert_str_eq(test_live_deployment(t).replaced, first);
    ck_assert(test_live_deployment(t).renews);
    test_store_stage_as(t, "lir", NAMES, t->now - 100 * DAY, t->now + DAY);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_ne(test_live_deployment(t).replaced, "");
    ck_assert(!test_live_deployment(t).renews);
}
END_TEST

START_TEST(test_archive)
{
    test_store_t *t = test_store_make();
    const char *first, *second;
    int i;

    first = test_live_deploy(t);
    test_store_copy(t, LIVE, "kept");
    second = test_live_deploy(t);
    ck_assert_str_ne(first, second);
    ck_assert_str_eq(test_live_serial(t), second);
    ck_assert_str_eq(test_store_get(t, ARCHIVE "/0001/ecdsa-p256.cert"),
                     test_store_get(t, "kept/ecdsa-p256.cert"));
    ck_assert_str_eq(test_store_get(t, ARCHIVE "/0001/ecdsa-p256.key"),
                     test_store_get(t, "kept/ecdsa-p256.key"));
    for (i = 0; i < 11; i++) { /* all of one month */
        test_live_deploy(t);
    }
    ck_assert(!test_store_has(t, ARCHIVE "/0001"));
    ck_assert(test_store_has(t, ARCHIVE "/0002"));
    ck_assert(test_store_has(t, ARCHIVE "/0012"));
    ck_assert(!test_store_has(t, ARCHIVE "/0013"));
}
END_TEST

static const struct {
    const char *parts;
    const char *names;
    int begin; /* days from now */
    int end;
    const char *told;
} sets[] = {
    {"li", "www.example.org", -1, 89, "example.org"},
    {"li", "www.example.org other.example", -1, 89, "example.org"},
    {"li", NAMES, 1, 90, "not valid now"},
    {"li", NAMES, -90, -1, "not valid now"},
    {"l", NAMES, -1, 89, "chain"},
    {"lr", NAMES, -1, 89, "chain"},
    {"il", NAMES, -1, 89, "key"},
};

/* Nothing in staging/ is believed, and what is live stays so. */
START_TEST(test_bad_sets)
{
    test_store_t *t = test_store_make();
    apr_time_t begin = t->now + sets[_i].begin * DAY;
    apr_time_t end = t->now + sets[_i].end * DAY;

    test_store_stage_as(t, sets[_i].parts, sets[_i].names, begin, end);
    expect_refused(t, sets[_i].told);
    test_live_deploy(t);
    test_store_stage_as(t, sets[_i].parts, sets[_i].names, begin, end);
    expect_refused(t, sets[_i].told);
    ck_assert(test_store_has(t, REFUSED "/ecdsa-p256.cert"));
    ck_assert(!test_store_has(t, ARCHIVE "/0001"));
}
END_TEST

/* The worker orders in a loop what it is not told of: so the failure counts,
 * whichever way it went, and is made good by the next call. */
START_TEST(test_record_cannot_be_written)
{
    static const char record[] = "deploy/www.example.org.json";
    test_store_t *t = test_store_make();
    edge_promotion_t promotion;
    const char *serial;

    serial = test_store_stage_as(t, _i ? "li" : "l", NAMES, t->now - DAY,
                                 t->now + DAY);
    test_store_put(t, "deploy/www.example.org.json/file", "in a directory");
    ck_assert_int_ne(edge_live_promote(&promotion, t->store, t->cert,
                                       EDGE_BY_RESTART, t->now,
                                       &test_live_told, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(promotion,
                     _i ? EDGE_PROMOTION_DONE : EDGE_PROMOTION_REFUSED);
    ck_assert_ptr_nonnull(
        strstr(ae_error_line(&test_live_told, t_pool), record));
    test_store_remove(t, record);
    if (_i) {
        ck_assert_str_eq(test_live_serial(t), serial);
        ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
        ck_assert_str_eq(test_live_deployment(t).serial, serial);
        ck_assert(!test_store_has(t, ARCHIVE));
    } else {
        ck_assert_ptr_nonnull(strstr(test_live_told.why, "chain"));
        ck_assert_ptr_null(test_live_serial(t));
    }
}
END_TEST

START_TEST(test_wider_names_pass)
{
    test_store_t *t = test_store_make();

    test_store_stage_as(t, "lir", NAMES " more.example", t->now - DAY,
                        t->now + DAY);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
}
END_TEST

START_TEST(test_self_signed)
{
    test_store_t *t = test_store_make();
    ae_cert_mint_t *mint;
    ae_key_t *key;
    ae_bytes_t pem;
    ae_error_t err;

    ck_status(edge_store_order_key(&key, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(ae_cert_mint_make(&mint, key, t->now - DAY, t->now + DAY, &err,
                                t_pool),
              APR_SUCCESS, &err);
    ck_status(ae_cert_mint_fallback(&pem, mint, t->cert->names, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_store_stage(t->store, t->cert, pem, &err, t_pool),
              APR_SUCCESS, &err);
    expect_refused(t, "chain");
}
END_TEST

START_TEST(test_foreign_key)
{
    test_store_t *t = test_store_make();

    test_store_stage(t);
    test_store_move(t, SET "/ecdsa-p256.key", "other.key");
    test_store_stage(t);
    test_store_move(t, "other.key", SET "/ecdsa-p256.key");
    expect_refused(t, "key");
}
END_TEST

START_TEST(test_rubbish)
{
    static const char *const files[] = {SET "/ecdsa-p256.key",
                                        SET "/ecdsa-p256.cert"};
    static const char *const texts[] = {"", "rubbish"};
    test_store_t *t = test_store_make();

    test_store_stage(t);
    test_store_put(t, files[_i / 2], texts[_i % 2]);
    expect_refused(t, "www.example.org");
    test_store_stage(t);
    test_store_remove(t, files[_i / 2]);
    expect_refused(t, "missing");
}
END_TEST

START_TEST(test_another_key_type)
{
    test_store_t *t = test_store_make();

    test_store_stage(t);
    t->cert->key_type = AE_KEY_RSA_2048;
    expect_refused(t, "rsa-2048");
}
END_TEST

/* Something else than a directory, or links, in the place of each part. */
START_TEST(test_links)
{
    static const char *const paths[] = {SET, SET "/ecdsa-p256.key",
                                        SET "/ecdsa-p256.cert"};
    test_store_t *t = test_store_make();

    test_store_stage(t);
    test_store_move(t, paths[_i], "elsewhere");
    ck_assert_int_eq(
        symlink(test_store_at(t, "elsewhere"), test_store_at(t, paths[_i])),
        0);
    expect_refused(t, "www.example.org");
    ck_assert(test_store_has(t, "elsewhere"));
}
END_TEST

/* Neither waited for nor read. */
static void put_odd(const test_store_t *t, const char *path, int kind)
{
    test_store_remove(t, path);
    if (kind == 0) {
        ck_assert_int_eq(mkdir(test_store_at(t, path), 0700), 0);
    } else if (kind == 1) {
        ck_assert_int_eq(mkfifo(test_store_at(t, path), 0600), 0);
    } else {
        test_store_put(t, path, "");
        ck_assert_int_eq(truncate(test_store_at(t, path), 1 << 30), 0);
    }
}

START_TEST(test_odd_files)
{
    static const char *const paths[] = {SET "/ecdsa-p256.key",
                                        SET "/ecdsa-p256.cert"};
    test_store_t *t = test_store_make();

    test_live_deploy(t);
    test_store_stage(t);
    put_odd(t, paths[_i % 2], _i / 2);
    expect_refused(t, paths[_i % 2]);
}
END_TEST

/* Nothing but the pair goes live, whatever else the worker put there; and
 * what a link leads to stays. */
START_TEST(test_extra_junk)
{
    test_store_t *t = test_store_make();

    test_store_stage(t);
    test_store_put(t, "elsewhere/file", "not to be touched");
    test_store_put(t, SET "/junk", "junk");
    test_store_put(t, SET "/rsa-2048.cert", "junk");
    test_store_put(t, SET "/directory/file", "junk");
    ck_assert_int_eq(
        symlink(test_store_at(t, "elsewhere"), test_store_at(t, SET "/link")),
        0);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_ptr_nonnull(test_live_serial(t));
    ck_assert(!test_store_has(t, LIVE "/junk"));
    ck_assert(!test_store_has(t, LIVE "/rsa-2048.cert"));
    ck_assert(!test_store_has(t, LIVE "/link"));
    ck_assert(!test_store_has(t, SET));
    ck_assert(test_store_has(t, "elsewhere/file"));
}
END_TEST

START_TEST(test_set_is_a_file)
{
    test_store_t *t = test_store_make();

    test_store_put(t, SET, "a file");
    expect_refused(t, SET);
}
END_TEST

/* Root takes nothing away through a link. */
START_TEST(test_staging_is_a_link)
{
    test_store_t *t = test_store_make();

    test_store_stage(t);
    test_store_move(t, STAGING, "elsewhere");
    ck_assert_int_eq(symlink("../elsewhere", test_store_at(t, STAGING)), 0);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_REFUSED);
    ck_assert(test_store_has(t, "elsewhere/set/ecdsa-p256.cert"));
    ck_assert_ptr_null(test_live_serial(t));
    ck_assert_int_eq(test_live_deployment(t).ok, 0);
}
END_TEST

/* What is live but spoilt is mended by the same certificate. */
START_TEST(test_spoilt_live)
{
    test_store_t *t = test_store_make();
    const char *serial = test_store_stage(t);

    test_store_copy(t, SET, "saved");
    test_live_promote(t);
    test_store_put(t, LIVE "/ecdsa-p256.key", "rubbish");
    test_store_copy(t, "saved", SET);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), serial);
}
END_TEST

START_TEST(test_full_disk)
{
    test_store_t *t = test_store_make();
    const char *first = test_live_deploy(t);
    const char *second = test_store_stage(t);
    edge_promotion_t promotion;
    apr_status_t status;

    test_store_fill_disk();
    status = edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                               t->now, &test_live_told, t_pool);
    test_store_free_disk();
    ck_assert_int_ne(status, APR_SUCCESS);
    ck_assert_int_eq(promotion, EDGE_PROMOTION_NONE);
    ck_assert_str_ne(test_live_told.next, "");
    ck_assert_str_eq(test_live_serial(t), first);
    ck_assert(test_store_has(t, SET));
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), second);
}
END_TEST

static void approve(const test_store_t *t, const char *serial)
{
    ae_error_t err;

    ck_status(edge_request_put(t->store, t->cert, EDGE_REQUEST_DEPLOY, serial,
                               t->now, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(test_only_what_was_approved)
{
    test_store_t *t = test_store_make();
    const char *first = test_store_stage(t);
    const char *second;

    t->cert->deploy.kind = EDGE_SCHEDULE_MANUAL;
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    approve(t, first);
    second = test_store_stage(t);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    ck_assert(test_store_has(t, SET));
    ck_assert_ptr_null(test_live_serial(t));
    ck_assert_int_eq(test_live_deployment(t).at, 0);
    approve(t, second);
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    ck_assert_str_eq(test_live_serial(t), second);
}
END_TEST

START_TEST(test_only_in_its_window)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    ck_status(edge_schedule_parse(&t->cert->deploy, "Mon-Fri 03:00", &err),
              APR_SUCCESS, &err);
    t->now = edge_schedule_next(&t->cert->deploy, t->now + DAY);
    test_store_stage(t);
    t->now -= 1;
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_NONE);
    ck_assert(test_store_has(t, SET));
    t->now += 1;
    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
}
END_TEST

Suite *suite_edge_promote(void)
{
    Suite *suite = suite_create("edge_promote");
    TCase *tc = tcase_create("promote");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_nothing_staged);
    tcase_add_test(tc, test_first);
    tcase_add_test(tc, test_what_it_replaced);
    tcase_add_test(tc, test_archive);
    tcase_add_loop_test(tc, test_bad_sets, 0, sizeof(sets) / sizeof(sets[0]));
    tcase_add_loop_test(tc, test_record_cannot_be_written, 0, 2);
    tcase_add_test(tc, test_wider_names_pass);
    tcase_add_test(tc, test_self_signed);
    tcase_add_test(tc, test_foreign_key);
    tcase_add_loop_test(tc, test_rubbish, 0, 4);
    tcase_add_test(tc, test_another_key_type);
    tcase_add_loop_test(tc, test_links, 0, 3);
    tcase_add_loop_test(tc, test_odd_files, 0, 6);
    tcase_add_test(tc, test_extra_junk);
    tcase_add_test(tc, test_set_is_a_file);
    tcase_add_test(tc, test_staging_is_a_link);
    tcase_add_test(tc, test_spoilt_live);
    tcase_add_test(tc, test_full_disk);
    tcase_add_test(tc, test_only_what_was_approved);
    tcase_add_test(tc, test_only_in_its_window);
    suite_add_tcase(suite, tc);
    return suite;
}
