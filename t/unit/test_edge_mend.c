#include "edge_live.h"
#include "support.h"
#include "test_store.h"

#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_mend(void);

#define LIVE "live/www.example.org"
#define ARCHIVE "archive/www.example.org"
#define CERT LIVE "/ecdsa-p256.cert"
#define KEY LIVE "/ecdsa-p256.key"

static void deploy(const test_store_t *t)
{
    edge_promotion_t promotion;
    ae_error_t err;

    test_store_stage(t);
    ck_status(edge_live_promote(&promotion, t->store, t->cert, EDGE_BY_RESTART,
                                t->now, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert_int_eq(promotion, EDGE_PROMOTION_DONE);
}

static apr_status_t check(const test_store_t *t, ae_error_t *err)
{
    memset(err, 0, sizeof(*err));
    return edge_live_check(edge_store_dir(t->store), t->cert, err, t_pool);
}

static int mend(const test_store_t *t, ae_error_t *err)
{
    ck_assert_int_ne(check(t, err), APR_SUCCESS);
    return edge_live_mend(t->store, t->cert, err, t_pool);
}

static const struct {
    const char *path;
    const char *text; /* NULL: nothing at all */
} damages[] = {
    {CERT, ""},       {CERT, "rubbish"}, {CERT, NULL},   {KEY, ""},
    {KEY, "rubbish"}, {KEY, NULL},       {LIVE, "file"},
};

#define DAMAGES ((int)(sizeof(damages) / sizeof(damages[0])))

static void damage(const test_store_t *t, int i)
{
    test_store_remove(t, damages[i].path);
    if (damages[i].text != NULL) {
        test_store_put(t, damages[i].path, damages[i].text);
    }
}

START_TEST(test_the_former_one_comes_back)
{
    test_store_t *t = test_store_make();
    const char *former;
    ae_error_t err;

    deploy(t);
    former = test_store_get(t, CERT);
    deploy(t);
    ck_assert_str_ne(test_store_get(t, CERT), former);
    damage(t, _i);
    ck_assert(mend(t, &err));
    ck_assert_ptr_nonnull(strstr(err.next, ARCHIVE "/damaged"));
    ck_assert_str_eq(test_store_get(t, CERT), former);
    ck_status(check(t, &err), APR_SUCCESS, &err);
    ck_assert(test_store_has(t, ARCHIVE "/damaged"));
    ck_assert(!test_store_has(t, ARCHIVE "/0001"));
}
END_TEST

/* Nothing is live then, as before the first one. */
START_TEST(test_without_a_former_one)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    deploy(t);
    damage(t, _i);
    ck_assert(!mend(t, &err));
    ck_assert_ptr_nonnull(strstr(err.next, "ordered"));
    ck_assert(!test_store_has(t, LIVE));
    deploy(t);
    ck_status(check(t, &err), APR_SUCCESS, &err);
    damage(t, _i); /* a second time: the first damage gives way */
    ck_assert(!mend(t, &err));
}
END_TEST

START_TEST(test_links)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    deploy(t);
    test_store_move(t, KEY, "elsewhere");
    ck_assert_int_eq(
        symlink(test_store_at(t, "elsewhere"), test_store_at(t, KEY)), 0);
    ck_assert(!mend(t, &err));
    ck_assert(test_store_has(t, "elsewhere"));
    ck_assert(!test_store_has(t, LIVE));
}
END_TEST

/* What is not there is not damaged, and what the system cannot tell may be
 * well. */
START_TEST(test_no_damage)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    ck_assert(!mend(t, &err));
    ck_assert_str_eq(err.next, "");
    deploy(t);
    ae_error_set(&err, APR_EMFILE, "Cannot read");
    ck_assert(!edge_live_mend(t->store, t->cert, &err, t_pool));
    ck_assert(test_store_has(t, CERT));
    ck_assert(!test_store_has(t, ARCHIVE "/damaged"));
}
END_TEST

/* It stays where it is, and that is told too. */
START_TEST(test_it_cannot_be_moved)
{
    test_store_t *t = test_store_make();
    ae_error_t err;

    deploy(t);
    test_store_put(t, KEY, "rubbish");
    test_store_put(t, ARCHIVE, "a file");
    ck_assert(!mend(t, &err));
    ck_assert_ptr_nonnull(strstr(err.next, ARCHIVE));
    ck_assert(test_store_has(t, CERT));
}
END_TEST

Suite *suite_edge_mend(void)
{
    Suite *suite = suite_create("edge_mend");
    TCase *tc = tcase_create("mend");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_the_former_one_comes_back, 0, DAMAGES);
    tcase_add_loop_test(tc, test_without_a_former_one, 0, DAMAGES);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_no_damage);
    tcase_add_test(tc, test_it_cannot_be_moved);
    suite_add_tcase(suite, tc);
    return suite;
}
