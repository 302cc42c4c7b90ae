/* Why something happens next, in each language. */

#include "show_reason.h"
#include "show_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_reason(void);

#define HOUR apr_time_from_sec(3600)
#define NOW SHOW_SCENE_NOW
#define ENGLISH(text) "<span lang=\"en\">" text "</span>"

static show_scene_t *scene;
static show_query_t query;
static edge_cert_t *cert;
static edge_status_t *status;

static void setup(void)
{
    t_setup();
    scene = show_scene_make(1);
    query = (show_query_t){.page = 1};
    cert = &scene->certs[0];
    status = &scene->statuses[0];
    strcpy(status->action_reason, "the plan's own <words>");
}

static const char *reason(ae_language_t language)
{
    const show_view_t view = show_scene_view(scene, &query);

    query.language = language;
    show_reason(&view, cert, status);
    return show_scene_take(scene);
}

static void expect(const char *english, const char *japanese)
{
    ck_assert_str_eq(reason(AE_ENGLISH), english);
    ck_assert_str_eq(reason(AE_JAPANESE), japanese);
}

#define PLAN "the plan&#39;s own &lt;words&gt;"

START_TEST(test_renewal)
{
    status->action = EDGE_ACTION_RENEW;
    status->action_at = status->renew_at = NOW + HOUR;
    cert->renew_window.percent = 33;
    expect("Two thirds of its lifetime are over then.",
           "有効期間の3分の2が過ぎる時点です。");
    cert->renew_window.percent = 20;
    expect("20% of its lifetime are left then.",
           "有効期間の残りが20%になる時点です。");
    cert->renew_window = (edge_span_t){.time = HOUR};
    expect("Its renewal window (ACMERenewWindow) begins then.",
           "更新期間（ACMERenewWindow）が始まる時点です。");
}
END_TEST

/* Asked for, or another key type: only the plan knows. */
START_TEST(test_renewal_for_another_reason)
{
    status->action = EDGE_ACTION_RENEW;
    status->renew_at = NOW + HOUR;
    status->action_at = NOW;
    expect(PLAN, ENGLISH(PLAN));
}
END_TEST

START_TEST(test_expired)
{
    status->action = EDGE_ACTION_RENEW;
    status->phase = EDGE_PHASE_EXPIRED;
    status->not_after = NOW - HOUR;
    ck_assert_ptr_nonnull(strstr(reason(AE_ENGLISH),
                                 "It expired at <time datetime=\"2027-01-15T"
                                 "07:00:00Z\">"));
}
END_TEST

START_TEST(test_retry)
{
    status->action = EDGE_ACTION_RETRY;
    status->attempts = 3;
    expect(PLAN, ENGLISH(PLAN));
    status->cause = EDGE_CAUSE_CAA;
    ck_assert_ptr_nonnull(strstr(reason(AE_ENGLISH), "Attempt 3 failed. "));
    ck_assert_ptr_nonnull(strstr(
        reason(AE_JAPANESE), edge_cause_meaning(EDGE_CAUSE_CAA, AE_JAPANESE)));
}
END_TEST

START_TEST(test_deployment)
{
    status->action = EDGE_ACTION_DEPLOY;
    expect(PLAN, ENGLISH(PLAN));
    status->action_at = NOW;
    expect("It is issued and goes live with the next restart, which the "
           "server does by itself.",
           "発行済みです。サーバーが自動で行う次の再起動で有効になります。");
    status->is_hot = 1;
    expect("It is issued and goes live within seconds, with no restart.",
           "発行済みです。数秒のうちに、再起動なしで有効になります。");
    status->deploy_at = status->action_at = NOW + HOUR;
    expect("It is issued and waits for its window.",
           "発行済みです。配備の時間帯を待っています。");
}
END_TEST

START_TEST(test_order)
{
    status->action = EDGE_ACTION_FOLLOW;
    expect(PLAN, ENGLISH(PLAN));
    strcpy(status->step, "newOrder");
    strcpy(status->steps[0].word, "newOrder");
    expect("The CA is asked for an order", "認証局にオーダーを要求");
}
END_TEST

START_TEST(test_others)
{
    status->action = EDGE_ACTION_NONE;
    expect(PLAN, ENGLISH(PLAN));
    status->action = EDGE_ACTION_SIGN;
    expect(PLAN, ENGLISH(PLAN));
}
END_TEST

Suite *suite_show_reason(void)
{
    Suite *suite = suite_create("show_reason");
    TCase *tc = tcase_create("reason");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_renewal);
    tcase_add_test(tc, test_renewal_for_another_reason);
    tcase_add_test(tc, test_expired);
    tcase_add_test(tc, test_retry);
    tcase_add_test(tc, test_deployment);
    tcase_add_test(tc, test_order);
    tcase_add_test(tc, test_others);
    suite_add_tcase(suite, tc);
    return suite;
}
