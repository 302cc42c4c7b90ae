/* How things stand, for programs. */

#include "edge_event.h"
#include "show_json.h"
#include "show_scene.h"
#include "support.h"

#include "ae_json.h"

#include <check.h>
#include <string.h>

Suite *suite_show_json(void);

static show_scene_t *scene;

static void setup(void)
{
    t_setup();
    scene = show_scene_make(3);
}

static const json_t *show(show_query_t query)
{
    const char *text;
    json_t *json;

    query.page = query.page ? query.page : 1;
    show_json(&scene->out, &scene->source, &query, t_pool);
    text = show_scene_take(scene);
    ck_assert_ptr_nonnull(strstr(text, "}\n"));
    json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(json);
    return ae_json_keep(json, t_pool);
}

static const json_t *show_all(void)
{
    return show((show_query_t){.page = 1});
}

/* The member at the end of a way: "certificates/0/name". */
static const json_t *at(const json_t *json, const char *way)
{
    char part[64];

    while (*way != '\0') {
        apr_size_t len = strcspn(way, "/");

        ck_assert_uint_lt(len, sizeof(part));
        memcpy(part, way, len);
        part[len] = '\0';
        json = json_is_array(json)
                   ? json_array_get(json, (size_t)(part[0] - '0'))
                   : json_object_get(json, part);
        ck_assert_msg(json != NULL, "there is no %s", part);
        way += len + (way[len] == '/');
    }
    return json;
}

static const char *text_at(const json_t *json, const char *way)
{
    const char *text = json_string_value(at(json, way));

    ck_assert_msg(text != NULL, "%s is no text", way);
    return text;
}

static int number_at(const json_t *json, const char *way)
{
    ck_assert(json_is_integer(at(json, way)));
    return (int)json_integer_value(at(json, way));
}

START_TEST(test_head)
{
    const json_t *json;

    scene->statuses[1].phase = EDGE_PHASE_FAILING;
    scene->statuses[2].action = EDGE_ACTION_RENEW;
    scene->statuses[2].action_at = SHOW_SCENE_NOW + apr_time_from_sec(60);
    json = show_all();
    ck_assert_int_eq(number_at(json, "version"), 1);
    ck_assert_str_eq(text_at(json, "generatedAt"), "2027-01-15T08:00:00Z");
    ck_assert_str_eq(text_at(json, "worker/state"), "active");
    ck_assert_str_eq(text_at(json, "worker/lastTick"), "2027-01-15T08:00:00Z");
    ck_assert(json_is_null(at(json, "worker/trouble")));
    ck_assert_int_eq(number_at(json, "total"), 3);
    ck_assert_int_eq(number_at(json, "counts/valid"), 2);
    ck_assert_int_eq(number_at(json, "counts/failing"), 1);
    ck_assert_int_eq(number_at(json, "counts/expired"), 0);
    ck_assert_str_eq(text_at(json, "next/name"), "c2.example.org");
    ck_assert_str_eq(text_at(json, "next/action"), "renew");
    ck_assert_str_eq(text_at(json, "next/at"), "2027-01-15T08:01:00Z");
    ck_assert_int_eq(number_at(json, "matching"), 3);
    ck_assert_int_eq(number_at(json, "page"), 1);
    ck_assert_int_eq(number_at(json, "pages"), 1);
    ck_assert_uint_eq(json_array_size(at(json, "certificates")), 3);
}
END_TEST

START_TEST(test_worker)
{
    ae_error_set(&scene->trouble, AE_EUNSAFE, "the store is open to all");
    ae_error_next(&scene->trouble, "chmod 700");
    scene->source.last_tick = SHOW_SCENE_NOW - apr_time_from_sec(30);
    ck_assert_str_eq(text_at(show_all(), "worker/state"), "silent");
    ck_assert_str_eq(text_at(show_all(), "worker/trouble/what"),
                     "the store is open to all");
    ck_assert(json_is_null(at(show_all(), "worker/trouble/why")));
    scene->source.last_tick = 0;
    ck_assert_str_eq(text_at(show_all(), "worker/state"), "not begun");
    ck_assert(json_is_null(at(show_all(), "worker/lastTick")));
}
END_TEST

START_TEST(test_port)
{
    ck_assert(json_is_null(at(show_all(), "challengePort")));
    scene->source.port = 80;
    ck_assert_int_eq(number_at(show_all(), "challengePort/port"), 80);
    ck_assert(json_is_false(at(show_all(), "challengePort/open")));
    scene->source.port_is_open = 1;
    ck_assert(json_is_true(at(show_all(), "challengePort/open")));
}
END_TEST

START_TEST(test_findings)
{
    apr_array_header_t *findings = edge_findings_make(t_pool);
    const json_t *json = show_all();

    ck_assert_uint_eq(json_array_size(at(json, "findings")), 0);
    edge_finding_add(findings, AE_LOG_WARNING, "AE018", "", "port 80");
    edge_finding_add(findings, AE_LOG_NOTICE, "AE025", "c1.example.org", "x");
    scene->source.findings = findings;
    json = json_array_get(at(show_all(), "findings"), 0);
    ck_assert_str_eq(text_at(json, "level"), "warning");
    ck_assert_str_eq(text_at(json, "id"), "AE018");
    ck_assert(json_is_null(at(json, "name")));
    ck_assert_str_eq(text_at(json, "text"), "port 80");
    json = json_array_get(at(show_all(), "findings"), 1);
    ck_assert_str_eq(text_at(json, "level"), "notice");
    ck_assert_str_eq(text_at(json, "name"), "c1.example.org");
}
END_TEST

START_TEST(test_nothing_managed)
{
    const json_t *json;

    scene = show_scene_make(0);
    json = show_all();
    ck_assert_int_eq(number_at(json, "total"), 0);
    ck_assert(json_is_null(at(json, "next")));
    ck_assert_uint_eq(json_array_size(at(json, "certificates")), 0);
}
END_TEST

static void stand(void)
{
    edge_status_t *status = &scene->statuses[0];

    show_scene_name(scene, 0, "a.example b.example c.example");
    scene->certs[0].renews_by_hand = 1;
    scene->certs[0].deploy.kind = EDGE_SCHEDULE_MANUAL;
    status->phase = EDGE_PHASE_STAGED;
    status->not_after = SHOW_SCENE_NOW;
    status->attempts = 2;
    status->cause = EDGE_CAUSE_CAA;
    status->succeeded_at = SHOW_SCENE_NOW;
    status->renew_at = SHOW_SCENE_NOW + apr_time_from_sec(1);
    strcpy(status->staged_serial, "0abc");
    status->staged_not_after = SHOW_SCENE_NOW + apr_time_from_sec(2);
    strcpy(status->steps[0].word, "newOrder");
    status->steps[0].at = SHOW_SCENE_NOW;
    strcpy(status->steps[1].word, "failed");
    status->steps[1].at = SHOW_SCENE_NOW + apr_time_from_sec(3);
    status->name_states[0] = EDGE_NAME_VALID;
    status->name_states[1] = EDGE_NAME_INVALID;
}

START_TEST(test_certificate)
{
    const json_t *cert;

    stand();
    cert = at(show_all(), "certificates/0");
    ck_assert_str_eq(text_at(cert, "name"), "a.example");
    ck_assert_str_eq(text_at(cert, "names/2"), "c.example");
    ck_assert_str_eq(text_at(cert, "keyType"), "ecdsa-p256");
    ck_assert_str_eq(text_at(cert, "providers/0"), "letsencrypt");
    ck_assert_str_eq(text_at(cert, "mode"), "manual");
    ck_assert_str_eq(text_at(cert, "schedule"), "manual");
    ck_assert_str_eq(text_at(cert, "state"), "staged");
    ck_assert_str_eq(text_at(cert, "notAfter"), "2027-01-15T08:00:00Z");
    ck_assert(json_is_null(at(cert, "serial")));
    ck_assert_int_eq(number_at(cert, "attempts"), 2);
    ck_assert_str_eq(text_at(cert, "lastSuccessAt"), "2027-01-15T08:00:00Z");
    ck_assert_str_eq(text_at(cert, "renewAt"), "2027-01-15T08:00:01Z");
    ck_assert_str_eq(text_at(cert, "pendingSerial"), "0abc");
    ck_assert_str_eq(text_at(cert, "pendingNotAfter"), "2027-01-15T08:00:02Z");
    ck_assert(json_is_null(at(cert, "deployAt")));
    ck_assert_str_eq(text_at(cert, "cause"), "caa");
    ck_assert_str_eq(text_at(cert, "causeMeaning"),
                     edge_cause_meaning(EDGE_CAUSE_CAA, AE_ENGLISH));
    ck_assert_str_eq(text_at(cert, "causeRemedy"),
                     edge_cause_remedy(EDGE_CAUSE_CAA, AE_ENGLISH));
    ck_assert_uint_eq(json_array_size(at(cert, "steps")), 2);
    ck_assert_str_eq(text_at(cert, "steps/1/step"), "failed");
    ck_assert_str_eq(text_at(cert, "steps/1/at"), "2027-01-15T08:00:03Z");
    ck_assert_str_eq(text_at(cert, "validations/0/state"), "valid");
    ck_assert_str_eq(text_at(cert, "validations/1/name"), "b.example");
    ck_assert_str_eq(text_at(cert, "validations/1/state"), "invalid");
    ck_assert_str_eq(text_at(cert, "validations/2/state"), "unknown");
    ck_assert_ptr_null(json_object_get(cert, "error"));
    ck_assert_ptr_null(json_object_get(cert, "history"));
    cert = at(show_all(), "certificates/1");
    ck_assert(json_is_null(at(cert, "pendingSerial")));
    ck_assert(json_is_null(at(cert, "cause")));
    ck_assert(json_is_null(at(cert, "causeMeaning")));
}
END_TEST

START_TEST(test_one_in_full)
{
    edge_progress_name_t bad = {"b.example", "invalid", "connection refused"};
    apr_array_header_t *names = apr_array_make(t_pool, 1, sizeof(bad));
    const edge_progress_t last = {SHOW_SCENE_NOW, "failed", names};
    ae_error_t error;
    apr_array_header_t *history =
        apr_array_make(t_pool, 1, sizeof(edge_event_t));
    const show_detail_t detail = {0, &error, &last, history};
    edge_event_t *event = apr_array_push(history);
    const json_t *json;

    stand();
    APR_ARRAY_PUSH(names, edge_progress_name_t) = bad;
    memset(event, 0, sizeof(*event));
    event->kind = EDGE_EVENT_FAILED;
    event->at = SHOW_SCENE_NOW;
    ae_error_set(&error, AE_EREMOTE, "The CA refused b.example");
    ae_error_why(&error, "connection refused");
    scene->source.detail = &detail;
    json = show((show_query_t){.cert = "a.example"});
    ck_assert_uint_eq(json_array_size(at(json, "certificates")), 1);
    ck_assert_str_eq(text_at(json, "certificates/0/error/what"),
                     "The CA refused b.example");
    ck_assert_str_eq(text_at(json, "certificates/0/validations/1/why"),
                     "connection refused");
    ck_assert(json_is_null(at(json, "certificates/0/validations/0/why")));
    ck_assert_str_eq(text_at(json, "certificates/0/history/0/event"),
                     "failed");
    ck_assert_str_eq(text_at(json, "certificates/0/history/0/at"),
                     "2027-01-15T08:00:00Z");
    ck_assert_ptr_null(json_object_get(json, "page"));
}
END_TEST

START_TEST(test_nobody_of_that_name)
{
    const json_t *json = show((show_query_t){.cert = "x\"\x01.example"});

    ck_assert_uint_eq(json_array_size(at(json, "certificates")), 0);
    ck_assert_str_eq(text_at(json, "error/what"),
                     "No certificate is called x\"?.example");
}
END_TEST

/* What a configuration may hold, and the CA may say. */
START_TEST(test_odd_text)
{
    apr_array_header_t *contacts =
        apr_array_make(t_pool, 1, sizeof(const char *));
    const json_t *json;

    APR_ARRAY_PUSH(contacts, const char *) = "mailto:\xff@example.org";
    scene->certs[0].contacts = contacts;
    strcpy(scene->statuses[0].signed_text, "<script>\"\\\x1b</script>");
    json = show_all();
    ck_assert_str_eq(text_at(json, "certificates/0/contacts/0"),
                     "mailto:?@example.org");
    ck_assert_str_eq(text_at(json, "certificates/0/lastSignText"),
                     "<script>\"\\\x1b</script>");
}
END_TEST

/* The command shows the same. */
START_TEST(test_every_fact_has_its_key)
{
    static const char *const promised[] = {"name",
                                           "names",
                                           "provider",
                                           "state",
                                           "step",
                                           "notBefore",
                                           "notAfter",
                                           "serial",
                                           "liveSince",
                                           "liveBy",
                                           "nextAction",
                                           "nextActionAt",
                                           "nextActionReason",
                                           "lastSign",
                                           "lastSignAt",
                                           "lastSignText",
                                           "lastDeploy",
                                           "lastDeployAt",
                                           "attempts",
                                           "lastDeployText",
                                           "cause",
                                           "causeMeaning",
                                           "causeRemedy"};
    const json_t *cert =
        ae_json_keep(show_json_certificate(&scene->certs[0],
                                           &scene->statuses[0], NULL, t_pool),
                     t_pool);
    apr_size_t i;

    for (i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
        at(cert, promised[i]);
    }
}
END_TEST

Suite *suite_show_json(void)
{
    Suite *suite = suite_create("show_json");
    TCase *tc = tcase_create("json");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_head);
    tcase_add_test(tc, test_worker);
    tcase_add_test(tc, test_port);
    tcase_add_test(tc, test_findings);
    tcase_add_test(tc, test_nothing_managed);
    tcase_add_test(tc, test_certificate);
    tcase_add_test(tc, test_one_in_full);
    tcase_add_test(tc, test_nobody_of_that_name);
    tcase_add_test(tc, test_odd_text);
    tcase_add_test(tc, test_every_fact_has_its_key);
    suite_add_tcase(suite, tc);
    return suite;
}
