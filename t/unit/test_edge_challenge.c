/* RFC 8555 section 8.3: which requests mean a challenge, what may be answered,
 * and how open ones come back after a restart. */

#include "ae_time.h"
#include "edge_challenge.h"
#include "edge_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define PREFIX EDGE_CHALLENGE_PREFIX
#define TOKEN "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
#define THUMB "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"

START_TEST(exactly_a_token)
{
    const char *path = PREFIX TOKEN;

    ck_assert_str_eq(edge_challenge_token_of(path), TOKEN);
    ck_assert_str_eq(edge_challenge_token_of(PREFIX "x"), "x");
}
END_TEST

static const char *const other_paths[] = {
    NULL,
    "",
    "/",
    "/.well-known/acme-challenge",
    PREFIX,
    PREFIX TOKEN "/",
    PREFIX TOKEN "/more",
    PREFIX TOKEN "?q",
    PREFIX TOKEN "%00",
    PREFIX TOKEN "=",
    PREFIX "%65vaGxf",
    PREFIX "../" TOKEN,
    PREFIX "..",
    PREFIX "/" TOKEN,
    PREFIX "a%2fb",
    PREFIX "a b",
    PREFIX "a.b",
    PREFIX "a\xc3\xa9",
    "/.well-known/acme-challenge%2f" TOKEN,
    "/.Well-Known/acme-challenge/" TOKEN,
    "//.well-known/acme-challenge/" TOKEN,
    "/x/.well-known/acme-challenge/" TOKEN,
    ".well-known/acme-challenge/" TOKEN,
};

START_TEST(other_paths_are_none_of_ours)
{
    ck_assert_ptr_null(edge_challenge_token_of(other_paths[_i]));
}
END_TEST

static const char *letters(apr_size_t count)
{
    char *text = apr_palloc(t_pool, count + 1);

    memset(text, 'a', count);
    text[count] = '\0';
    return text;
}

START_TEST(length_is_bounded)
{
    ck_assert_ptr_nonnull(edge_challenge_token_of(
        apr_pstrcat(t_pool, PREFIX, letters(ACME_TOKEN_LENGTH_MAX), NULL)));
    ck_assert_ptr_null(edge_challenge_token_of(apr_pstrcat(
        t_pool, PREFIX, letters(ACME_TOKEN_LENGTH_MAX + 1), NULL)));
    ck_assert_ptr_null(edge_challenge_token_of(
        apr_pstrcat(t_pool, PREFIX, letters(10240), NULL)));
}
END_TEST

static int valid(const char *token, const char *answer)
{
    return edge_challenge_answer_valid(token, answer, strlen(answer));
}

/* RFC 8555 section 8.1: token "." thumbprint, and nothing else. */
START_TEST(answers)
{
    ck_assert_int_eq(valid(TOKEN, TOKEN "." THUMB), 1);
    ck_assert_int_eq(valid(TOKEN, TOKEN "." THUMB "\n"), 0);
    ck_assert_int_eq(valid(TOKEN, TOKEN "." THUMB "A"), 0);
    ck_assert_int_eq(valid(TOKEN, TOKEN ":" THUMB), 0);
    ck_assert_int_eq(valid(TOKEN, TOKEN), 0);
    ck_assert_int_eq(valid(TOKEN, "x" TOKEN "." THUMB), 0);
    ck_assert_int_eq(valid("other", TOKEN "." THUMB), 0);
    ck_assert_int_eq(valid(TOKEN, ""), 0);
    ck_assert_int_eq(valid("<b>", "<b>." THUMB), 0);
    ck_assert_int_eq(
        valid(TOKEN, TOKEN ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mq<b>"),
        0);
}
END_TEST

static void save_tokens(const edge_cert_t *cert, const char *tokens)
{
    ae_error_t err;
    json_t *json = NULL;
    const char *text = apr_psprintf(
        t_pool, "{\"provider\":\"ca\",\"order\":{\"tokens\":[%s]}}", tokens);

    ck_assert_int_eq(ae_json_parse(&json, text, strlen(text), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(edge_store_order_save(scene_store(), cert, json,
                                           AE_FILE_VOLATILE, &err, t_pool),
                     APR_SUCCESS);
}

static const char *token_json(const char *token, const char *answer,
                              apr_time_t expires)
{
    return apr_psprintf(t_pool,
                        "{\"name\":\"a.example\",\"token\":\"%s\","
                        "\"keyAuthorization\":\"%s\",\"expires\":\"%s\"}",
                        token, answer, ae_time_print(expires, t_pool));
}

static unsigned republish(const edge_cert_t *cert)
{
    return edge_challenge_republish(scene_challenges(), scene_store(),
                                    scene_certs(cert, NULL), SCENE_NOW,
                                    scene_log(), t_pool);
}

START_TEST(open_tokens_come_back)
{
    edge_cert_t *cert = scene_cert("a.example b.example", "ca");

    save_tokens(
        cert,
        apr_pstrcat(t_pool, token_json("one", "one." THUMB, SCENE_NOW + DAY),
                    ",", token_json("two", "two." THUMB, SCENE_NOW + DAY),
                    NULL));
    ck_assert_uint_eq(republish(cert), 2);
    ck_assert_str_eq(scene_challenge("one"), "one." THUMB);
    ck_assert_str_eq(scene_challenge("two"), "two." THUMB);
}
END_TEST

START_TEST(expired_or_forged_tokens_do_not)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");

    save_tokens(
        cert,
        apr_pstrcat(t_pool, token_json("old", "old." THUMB, SCENE_NOW), ",",
                    token_json("evil", "<script>", SCENE_NOW + DAY), ",",
                    token_json("../x", "../x." THUMB, SCENE_NOW + DAY), ",",
                    token_json("other", "one." THUMB, SCENE_NOW + DAY),
                    ",{\"token\":\"bare\"},7,null", NULL));
    ck_assert_uint_eq(republish(cert), 0);
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

START_TEST(no_order_no_token)
{
    ck_assert_uint_eq(republish(scene_cert("a.example", "ca")), 0);
    ck_assert_int_eq(scene_logged(""), 0);
}
END_TEST

START_TEST(one_damaged_order_does_not_keep_the_others)
{
    edge_cert_t *bad = scene_cert("bad.example", "ca");
    edge_cert_t *good = scene_cert("good.example", "ca");
    ae_bytes_t rubbish = {(const unsigned char *)"{", 1};

    save_tokens(bad, "");
    save_tokens(good, token_json("one", "one." THUMB, SCENE_NOW + DAY));
    scene_write("staging/bad.example/order/order.json", rubbish);
    ck_assert_uint_eq(edge_challenge_republish(scene_challenges(),
                                               scene_store(),
                                               scene_certs(bad, good, NULL),
                                               SCENE_NOW, scene_log(), t_pool),
                      1);
    ck_assert_int_eq(scene_logged("warning: AE048: bad.example: "), 1);
}
END_TEST

START_TEST(a_full_store_is_named)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");

    save_tokens(cert, token_json("one", "one." THUMB, SCENE_NOW + DAY));
    scene_challenges_break(1);
    ck_assert_uint_eq(republish(cert), 0);
    ck_assert_int_eq(scene_logged("warning: AE049: a.example: "), 1);
    ck_assert_int_eq(scene_logged(THUMB), 0);
}
END_TEST

Suite *suite_edge_challenge(void);

Suite *suite_edge_challenge(void)
{
    Suite *suite = suite_create("edge_challenge");
    TCase *tc = tcase_create("challenge");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_add_test(tc, exactly_a_token);
    tcase_add_loop_test(tc, other_paths_are_none_of_ours, 0,
                        sizeof(other_paths) / sizeof(other_paths[0]));
    tcase_add_test(tc, length_is_bounded);
    tcase_add_test(tc, answers);
    tcase_add_test(tc, open_tokens_come_back);
    tcase_add_test(tc, expired_or_forged_tokens_do_not);
    tcase_add_test(tc, no_order_no_token);
    tcase_add_test(tc, one_damaged_order_does_not_keep_the_others);
    tcase_add_test(tc, a_full_store_is_named);
    suite_add_tcase(suite, tc);
    return suite;
}
