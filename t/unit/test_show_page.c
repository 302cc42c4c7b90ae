/* The pages as a whole. */

#include "edge_event.h"
#include "show_page.h"
#include "show_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_show_page(void);

#define DAYS(n) apr_time_from_sec((n)*86400)
#define NOW SHOW_SCENE_NOW

static show_scene_t *scene;
static show_query_t query;
static show_controls_t controls;
static show_detail_t detail;
static ae_error_t error;
static edge_progress_t progress;

static void setup(void)
{
    t_setup();
    scene = show_scene_make(3);
    query = (show_query_t){.page = 1};
    controls = (show_controls_t){.user = "admin", .nonce = "n0nce"};
    memset(&detail, 0, sizeof(detail));
    memset(&error, 0, sizeof(error));
    memset(&progress, 0, sizeof(progress));
}

static const char *page_with(const show_controls_t *buttons)
{
    show_page(&scene->out, &scene->source, &query, "/acme", buttons, t_pool);
    return show_scene_take(scene);
}

static const char *page(void)
{
    return page_with(NULL);
}

/* A message takes no more of a page. */
static void expect(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no %s in\n%.2000s", part, text);
}

static void expect_no(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "%s in\n%.2000s", part, text);
}

/* --- the list ----------------------------------------------------------- */

START_TEST(test_well)
{
    const char *text = page();

    expect(text, "<html lang=\"en\">");
    expect(text, "<h1>All is well</h1>");
    expect(text, "Valid certificates: 3 of 3");
    expect(text, "Active, seen");
    expect(text, "href=\"/acme?lang=en&amp;cert=c2.example.org\"");
    expect_no(text, "<form class=\"buttons\"");
    expect_no(text, "http-equiv");
}
END_TEST

START_TEST(test_japanese)
{
    query.language = AE_JAPANESE;
    expect(page(), "<html lang=\"ja\">");
    expect(page(), "<h1>すべて正常です</h1>");
    expect(page(), "hreflang=\"en\"");
}
END_TEST

START_TEST(test_nothing_managed)
{
    const char *text;

    scene = show_scene_make(0);
    text = page();
    expect(text, "<h1>No certificate is managed yet</h1>");
    expect_no(text, "<table");
}
END_TEST

START_TEST(test_needs_attention)
{
    static const char headline[] = "<h1>Needs attention</h1>";

    scene->statuses[1].phase = EDGE_PHASE_FAILING;
    expect(page(), headline);
    expect(page(), "state=failing");
    scene->statuses[1].phase = EDGE_PHASE_VALID;
    expect_no(page(), headline);
    scene->source.last_tick = NOW - apr_time_from_sec(30);
    expect(page(), headline);
    expect(page(), "Silent, last seen");
    scene->source.last_tick = NOW;
    strcpy(scene->trouble.what, "another one has the lock");
    expect(page(), headline);
    expect(page(), "another one has the lock");
}
END_TEST

START_TEST(test_port)
{
    static const char label[] = "<dt>Port for challenges</dt>";

    expect_no(page(), label);
    scene->source.port = 80;
    expect(page(), label);
    expect(page(), "<dd>80, closed.");
    scene->source.port_is_open = 1;
    expect(page(), "<dd>80, open right now");
}
END_TEST

START_TEST(test_under_way)
{
    scene->statuses[1].phase = EDGE_PHASE_STAGED;
    expect(page(), "<h1>Some certificates wait</h1>");
    scene->statuses[2].phase = EDGE_PHASE_ORDERING;
    expect(page(), "<h1>Work is under way</h1>");
}
END_TEST

START_TEST(test_findings)
{
    apr_array_header_t *findings = edge_findings_make(t_pool);

    edge_finding_add(findings, AE_LOG_WARNING, "AE018", "c1.example.org",
                     "nothing <listens> on port 80");
    edge_finding_add(findings, AE_LOG_WARNING, "AE014", "plain.example.org",
                     "no <effect>");
    scene->source.findings = findings;
    expect(page(), ">c1.example.org</a>: nothing &lt;listens&gt; on port 80");
    expect(page(), "<li>plain.example.org: no &lt;effect&gt;");
}
END_TEST

START_TEST(test_pages_of_the_list)
{
    scene = show_scene_make(2 * SHOW_PAGE_ROWS + 1);
    query.page = 2;
    query.name = "example";
    expect(page(), "Page 2 of 3");
    expect(page(), "&amp;name=example\" rel=\"prev\"");
    expect(page(), "&amp;name=example&amp;page=3\" rel=\"next\"");
    query.name = "nowhere";
    expect(page(), "No certificate is like that.");
}
END_TEST

/* Who looks at a list of many wants the ones that were refused. */
START_TEST(test_refused_names_come_first)
{
    const char *text;

    show_scene_name(scene, 0,
                    "a.example b.example c.example d.example "
                    "e.example f.example g.example");
    scene->statuses[0].name_states[6] = EDGE_NAME_INVALID;
    text = page();
    expect(text, "<li>g.example <span class=\"name-state invalid\">refused");
    expect(text, "and 2 more");
    expect_no(text, "f.example");
}
END_TEST

/* --- one certificate ---------------------------------------------------- */

static edge_status_t *open_one(void)
{
    edge_status_t *status = &scene->statuses[1];

    query.cert = "c1.example.org";
    status->not_before = NOW - DAYS(30);
    status->not_after = NOW + DAYS(60);
    scene->source.detail = &detail;
    detail.index = 1;
    return status;
}

START_TEST(test_one)
{
    edge_status_t *status = open_one();
    const char *text;

    strcpy(status->serial, "0a:0b");
    text = page();
    expect(text, "<title>c1.example.org \xe2\x80\x93 Certificates</title>");
    expect(text, "0a:0b");
    expect(text, "<svg ");
    expect_no(text, "http-equiv");
    expect_no(text, "What went wrong");
}
END_TEST

START_TEST(test_how_it_went_live)
{
    edge_status_t *status = open_one();

    expect_no(page(), "Live since");
    status->live_since = NOW - DAYS(1);
    expect(page(), "Live since");
    expect(page(), ", by a restart</dd>");
    status->live_by = EDGE_BY_HOT;
    expect(page(), ", with no restart</dd>");
    query.language = AE_JAPANESE;
    expect(page(), "（再起動なし）</dd>");
}
END_TEST

START_TEST(test_none_of_that_name)
{
    query.cert = "<b>";
    expect(page(), "None is called &lt;b&gt;.");
}
END_TEST

/* While something is under way it comes again, unless it has an answer that
 * would be gone. */
START_TEST(test_renews_itself)
{
    edge_status_t *status = open_one();

    status->phase = EDGE_PHASE_ORDERING;
    expect(page(), "http-equiv=\"refresh\" content=\"2\"");
    controls.text = "text";
    expect_no(page_with(&controls), "http-equiv");
    status->phase = EDGE_PHASE_VALID;
    status->action = EDGE_ACTION_RENEW;
    status->action_at = NOW - 1;
    expect(page(), "http-equiv=\"refresh\"");
    status->action_at = NOW + DAYS(1);
    expect_no(page(), "http-equiv");
}
END_TEST

START_TEST(test_failure)
{
    edge_status_t *status = open_one();
    const char *text;

    status->phase = EDGE_PHASE_FAILING;
    status->signed_outcome = EDGE_OUTCOME_FAILED;
    status->cause = EDGE_CAUSE_CONNECTION_REFUSED;
    ae_error_set(&error, AE_EREMOTE, "the CA could not validate it");
    ae_error_why(&error, "Connection refused");
    detail.error = &error;
    text = page();
    expect(text, "<blockquote>Connection refused</blockquote>");
    expect(text, edge_cause_meaning(status->cause, AE_ENGLISH));
    expect(text, edge_cause_remedy(status->cause, AE_ENGLISH));
    query.language = AE_JAPANESE;
    expect(page(), edge_cause_remedy(status->cause, AE_JAPANESE));
}
END_TEST

START_TEST(test_a_failure_that_was_forgotten)
{
    edge_status_t *status = open_one();

    status->signed_outcome = EDGE_OUTCOME_FAILED;
    strcpy(status->signed_text, "that was with another configuration");
    expect_no(page(), "class=\"failure\"");
    status->attempts = 1;
    expect(page(), "class=\"failure\"");
}
END_TEST

START_TEST(test_steps)
{
    edge_status_t *status = open_one();
    const char *text;

    strcpy(status->steps[0].word, "newOrder");
    strcpy(status->steps[1].word, "a new <one>");
    status->steps[0].at = status->steps[1].at = NOW;
    text = page();
    expect(text, "The CA is asked for an order");
    expect(text, "a new &lt;one&gt;");
    expect_no(text, "aria-current=\"step\"");
    strcpy(status->steps[0].word, "finalize");
    strcpy(status->steps[1].word, "order");
    expect(page(), "The CA issues the certificate");
    strcpy(status->step, "a new <one>");
    expect(page(), "<li aria-current=\"step\">");
}
END_TEST

START_TEST(test_words_for_a_name)
{
    edge_progress_name_t told = {"c1.example.org", "invalid", "no <answer>"};

    open_one()->name_states[0] = EDGE_NAME_INVALID;
    progress.at = NOW;
    progress.step = "failed";
    progress.names = apr_array_make(t_pool, 1, sizeof(told));
    APR_ARRAY_PUSH((apr_array_header_t *)progress.names,
                   edge_progress_name_t) = told;
    detail.last = &progress;
    expect(page(), "<td lang=\"en\">no &lt;answer&gt;</td>");
}
END_TEST

START_TEST(test_history)
{
    apr_array_header_t *events =
        apr_array_make(t_pool, 1, sizeof(edge_event_t));
    edge_event_t *event = &APR_ARRAY_PUSH(events, edge_event_t);

    memset(event, 0, sizeof(*event));
    event->kind = EDGE_EVENT_EXPIRING;
    event->is_over = 1;
    event->at = NOW;
    strcpy(event->text.what, "it <was> renewed");
    open_one();
    detail.history = events;
    expect(page(), "Over: Expires soon");
    expect(page(), "it &lt;was&gt; renewed");
}
END_TEST

/* --- buttons ------------------------------------------------------------ */

START_TEST(test_buttons)
{
    edge_status_t *status = open_one();
    const char *text = page_with(&controls);

    expect(text, "method=\"post\" action=\"/acme\"");
    expect(text, "name=\"nonce\" value=\"n0nce\"");
    expect(text, "name=\"do\" value=\"sign\"");
    expect(text, "name=\"do\" value=\"check\"");
    expect(text, "Signed in as admin");
    expect_no(text, "value=\"deploy\"");
    status->staged_not_after = NOW;
    strcpy(status->staged_serial, "0c");
    text = page_with(&controls);
    expect(text, "name=\"serial\" value=\"0c\"");
    expect(text, "name=\"do\" value=\"deploy\"");
    expect(text, "name=\"do\" value=\"discard\"");
}
END_TEST

START_TEST(test_answer)
{
    controls.notice = "It <was> asked for.";
    controls.text = "one <1>\n  two";
    expect(page_with(&controls),
           "class=\"notice good\" role=\"status\">It &lt;was&gt; asked");
    expect(page_with(&controls), ">one &lt;1&gt;\n  two</pre>");
    controls.failed = 1;
    expect(page_with(&controls), "class=\"notice bad\" role=\"alert\"");
}
END_TEST

/* --- the rest ----------------------------------------------------------- */

/* Nothing that a strict policy would keep from working. */
START_TEST(test_no_script_and_no_style)
{
    const char *text;

    open_one();
    text = page_with(&controls);
    expect_no(text, "<script");
    expect_no(text, " style=");
    expect_no(text, "<style");
    expect_no(text, "http://");
    expect_no(text, "https://");
    expect_no(text, "\" on");
}
END_TEST

START_TEST(test_style)
{
    const char *text;

    show_style(&scene->out);
    text = show_scene_take(scene);
    expect(text, "prefers-color-scheme: dark");
    expect(text, "@media print");
    expect_no(text, "url(");
    expect_no(text, "@import");
}
END_TEST

START_TEST(test_icon)
{
    show_icon(&scene->out);
    expect(show_scene_take(scene), "<svg xmlns=");
}
END_TEST

static TCase *list_case(void)
{
    TCase *tc = tcase_create("list");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_well);
    tcase_add_test(tc, test_japanese);
    tcase_add_test(tc, test_nothing_managed);
    tcase_add_test(tc, test_needs_attention);
    tcase_add_test(tc, test_port);
    tcase_add_test(tc, test_under_way);
    tcase_add_test(tc, test_findings);
    tcase_add_test(tc, test_pages_of_the_list);
    tcase_add_test(tc, test_refused_names_come_first);
    tcase_add_test(tc, test_style);
    tcase_add_test(tc, test_icon);
    return tc;
}

static TCase *one_case(void)
{
    TCase *tc = tcase_create("one");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_one);
    tcase_add_test(tc, test_how_it_went_live);
    tcase_add_test(tc, test_none_of_that_name);
    tcase_add_test(tc, test_renews_itself);
    tcase_add_test(tc, test_failure);
    tcase_add_test(tc, test_a_failure_that_was_forgotten);
    tcase_add_test(tc, test_steps);
    tcase_add_test(tc, test_words_for_a_name);
    tcase_add_test(tc, test_history);
    tcase_add_test(tc, test_buttons);
    tcase_add_test(tc, test_answer);
    tcase_add_test(tc, test_no_script_and_no_style);
    return tc;
}

Suite *suite_show_page(void)
{
    Suite *suite = suite_create("show_page");

    suite_add_tcase(suite, list_case());
    suite_add_tcase(suite, one_case());
    return suite;
}
