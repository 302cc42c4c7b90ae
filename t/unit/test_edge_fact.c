/* What is told of a status. */

#include "edge_fact.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_edge_fact(void);

static const char *value_of(const char *key, const edge_status_t *status)
{
    int i;

    for (i = 0; i < edge_fact_count(); i++) {
        if (strcmp(edge_fact_key(i), key) == 0) {
            ck_assert_str_ne(edge_fact_label(i), "");
            return edge_fact_value(i, status, t_pool);
        }
    }
    ck_abort_msg("no fact %s", key);
}

START_TEST(test_values)
{
    edge_status_t status;

    memset(&status, 0, sizeof(status));
    strcpy(status.name, "www.example.org");
    status.phase = EDGE_PHASE_VALID;
    status.not_after = apr_time_from_sec(APR_INT64_C(1800000000));
    status.action = EDGE_ACTION_RENEW;
    status.attempts = 3;
    status.renew_at = apr_time_from_sec(APR_INT64_C(1790000000));
    strcpy(status.staged_serial, "0a");
    status.staged_not_after = apr_time_from_sec(APR_INT64_C(1800000001));
    status.deploy_at = apr_time_from_sec(APR_INT64_C(1800000002));
    status.succeeded_at = apr_time_from_sec(APR_INT64_C(1800000003));
    status.cause = EDGE_CAUSE_CAA;
    status.live_since = apr_time_from_sec(APR_INT64_C(1800000004));
    status.live_by = EDGE_BY_HOT;
    ck_assert_str_eq(edge_fact_key(0), "Name");
    ck_assert_str_eq(value_of("Name", &status), "www.example.org");
    ck_assert_str_eq(value_of("State", &status), "valid");
    ck_assert_str_eq(value_of("NotAfter", &status), "2027-01-15T08:00:00Z");
    ck_assert_str_eq(value_of("NextAction", &status), "renew");
    ck_assert_str_eq(value_of("Attempts", &status), "3");
    ck_assert_str_eq(value_of("RenewAt", &status), "2026-09-21T14:13:20Z");
    ck_assert_str_eq(value_of("PendingSerial", &status), "0a");
    ck_assert_str_eq(value_of("PendingNotAfter", &status),
                     "2027-01-15T08:00:01Z");
    ck_assert_str_eq(value_of("DeployAt", &status), "2027-01-15T08:00:02Z");
    ck_assert_str_eq(value_of("LastSuccessAt", &status),
                     "2027-01-15T08:00:03Z");
    ck_assert_str_eq(value_of("Cause", &status), "caa");
    ck_assert_str_eq(value_of("LiveSince", &status), "2027-01-15T08:00:04Z");
    ck_assert_str_eq(value_of("LiveBy", &status), "hot");
    status.live_by = EDGE_BY_RESTART;
    ck_assert_str_eq(value_of("LiveBy", &status), "restart");
}
END_TEST

START_TEST(test_what_is_not_there)
{
    static const char *const keys[] = {
        "Step",          "Serial",  "NotAfter", "NextActionAt", "LastSignText",
        "PendingSerial", "RenewAt", "Cause",    "LiveSince",    "LiveBy"};
    edge_status_t status;
    apr_size_t i;

    memset(&status, 0, sizeof(status));
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        ck_assert_str_eq(value_of(keys[i], &status), "-");
    }
}
END_TEST

Suite *suite_edge_fact(void)
{
    Suite *suite = suite_create("edge_fact");
    TCase *tc = tcase_create("fact");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_values);
    tcase_add_test(tc, test_what_is_not_there);
    suite_add_tcase(suite, tc);
    return suite;
}
