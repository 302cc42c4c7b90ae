#include "edge_posting.h"

#include "edge_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>

Suite *suite_edge_posting(void);

/* 43 characters each, as section 8.3 of RFC 8555 has them at least. */
#define TOKEN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TOKEN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define PRINT "ccccccccccccccccccccccccccccccccccccccccccc"

static edge_posting_t *posting;
static ae_error_t err;

static void setup(void)
{
    scene_setup();
    posting = edge_posting_create(scene_challenges(), t_pool);
}

static const apr_array_header_t *tokens(void)
{
    apr_array_header_t *list = apr_array_make(t_pool, 2, sizeof(acme_token_t));
    const acme_token_t first = {"a.example", TOKEN_A, TOKEN_A "." PRINT,
                                SCENE_NOW + DAY};
    const acme_token_t second = {"b.example", TOKEN_B, TOKEN_B "." PRINT,
                                 SCENE_NOW + DAY};

    APR_ARRAY_PUSH(list, acme_token_t) = first;
    APR_ARRAY_PUSH(list, acme_token_t) = second;
    return list;
}

START_TEST(put_and_withdrawn)
{
    ck_assert_int_eq(edge_posting_put(posting, tokens(), &err), APR_SUCCESS);
    ck_assert_int_eq(edge_posting_put(posting, tokens(), &err), APR_SUCCESS);
    ck_assert_int_eq(scene_challenges_open(), 2);
    edge_posting_withdraw(posting);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* What was put by a worker before this one. */
START_TEST(recalled_and_withdrawn)
{
    const char *text = apr_psprintf(
        t_pool,
        "{\"order\":{\"tokens\":[{\"name\":\"a.example\",\"token\":\"%s\","
        "\"keyAuthorization\":\"%s.%s\","
        "\"expires\":\"2036-01-01T00:00:00Z\"}]}}",
        TOKEN_A, TOKEN_A, PRINT);
    json_t *saved = ae_json_keep(json_loads(text, 0, NULL), t_pool);
    edge_posting_t *before = edge_posting_create(scene_challenges(), t_pool);

    ck_assert_int_eq(edge_posting_put(before, tokens(), &err), APR_SUCCESS);
    edge_posting_recall(posting, saved);
    edge_posting_withdraw(posting);
    ck_assert_ptr_null(scene_challenge(TOKEN_A));
    ck_assert_ptr_nonnull(scene_challenge(TOKEN_B));
}
END_TEST

/* It may be there all the same. */
START_TEST(withdrawn_after_a_failure)
{
    scene_challenges_break(1);
    ck_assert_int_ne(edge_posting_put(posting, tokens(), &err), APR_SUCCESS);
    scene_challenges_break(0);
    ck_assert_int_eq(
        edge_posting_put(edge_posting_create(scene_challenges(), t_pool),
                         tokens(), &err),
        APR_SUCCESS);
    edge_posting_withdraw(posting);
    ck_assert_ptr_null(scene_challenge(TOKEN_A));
}
END_TEST

Suite *suite_edge_posting(void)
{
    Suite *suite = suite_create("edge_posting");
    TCase *tc = tcase_create("posting");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, put_and_withdrawn);
    tcase_add_test(tc, recalled_and_withdrawn);
    tcase_add_test(tc, withdrawn_after_a_failure);
    suite_add_tcase(suite, tc);
    return suite;
}
