/* The metrics as text. Whether it is OpenMetrics is asked of a parser, in
 * t/httpd/test_metrics.py. */

#include "show_metrics.h"

#include "edge_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *suite_show_metrics(void);

#define MANY 5000
#define TEXT_MAX (16 * 1024 * 1024)
#define FFFD "\xef\xbf\xbd"

static edge_status_t *statuses;
static char *text;
static apr_size_t text_len;

static void collect(void *ctx, const char *bytes, apr_size_t len)
{
    (void)ctx;
    ck_assert_uint_lt(text_len + len, TEXT_MAX);
    memcpy(text + text_len, bytes, len);
    text_len += len;
}

static void give_status(const void *ctx, int index, edge_status_t *status)
{
    (void)ctx;
    *status = statuses[index];
}

static show_source_t source_of(const apr_array_header_t *certs)
{
    static const ae_error_t none;
    show_source_t source = {.certs = certs,
                            .status = give_status,
                            .trouble = &none,
                            .now = SCENE_NOW};

    statuses =
        apr_pcalloc(t_pool, (apr_size_t)certs->nelts * sizeof(*statuses));
    return source;
}

static const char *shown(const show_source_t *source)
{
    const show_out_t out = {collect, NULL};

    if (text == NULL) {
        text = apr_palloc(t_pool, TEXT_MAX);
    }
    text_len = 0;
    show_metrics(&out, source, t_pool);
    text[text_len] = '\0';
    return text;
}

static void setup(void)
{
    scene_setup();
    text = NULL;
}

/* A message takes no more of the text. */
static void has(const char *all, const char *line)
{
    ck_assert_msg(strstr(all, line) != NULL, "no line %s in:\n%.2000s", line,
                  all);
}

static void has_not(const char *all, const char *word)
{
    ck_assert_msg(strstr(all, word) == NULL, "%s in:\n%.2000s", word, all);
}

static edge_meter_t *make_meter(void)
{
    return edge_meter_make(apr_palloc(t_pool, edge_meter_size()), SCENE_NOW);
}

/* --- what is said -------------------------------------------------------- */

START_TEST(test_without_certificates)
{
    show_source_t source = source_of(scene_certs(NULL));
    const char *all = shown(&source);

    has(all, "\nacme_edge_certificates 0\n");
    has(all, "\nacme_edge_worker_last_tick_timestamp_seconds 0\n");
    has(all, "\nacme_edge_worker_trouble 0\n");
    has(all, "\nacme_edge_build_info{version=\"" AE_VERSION "\"} 1\n");
    has_not(all, "_total");
    ck_assert_str_eq(all + strlen(all) - strlen("\n# EOF\n"), "\n# EOF\n");
}
END_TEST

START_TEST(test_a_certificate)
{
    show_source_t source =
        source_of(scene_certs(scene_cert("a.example b.example", "ca"), NULL));
    ae_error_t trouble;
    const char *all;

    statuses[0].not_before = apr_time_from_sec(1000);
    statuses[0].not_after = apr_time_from_sec(2000);
    statuses[0].renew_at = apr_time_from_sec(1500) + 250000;
    statuses[0].succeeded_at = apr_time_from_sec(1001);
    statuses[0].action_at = apr_time_from_sec(1502);
    statuses[0].phase = EDGE_PHASE_FAILING;
    statuses[0].attempts = 3;
    statuses[0].cause = EDGE_CAUSE_CAA;
    ae_error_set(&trouble, APR_EGENERAL, "no disk");
    source.trouble = &trouble;
    source.last_tick = apr_time_from_sec(77);
    all = shown(&source);
    has(all, "_not_before_timestamp_seconds{name=\"a.example\"} 1000\n");
    has(all, "_not_after_timestamp_seconds{name=\"a.example\"} 2000\n");
    has(all, "_renewal_due_timestamp_seconds{name=\"a.example\"} 1500.250000"
             "\n");
    has(all, "_last_success_timestamp_seconds{name=\"a.example\"} 1001\n");
    has(all, "_next_action_timestamp_seconds{name=\"a.example\"} 1502\n");
    has(all, "_failed_attempts{name=\"a.example\"} 3\n");
    has(all, "_problem_info{name=\"a.example\",cause=\"caa\"} 1\n");
    has(all, "\nacme_edge_certificate_state{name=\"a.example\","
             "acme_edge_certificate_state=\"failing\"} 1\n");
    has(all, "\nacme_edge_certificate_state{name=\"a.example\","
             "acme_edge_certificate_state=\"valid\"} 0\n");
    has(all, "\nacme_edge_worker_last_tick_timestamp_seconds 77\n");
    has(all, "\nacme_edge_worker_trouble 1\n");
}
END_TEST

/* To say 1970 would be an alarm about what is not there. */
START_TEST(test_what_is_not_known_has_no_sample)
{
    show_source_t source =
        source_of(scene_certs(scene_cert("a.example", "ca"), NULL));
    const char *all = shown(&source);

    has_not(all, "_timestamp_seconds{");
    has_not(all, "_problem_info");
    has(all, "_failed_attempts{name=\"a.example\"} 0\n");
}
END_TEST

START_TEST(test_counters)
{
    show_source_t source = source_of(scene_certs(NULL));
    edge_meter_t *meter = make_meter();
    acme_response_t response = {.code = 503, .took = 75000};
    acme_problem_t problem = {.kind = ACME_PROBLEM_RATE_LIMITED};
    const char *all;
    int i;

    edge_meter_know(meter, "ca");
    edge_meter_request(meter, "ca", &response);
    response.took = 90 * APR_USEC_PER_SEC;
    edge_meter_request(meter, "ca", &response);
    edge_meter_problem(meter, &problem);
    for (i = 0; i < 12; i++) {
        edge_meter_count(meter, EDGE_COUNT_CHALLENGE_MISSES);
    }
    source.meter = meter;
    all = shown(&source);
    has(all, "\nacme_edge_ca_requests_total{ca=\"ca\",status=\"none\"} 0\n");
    has(all, "\nacme_edge_ca_requests_total{ca=\"ca\",status=\"503\"} 2\n");
    has_not(all, "status=\"200\"");
    has(all, "_seconds_bucket{ca=\"ca\",le=\"0.05\"} 0\n");
    has(all, "_seconds_bucket{ca=\"ca\",le=\"0.1\"} 1\n");
    has(all, "_seconds_bucket{ca=\"ca\",le=\"0.25\"} 1\n");
    has(all, "_seconds_bucket{ca=\"ca\",le=\"60.0\"} 1\n");
    has(all, "_seconds_bucket{ca=\"ca\",le=\"+Inf\"} 2\n");
    has(all, "_seconds_count{ca=\"ca\"} 2\n");
    has(all, "_seconds_sum{ca=\"ca\"} 90.075000\n");
    has(all, "\nacme_edge_problems_total{type=\"rateLimited\"} 1\n");
    has(all, "\nacme_edge_problems_total{type=\"other\"} 0\n");
    has(all, "\nacme_edge_challenge_misses_total 12\n");
    has(all, "\nacme_edge_counters_start_timestamp_seconds 1795000000\n");
}
END_TEST

/* --- what others wrote --------------------------------------------------- */

/* No byte of a name ends its label, its line, or the text. */
START_TEST(test_hostile_names_are_harmless)
{
    static const struct {
        const char *name;
        const char *label;
    } rows[] = {
        {"<script>alert(1)</script>", "<script>alert(1)</script>"},
        {"a\"} 1\n# EOF\nx 2", "a\\\"} 1\\n# EOF\\nx 2"},
        {"back\\slash\\", "back\\\\slash\\\\"},
        {"a\tb\r\x01\x7f\x1b[2J", "a" FFFD "b" FFFD FFFD FFFD FFFD "[2J"},
        {"\xff\xc3(\xed\xa0\x80z", FFFD FFFD "(" FFFD FFFD FFFD "z"},
        {"", ""},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        edge_cert_t *cert = scene_cert("a.example", "ca");
        show_source_t source = source_of(scene_certs(cert, NULL));

        cert->name = rows[i].name;
        has(shown(&source),
            apr_psprintf(t_pool,
                         "\nacme_edge_certificate_failed_attempts"
                         "{name=\"%s\"} 0\n",
                         rows[i].label));
        ck_assert_ptr_eq(strstr(text, "\n# EOF\n"),
                         text + text_len - strlen("\n# EOF\n"));
    }
}
END_TEST

/* Longer than what is gathered, and thrice as long when it is replaced. */
START_TEST(test_long_names_are_whole)
{
    edge_cert_t *cert = scene_cert("a.example", "ca");
    show_source_t source = source_of(scene_certs(cert, NULL));
    char *name = apr_palloc(t_pool, 10241);
    const char *all;

    memset(name, '\xff', 10240);
    name[10240] = '\0';
    cert->name = name;
    all = shown(&source);
    ck_assert_uint_gt(text_len, 3 * 10240 * EDGE_PHASES);
    has(all, FFFD "\",acme_edge_certificate_state=\"waiting\"} 1\n");
    has(all, "\n# EOF\n");
}
END_TEST

/* What a CA said goes nowhere. */
START_TEST(test_nothing_of_what_was_said)
{
    show_source_t source =
        source_of(scene_certs(scene_cert("a.example", "ca"), NULL));

    ae_text_copy(statuses[0].signed_text, sizeof(statuses[0].signed_text),
                 "SAID");
    ae_text_copy(statuses[0].deployed_text, sizeof(statuses[0].deployed_text),
                 "SAID");
    ae_text_copy(statuses[0].action_reason, sizeof(statuses[0].action_reason),
                 "SAID");
    has_not(shown(&source), "SAID");
}
END_TEST

/* --- many ---------------------------------------------------------------- */

START_TEST(test_five_thousand)
{
    show_source_t source = source_of(scene_many(MANY, "ca"));
    const char *at;
    apr_time_t begin;
    int i;

    for (i = 0; i < MANY; i++) {
        statuses[i].not_before = SCENE_NOW - DAY;
        statuses[i].not_after = SCENE_NOW + 89 * DAY;
        statuses[i].renew_at = SCENE_NOW + 60 * DAY + i;
        statuses[i].succeeded_at = SCENE_NOW - DAY + i;
        statuses[i].action_at = SCENE_NOW + 60 * DAY + i;
    }
    source.meter = make_meter();
    (void)shown(&source);
    begin = apr_time_now();
    at = shown(&source);
    printf("show_metrics: %d certificates, %d kB in %d us\n", MANY,
           (int)(text_len / 1024), (int)(apr_time_now() - begin));
    for (i = 0; (at = strstr(at, "_not_after_timestamp_seconds{")); i++) {
        at++;
    }
    ck_assert_int_eq(i, MANY);
}
END_TEST

Suite *suite_show_metrics(void)
{
    Suite *suite = suite_create("show_metrics");
    TCase *tc = tcase_create("metrics");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_without_certificates);
    tcase_add_test(tc, test_a_certificate);
    tcase_add_test(tc, test_what_is_not_known_has_no_sample);
    tcase_add_test(tc, test_counters);
    tcase_add_test(tc, test_hostile_names_are_harmless);
    tcase_add_test(tc, test_long_names_are_whole);
    tcase_add_test(tc, test_nothing_of_what_was_said);
    tcase_add_test(tc, test_five_thousand);
    suite_add_tcase(suite, tc);
    return suite;
}
