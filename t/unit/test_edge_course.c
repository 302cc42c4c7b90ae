/* What is told of an order's course. */

#include "edge_course.h"
#include "edge_progress.h"
#include "support.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *suite_edge_course(void);

static edge_course_t course, back;

static void setup(void)
{
    t_setup();
    memset(&course, 0, sizeof(course));
}

static void keep(void)
{
    memset(&back, 0x55, sizeof(back));
    edge_course_take(&back, ae_json_keep(edge_course_print(&course), t_pool));
}

static void take(const char *text)
{
    json_t *json;
    ae_error_t err;

    ck_assert_int_eq(ae_json_parse(&json, text, strlen(text), &err, t_pool),
                     APR_SUCCESS);
    memset(&back, 0x55, sizeof(back));
    edge_course_take(&back, json);
}

START_TEST(test_steps)
{
    ck_assert(edge_course_step(&course, "newOrder", 5));
    ck_assert(!edge_course_step(&course, "newOrder", 6));
    ck_assert(edge_course_step(&course, "authorization", 7));
    ck_assert(edge_course_step(&course, "newOrder", 8));
    ck_assert(!edge_course_step(&course, "", 9));
    ck_assert_str_eq(course.steps[0].word, "newOrder");
    ck_assert_int_eq(course.steps[0].at, 5);
    ck_assert_str_eq(course.steps[1].word, "authorization");
    ck_assert_int_eq(course.steps[2].at, 8);
    ck_assert_str_eq(course.steps[3].word, "");
}
END_TEST

/* However long it went back and forth, the end is told. */
START_TEST(test_too_many_steps)
{
    char word[16];
    int i;

    for (i = 0; i < 2 * EDGE_STATUS_STEPS; i++) {
        snprintf(word, sizeof(word), "step%d", i);
        ck_assert(edge_course_step(&course, word, i + 1));
    }
    ck_assert(edge_course_step(&course, "failed", 100));
    ck_assert_str_eq(course.steps[0].word, "step0");
    ck_assert_str_eq(course.steps[EDGE_STATUS_STEPS - 1].word, "failed");
    ck_assert_int_eq(course.steps[EDGE_STATUS_STEPS - 1].at, 100);
}
END_TEST

static const apr_array_header_t *names(const char *const *statuses, int count)
{
    apr_array_header_t *list =
        apr_array_make(t_pool, count, sizeof(edge_progress_name_t));
    int i;

    for (i = 0; i < count; i++) {
        edge_progress_name_t *name = apr_array_push(list);

        *name = (edge_progress_name_t){"a.example", statuses[i], ""};
    }
    return list;
}

/* RFC 8555 section 7.1.6 has these. */
START_TEST(test_names)
{
    static const char *const all[] = {"unknown",     "pending", "valid",
                                      "invalid",     "expired", "revoked",
                                      "deactivated", "new"};

    ck_assert(edge_course_names(&course, names(all, 8)));
    ck_assert(!edge_course_names(&course, names(all, 8)));
    ck_assert_int_eq(course.names[0], EDGE_NAME_UNKNOWN);
    ck_assert_int_eq(course.names[1], EDGE_NAME_PENDING);
    ck_assert_int_eq(course.names[2], EDGE_NAME_VALID);
    ck_assert_int_eq(course.names[3], EDGE_NAME_INVALID);
    ck_assert_int_eq(course.names[4], EDGE_NAME_INVALID);
    ck_assert_int_eq(course.names[5], EDGE_NAME_INVALID);
    ck_assert_int_eq(course.names[6], EDGE_NAME_INVALID);
    ck_assert_int_eq(course.names[7], EDGE_NAME_UNKNOWN);
}
END_TEST

START_TEST(test_more_names_than_told)
{
    const char *many[EDGE_STATUS_NAMES + 1];
    int i;

    for (i = 0; i <= EDGE_STATUS_NAMES; i++) {
        many[i] = "valid";
    }
    ck_assert(edge_course_names(&course, names(many, EDGE_STATUS_NAMES + 1)));
    ck_assert_int_eq(course.names[EDGE_STATUS_NAMES - 1], EDGE_NAME_VALID);
    memset(&course, 0, sizeof(course));
    edge_course_issued(&course, EDGE_STATUS_NAMES + 1);
    ck_assert_int_eq(course.names[EDGE_STATUS_NAMES - 1], EDGE_NAME_VALID);
}
END_TEST

START_TEST(test_kept_as_it_is)
{
    edge_course_step(&course, "newOrder", 5);
    edge_course_step(&course, "failed", 6);
    course.names[1] = EDGE_NAME_INVALID;
    course.names[EDGE_STATUS_NAMES - 1] = EDGE_NAME_PENDING;
    keep();
    ck_assert_mem_eq(&back, &course, sizeof(back));
    memset(&course, 0, sizeof(course));
    keep();
    ck_assert_mem_eq(&back, &course, sizeof(back));
}
END_TEST

START_TEST(test_what_cannot_be_right)
{
    take("{\"steps\":[{\"step\":\"a\",\"at\":-1},{\"step\":5,\"at\":5},7,"
         "{\"at\":5},{\"step\":\"an endless word that is none of ours\","
         "\"at\":5},{\"step\":\"b\"},{\"step\":\"c\",\"at\":9}],"
         "\"names\":\"vx~\"}");
    ck_assert_str_eq(back.steps[0].word, "c");
    ck_assert_int_eq(back.steps[0].at, 9);
    ck_assert_str_eq(back.steps[1].word, "");
    ck_assert_int_eq(back.names[0], EDGE_NAME_VALID);
    ck_assert_int_eq(back.names[1], EDGE_NAME_UNKNOWN);
    take("{\"steps\":{},\"names\":7}");
    ck_assert_mem_eq(&back, &course, sizeof(back));
    memset(&back, 0x55, sizeof(back));
    edge_course_take(&back, NULL);
    ck_assert_mem_eq(&back, &course, sizeof(back));
}
END_TEST

Suite *suite_edge_course(void)
{
    Suite *suite = suite_create("edge_course");
    TCase *tc = tcase_create("course");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_steps);
    tcase_add_test(tc, test_too_many_steps);
    tcase_add_test(tc, test_names);
    tcase_add_test(tc, test_more_names_than_told);
    tcase_add_test(tc, test_kept_as_it_is);
    tcase_add_test(tc, test_what_cannot_be_right);
    suite_add_tcase(suite, tc);
    return suite;
}
