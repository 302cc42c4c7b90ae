#include "edge_scene.h"
#include "edge_teller.h"
#include "net_clock.h"
#include "net_notify.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <unistd.h>

Suite *suite_net_notify(void);

#define CERT "a.example"

static net_notify_t *notify;
static apr_pool_t *pool;
static edge_history_t history;
static apr_time_t last_at;

/* Of this script, which finds its directory in $1. */
static void begin_with(const char *const *argv, apr_interval_time_t limit)
{
    net_notify_config_t config = {
        .argv = argv,
        .store = scene_store(),
        .log = scene_log(),
        .limit = limit,
        .pause = apr_time_from_msec(20),
    };

    apr_pool_create(&pool, t_pool);
    notify = net_notify_create(&config, pool);
}

static void begin(const char *script)
{
    const char **argv = apr_pcalloc(t_pool, sizeof(*argv) * 6);

    argv[0] = "/bin/sh";
    argv[1] = "-c";
    argv[2] = apr_pstrcat(t_pool, "cd \"$1\" && ", script, NULL);
    argv[3] = "notify";
    argv[4] = t_dir();
    begin_with(argv, apr_time_from_sec(60));
}

static void add(edge_event_kind_t kind)
{
    edge_event_t event = {.kind = kind, .certificate = CERT, .at = ++last_at};
    ae_error_t err;

    ae_error_set(&event.text, APR_SUCCESS, "It \"happened\"");
    edge_history_add(&history, &event);
    ck_assert(edge_history_save(&history, scene_store(), CERT, &err, t_pool) ==
              APR_SUCCESS);
    net_notify_add(notify, CERT, &event);
}

static void setup(void)
{
    ae_error_t err;

    scene_setup();
    last_at = 0;
    ck_assert(edge_history_load(&history, scene_store(), CERT, &err, t_pool) ==
              APR_SUCCESS);
}

static unsigned count_told(void)
{
    edge_history_t found;
    ae_error_t err;
    unsigned count = 0;
    int i;

    ck_assert(edge_history_load(&found, scene_store(), CERT, &err, t_pool) ==
              APR_SUCCESS);
    for (i = 0; i < found.events->nelts; i++) {
        count +=
            (unsigned)APR_ARRAY_IDX(found.events, i, edge_event_t).is_told;
    }
    return count;
}

static void run_until_told(unsigned count)
{
    apr_time_t end = net_clock_steady() + apr_time_from_sec(60);

    while (count_told() < count) {
        apr_time_t before = net_clock_steady();

        net_notify_run(notify);
        ck_assert(net_clock_steady() - before < apr_time_from_sec(5));
        ck_assert(net_clock_steady() < end);
        usleep(2000);
    }
}

static const char *text_of(const char *name)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/", name, NULL);
    ae_bytes_t bytes;
    ae_error_t err;

    if (ae_file_read(&bytes, path, 1000000, &err, t_pool) != APR_SUCCESS) {
        return "";
    }
    return apr_pstrmemdup(t_pool, (const char *)bytes.data, bytes.len);
}

START_TEST(what_it_is_told)
{
    json_t *json;
    ae_error_t err;

    begin("cat >json; env >env; ls /proc/self/fd | wc -l >fds");
    add(EDGE_EVENT_STAGED);
    run_until_told(1);
    ck_assert(ae_json_parse(&json, text_of("json"), strlen(text_of("json")),
                            &err, t_pool) == APR_SUCCESS);
    ck_assert_str_eq(ae_json_get_string(json, "event", t_pool), "staged");
    ck_assert_str_eq(ae_json_get_string(json, "what", t_pool),
                     "It \"happened\"");
    ck_assert_ptr_nonnull(strstr(text_of("env"), "ACME_EDGE_EVENT=staged\n"));
    ck_assert_ptr_nonnull(
        strstr(text_of("env"), "ACME_EDGE_NAME=a.example\n"));
    ck_assert_ptr_nonnull(
        strstr(text_of("env"), "ACME_EDGE_LINE=a.example: It \"happened\"\n"));
    ck_assert_ptr_null(strstr(text_of("env"), "CK_"));
    ck_assert_str_eq(text_of("fds"), "4\n"); /* the last is what ls looks at */
}
END_TEST

START_TEST(one_at_a_time_in_turn)
{
    int i;

    begin("mkdir only || echo two >>runs; echo $ACME_EDGE_ID >>runs; "
          "sleep 0.05; rmdir only");
    for (i = 0; i < 5; i++) {
        add(EDGE_EVENT_STAGED);
    }
    run_until_told(5);
    ck_assert_str_eq(text_of("runs"),
                     "a.example/staged/1\na.example/staged/2\n"
                     "a.example/staged/3\na.example/staged/4\n"
                     "a.example/staged/5\n");
}
END_TEST

/* An account is of no certificate, and what a file is of may be nobody's. */
START_TEST(what_its_words_are_of)
{
    edge_event_t account = {.kind = EDGE_EVENT_ACCOUNT_CREATED,
                            .provider = "letsencrypt",
                            .at = 1};
    edge_event_t file = {.kind = EDGE_EVENT_REVOKED, .at = 2};
    apr_time_t end = net_clock_steady() + apr_time_from_sec(60);

    begin("echo heard");
    add(EDGE_EVENT_STAGED);
    net_notify_add(notify, CERT, &account);
    net_notify_add(notify, CERT, &file);
    while (scene_logged("ACMENotifyCommand said: heard") < 3) {
        net_notify_run(notify);
        ck_assert(net_clock_steady() < end);
        usleep(2000);
    }
    ck_assert_int_eq(scene_logged("info: a.example: ACMENotifyCommand"), 1);
    ck_assert_int_eq(scene_logged("info: letsencrypt: ACMENotifyCommand"), 1);
    ck_assert_int_eq(scene_logged("info: ACMENotifyCommand"), 1);
}
END_TEST

/* Three tries for each, one line for all. */
START_TEST(one_that_fails)
{
    begin("echo x >>runs; echo broken; exit 3");
    add(EDGE_EVENT_STAGED);
    add(EDGE_EVENT_FAILED);
    run_until_told(2);
    ck_assert_str_eq(text_of("runs"), "x\nx\nx\nx\nx\nx\n");
    ck_assert_int_eq(scene_logged("warning: AE067: "), 1);
    ck_assert_ptr_nonnull(
        strstr(scene_log_line("AE067"), "it said last: broken"));
    ck_assert_int_eq(scene_logged("\"staged\" in vain"), 1);
}
END_TEST

START_TEST(one_that_works_again)
{
    begin("test -e mended || { : >mended; exit 1; }");
    add(EDGE_EVENT_STAGED);
    add(EDGE_EVENT_FAILED);
    run_until_told(2);
    ck_assert_int_eq(scene_logged("AE067: "), 1);
    ck_assert_int_eq(scene_logged("notice: ACMENotifyCommand works again"), 1);
    ck_assert_int_eq(scene_logged("in vain"), 0);
}
END_TEST

static const char *const not_there[] = {"/does/not/exist", NULL};
static const char *const directory[] = {"/tmp", NULL};
static const char *const sleeper[] = {"/bin/sleep", "1000", NULL};

START_TEST(what_cannot_be_run)
{
    static const char *const *const rows[] = {not_there, directory, sleeper};

    begin_with(rows[_i], apr_time_from_msec(100));
    add(EDGE_EVENT_STAGED);
    run_until_told(1);
    ck_assert_int_eq(scene_logged("AE067: "), 1);
    ck_assert_ptr_nonnull(
        strstr(scene_log_line("AE067"),
               _i < 2 ? "could not be started" : "was killed"));
}
END_TEST

START_TEST(a_flood)
{
    begin("yes yes | head -c 20000000; : >done");
    add(EDGE_EVENT_STAGED);
    run_until_told(1);
    ck_assert_int_le(scene_logged("ACMENotifyCommand said: "), 51);
    ck_assert_int_eq(scene_logged("more lines"), 1);
}
END_TEST

/* Nobody reads what lies in a file: no SIGPIPE, and no wait. */
START_TEST(one_that_reads_nothing)
{
    begin("exec <&-; echo closed >runs");
    add(EDGE_EVENT_STAGED);
    run_until_told(1);
    ck_assert_str_eq(text_of("runs"), "closed\n");
    ck_assert_int_eq(scene_logged("AE067: "), 0);
}
END_TEST

/* What lasts is told again tomorrow, so the others go first. */
START_TEST(a_storm)
{
    static const char kept[] = "failed failed failed failed failed failed "
                               "failed failed staged failed ";
    unsigned i;

    begin("printf '%s ' $ACME_EDGE_EVENT >>runs");
    for (i = 0; i < NET_NOTIFY_QUEUE_MAX + 7; i++) {
        edge_event_t event = {.kind = i < 20 && i % 2 ? EDGE_EVENT_STAGED
                                                      : EDGE_EVENT_FAILED,
                              .certificate = CERT,
                              .at = i + 1};

        net_notify_add(notify, CERT, &event);
    }
    net_notify_run(notify);
    ck_assert_int_eq(scene_logged("warning: AE069: 7 events"), 1);
    while (strlen(text_of("runs")) < strlen(kept)) {
        net_notify_run(notify);
        usleep(2000);
    }
    ck_assert_int_eq(strncmp(text_of("runs"), kept, strlen(kept)), 0);
    ck_assert_int_eq(scene_logged("AE069"), 1);
}
END_TEST

/* One that is done in no time is not told twice; one that hangs is left. */
START_TEST(stopped_meanwhile)
{
    apr_time_t before;

    begin(_i ? "sleep 0.05" : "echo $$ >pid; exec sleep 1000");
    add(EDGE_EVENT_STAGED);
    ck_assert(net_notify_run(notify));
    before = net_clock_steady();
    apr_pool_destroy(pool);
    ck_assert(net_clock_steady() - before < apr_time_from_sec(5));
    ck_assert_uint_eq(count_told(), (unsigned)_i);
}
END_TEST

Suite *suite_net_notify(void)
{
    Suite *suite = suite_create("net_notify");
    TCase *tc = tcase_create("net_notify");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 90);
    tcase_add_test(tc, what_it_is_told);
    tcase_add_test(tc, one_at_a_time_in_turn);
    tcase_add_test(tc, what_its_words_are_of);
    tcase_add_test(tc, one_that_fails);
    tcase_add_test(tc, one_that_works_again);
    tcase_add_loop_test(tc, what_cannot_be_run, 0, 3);
    tcase_add_test(tc, a_flood);
    tcase_add_test(tc, one_that_reads_nothing);
    tcase_add_test(tc, a_storm);
    tcase_add_loop_test(tc, stopped_meanwhile, 0, 2);
    suite_add_tcase(suite, tc);
    return suite;
}
