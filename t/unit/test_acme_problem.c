#include "acme_problem.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define URN "urn:ietf:params:acme:error:"

static const acme_problem_t *problem_of(const char *text)
{
    json_t *json = ae_json_keep(json_loads(text, 0, NULL), t_pool);

    ck_assert_ptr_nonnull(json);
    return acme_problem_read(json, t_pool);
}

static const acme_problem_t *problem_typed(const char *word)
{
    return problem_of(apr_psprintf(
        t_pool, "{\"type\":\"" URN "%s\",\"detail\":\"words\"}", word));
}

static ae_error_t explain(const acme_problem_t *problem)
{
    ae_error_t err;

    ae_error_set(&err, AE_EREMOTE, "The CA refused");
    acme_problem_explain(&err, problem);
    return err;
}

/* RFC 8555 section 6.7 and RFC 9773 section 7 */
START_TEST(test_every_type_of_the_rfcs)
{
    static const struct {
        const char *word;
        acme_problem_kind_t kind;
        acme_retry_t retry;
    } all[] = {
        {"accountDoesNotExist", ACME_PROBLEM_ACCOUNT_DOES_NOT_EXIST,
         ACME_RETRY_DAILY},
        {"alreadyReplaced", ACME_PROBLEM_ALREADY_REPLACED, ACME_RETRY_BACKOFF},
        {"alreadyRevoked", ACME_PROBLEM_ALREADY_REVOKED, ACME_RETRY_DAILY},
        {"badCSR", ACME_PROBLEM_BAD_CSR, ACME_RETRY_DAILY},
        {"badNonce", ACME_PROBLEM_BAD_NONCE, ACME_RETRY_BACKOFF},
        {"badPublicKey", ACME_PROBLEM_BAD_PUBLIC_KEY, ACME_RETRY_DAILY},
        {"badRevocationReason", ACME_PROBLEM_BAD_REVOCATION_REASON,
         ACME_RETRY_DAILY},
        {"badSignatureAlgorithm", ACME_PROBLEM_BAD_SIGNATURE_ALGORITHM,
         ACME_RETRY_DAILY},
        {"caa", ACME_PROBLEM_CAA, ACME_RETRY_DAILY},
        {"compound", ACME_PROBLEM_COMPOUND, ACME_RETRY_BACKOFF},
        {"connection", ACME_PROBLEM_CONNECTION, ACME_RETRY_BACKOFF},
        {"dns", ACME_PROBLEM_DNS, ACME_RETRY_BACKOFF},
        {"externalAccountRequired", ACME_PROBLEM_EXTERNAL_ACCOUNT_REQUIRED,
         ACME_RETRY_DAILY},
        {"incorrectResponse", ACME_PROBLEM_INCORRECT_RESPONSE,
         ACME_RETRY_BACKOFF},
        {"invalidContact", ACME_PROBLEM_INVALID_CONTACT, ACME_RETRY_DAILY},
        {"invalidProfile", ACME_PROBLEM_INVALID_PROFILE, ACME_RETRY_DAILY},
        {"malformed", ACME_PROBLEM_MALFORMED, ACME_RETRY_DAILY},
        {"orderNotReady", ACME_PROBLEM_ORDER_NOT_READY, ACME_RETRY_BACKOFF},
        {"rateLimited", ACME_PROBLEM_RATE_LIMITED, ACME_RETRY_BACKOFF},
        {"rejectedIdentifier", ACME_PROBLEM_REJECTED_IDENTIFIER,
         ACME_RETRY_DAILY},
        {"serverInternal", ACME_PROBLEM_SERVER_INTERNAL, ACME_RETRY_BACKOFF},
        {"tls", ACME_PROBLEM_TLS, ACME_RETRY_BACKOFF},
        {"unauthorized", ACME_PROBLEM_UNAUTHORIZED, ACME_RETRY_BACKOFF},
        {"unsupportedContact", ACME_PROBLEM_UNSUPPORTED_CONTACT,
         ACME_RETRY_DAILY},
        {"unsupportedIdentifier", ACME_PROBLEM_UNSUPPORTED_IDENTIFIER,
         ACME_RETRY_DAILY},
        {"userActionRequired", ACME_PROBLEM_USER_ACTION_REQUIRED,
         ACME_RETRY_PERSON},
    };
    size_t i;

    ck_assert_uint_eq(sizeof(all) / sizeof(all[0]) + 1, ACME_PROBLEM_KINDS);
    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const acme_problem_t *problem = problem_typed(all[i].word);
        ck_assert_int_eq(problem->kind, all[i].kind);
        ck_assert_int_eq(acme_problem_retry(problem), all[i].retry);
    }
}
END_TEST

/* RFC 8555 section 6.7: unknown types are kept and shown. */
START_TEST(test_unknown_types_are_kept_and_shown)
{
    const acme_problem_t *ours =
        problem_of("{\"type\":\"" URN "moonPhase\",\"detail\":\"too full\"}");
    const acme_problem_t *other =
        problem_of("{\"type\":\"https://ca.test/problem/7\"}");

    ck_assert_int_eq(ours->kind, ACME_PROBLEM_OTHER);
    ck_assert_int_eq(acme_problem_retry(ours), ACME_RETRY_BACKOFF);
    ck_assert_str_eq(explain(ours).why, "too full (" URN "moonPhase)");
    ck_assert_str_eq(other->type, "https://ca.test/problem/7");
    ck_assert_str_eq(other->detail, "");
}
END_TEST

START_TEST(test_odd_documents)
{
    const acme_problem_t *empty = problem_of("{}");
    const acme_problem_t *odd =
        problem_of("{\"type\":7,\"detail\":null,\"status\":\"x\","
                   "\"subproblems\":{\"a\":1},\"identifier\":[]}");
    const acme_problem_t *title =
        problem_of("{\"title\":\"Not today\",\"status\":503,"
                   "\"subproblems\":[1,null,{}]}");

    ck_assert_str_eq(empty->type, "about:blank");
    ck_assert_str_eq(empty->detail, "");
    ck_assert_int_eq(empty->status, 0);
    ck_assert_int_eq(empty->subproblems->nelts, 0);
    ck_assert_str_eq(odd->type, "about:blank");
    ck_assert_ptr_null(odd->identifier);
    ck_assert_str_eq(title->detail, "Not today");
    ck_assert_int_eq(title->status, 503);
    ck_assert_int_eq(title->subproblems->nelts, 1);
    ck_assert_str_ne(explain(empty).why, "");
}
END_TEST

START_TEST(test_long_and_dirty_text_is_cut_and_cleaned)
{
    char *text = apr_pcalloc(t_pool, 5001);
    const acme_problem_t *problem;
    ae_error_t err;

    memset(text, 'x', 5000);
    problem = problem_of(apr_psprintf(
        t_pool, "{\"type\":\"%s\",\"detail\":\"a\\u001b[31m\\n%s\"}", text,
        text));
    ck_assert_uint_lt(strlen(problem->type), 200);
    ck_assert_uint_lt(strlen(problem->detail), 1100);
    ck_assert_ptr_null(strchr(problem->detail, '\x1b'));
    ck_assert_ptr_null(strchr(problem->detail, '\n'));
    err = explain(problem);
    ck_assert_uint_lt(strlen(err.why), sizeof(err.why));
}
END_TEST

/* RFC 8555 section 6.7.1 */
START_TEST(test_subproblems_each_with_its_identifier)
{
    const acme_problem_t *problem = problem_of(
        "{\"type\":\"" URN
        "compound\",\"detail\":\"Several\",\"subproblems\":["
        "{\"type\":\"" URN "dns\",\"detail\":\"NXDOMAIN\","
        "\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"}},"
        "{\"type\":\"" URN "rejectedIdentifier\",\"detail\":\"Not for you\","
        "\"identifier\":{\"type\":\"dns\",\"value\":\"b.example\"}}]}");
    ae_error_t err = explain(problem);

    ck_assert_int_eq(problem->subproblems->nelts, 2);
    ck_assert_int_eq(acme_problem_retry(problem), ACME_RETRY_DAILY);
    ck_assert_str_eq(err.what, "The CA refused");
    ck_assert_str_eq(err.why,
                     "Several (" URN "compound); "
                     "a.example: NXDOMAIN (" URN "dns); "
                     "b.example: Not for you (" URN "rejectedIdentifier)");
    ck_assert_str_eq(err.next, "");
    ck_assert_int_eq(acme_problem_decisive(problem)->kind,
                     ACME_PROBLEM_REJECTED_IDENTIFIER);
}
END_TEST

/* RFC 8555 section 8.1: what a CA quotes of it must not reach a log. */
START_TEST(test_key_authorization_is_masked)
{
    const acme_problem_t *problem = problem_of(
        "{\"type\":\"" URN "unauthorized\",\"detail\":\"did not match. "
        "Expected \\\"toKen-1234567890.abcdefghijklmnopqrstuvwxyz_-"
        "012345678901234\\\" (got \\\"a.b\\\")\"}");

    ck_assert_str_eq(problem->detail,
                     "did not match. Expected \"toKen-1234567890."
                     "*******************************************\" "
                     "(got \"a.b\")");
}
END_TEST

/* A list that never ends and nests for ever costs nothing. */
START_TEST(test_subproblems_are_bounded)
{
    const char *text = "{}";
    apr_array_header_t *many = apr_array_make(t_pool, 2000, sizeof(char *));
    int i;

    for (i = 0; i < 50; i++) {
        text = apr_psprintf(t_pool, "{\"subproblems\":[%s]}", text);
    }
    ck_assert_str_ne(explain(problem_of(text)).why, "");
    for (i = 0; i < 2000; i++) {
        APR_ARRAY_PUSH(many, const char *) = "{}";
    }
    text = apr_psprintf(t_pool, "{\"subproblems\":[%s]}",
                        apr_array_pstrcat(t_pool, many, ','));
    ck_assert_int_le(problem_of(text)->subproblems->nelts, 100);
    ck_assert_str_ne(explain(problem_of(text)).why, "");
}
END_TEST

START_TEST(test_unpause_needs_a_person)
{
    const acme_problem_t *problem = problem_of(
        "{\"type\":\"" URN "rateLimited\",\"detail\":\"Your account is "
        "temporarily prevented from requesting certificates for a.example. "
        "Please visit: https://ca.test/sfe/v1/unpause?jwt=eyJh.bGci.OiJ.\"}");
    ae_error_t err = explain(problem);

    ck_assert_str_eq(problem->unpause,
                     "https://ca.test/sfe/v1/unpause?jwt=eyJh.bGci.OiJ");
    ck_assert_int_eq(acme_problem_retry(problem), ACME_RETRY_PERSON);
    ck_assert_ptr_nonnull(strstr(err.next, problem->unpause));
}
END_TEST

START_TEST(test_unpause_longer_than_the_words)
{
    char *jwt = apr_pcalloc(t_pool, 1501);
    const acme_problem_t *problem;
    ae_error_t err;

    memset(jwt, 'J', 1500);
    problem =
        problem_of(apr_psprintf(t_pool,
                                "{\"type\":\"" URN "rateLimited\",\"detail\":"
                                "\"See https://ca.test/unpause?jwt=%s now\"}",
                                jwt));
    err = explain(problem);
    ck_assert_uint_gt(strlen(problem->unpause), 1500);
    ck_assert_int_eq(acme_problem_retry(problem), ACME_RETRY_PERSON);
    ck_assert_str_eq(err.next, "");
}
END_TEST

START_TEST(test_other_urls_do_not_lift_a_pause)
{
    ck_assert_ptr_null(
        problem_of("{\"type\":\"" URN "rateLimited\",\"detail\":\"too many; "
                   "see https://ca.test/docs/rate-limits/ to unpause\"}")
            ->unpause);
    ck_assert_ptr_null(problem_of("{\"type\":\"" URN "malformed\",\"detail\":"
                                  "\"https://ca.test/unpause\"}")
                           ->unpause);
    ck_assert_ptr_null(problem_of("{\"type\":\"" URN
                                  "rateLimited\",\"detail\":"
                                  "\"http://ca.test/unpause\"}")
                           ->unpause);
}
END_TEST

/* RFC 8555 section 7.3.3 */
START_TEST(test_user_action_shows_its_instance)
{
    const acme_problem_t *problem =
        problem_of("{\"type\":\"" URN "userActionRequired\",\"detail\":"
                   "\"Terms have changed\",\"instance\":"
                   "\"https://ca.test/agree?token=1\"}");

    ck_assert_ptr_nonnull(
        strstr(explain(problem).next, "https://ca.test/agree?token=1"));
}
END_TEST

START_TEST(test_a_copy_lives_by_itself)
{
    apr_pool_t *scratch;
    const acme_problem_t *copy;
    json_t *json = ae_json_keep(
        json_loads("{\"type\":\"" URN "compound\",\"detail\":\"d\","
                   "\"instance\":\"i\",\"subproblems\":[{\"identifier\":"
                   "{\"value\":\"a.example\"}}]}",
                   0, NULL),
        t_pool);

    apr_pool_create(&scratch, t_pool);
    copy = acme_problem_copy(acme_problem_read(json, scratch), t_pool);
    apr_pool_destroy(scratch);
    ck_assert_str_eq(copy->type, URN "compound");
    ck_assert_str_eq(copy->instance, "i");
    ck_assert_str_eq(
        APR_ARRAY_IDX(copy->subproblems, 0, const acme_problem_t *)
            ->identifier,
        "a.example");
}
END_TEST

Suite *suite_acme_problem(void)
{
    Suite *suite = suite_create("acme_problem");
    TCase *tc = tcase_create("problem");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_every_type_of_the_rfcs);
    tcase_add_test(tc, test_unknown_types_are_kept_and_shown);
    tcase_add_test(tc, test_odd_documents);
    tcase_add_test(tc, test_long_and_dirty_text_is_cut_and_cleaned);
    tcase_add_test(tc, test_subproblems_each_with_its_identifier);
    tcase_add_test(tc, test_subproblems_are_bounded);
    tcase_add_test(tc, test_key_authorization_is_masked);
    tcase_add_test(tc, test_unpause_needs_a_person);
    tcase_add_test(tc, test_unpause_longer_than_the_words);
    tcase_add_test(tc, test_other_urls_do_not_lift_a_pause);
    tcase_add_test(tc, test_user_action_shows_its_instance);
    tcase_add_test(tc, test_a_copy_lives_by_itself);
    suite_add_tcase(suite, tc);
    return suite;
}
