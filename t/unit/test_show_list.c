/* Which certificates a page of the list has. */

#include "show_list.h"
#include "show_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_list(void);

static show_list_t list;

static void make(const show_scene_t *scene, const show_query_t *query)
{
    show_list_make(&list, &scene->source, query, t_pool);
}

static int state_bit(edge_phase_t phase)
{
    return 1 << phase;
}

START_TEST(test_no_certificate)
{
    const show_query_t query = {.page = 7};

    make(show_scene_make(0), &query);
    ck_assert_int_eq(list.total, 0);
    ck_assert_int_eq(list.row_count, 0);
    ck_assert_int_eq(list.page, 1);
    ck_assert_int_eq(list.pages, 1);
    ck_assert_int_eq(list.next, -1);
}
END_TEST

START_TEST(test_pages)
{
    const show_scene_t *scene = show_scene_make(2 * SHOW_PAGE_ROWS + 1);
    show_query_t query = {.page = 1};

    make(scene, &query);
    ck_assert_int_eq(list.pages, 3);
    ck_assert_int_eq(list.row_count, SHOW_PAGE_ROWS);
    ck_assert_int_eq(list.rows[0], 0);
    query.page = 3;
    make(scene, &query);
    ck_assert_int_eq(list.row_count, 1);
    ck_assert_int_eq(list.rows[0], 2 * SHOW_PAGE_ROWS);
    query.page = 4;
    make(scene, &query);
    ck_assert_int_eq(list.page, 3);
    ck_assert_int_eq(list.rows[0], 2 * SHOW_PAGE_ROWS);
}
END_TEST

START_TEST(test_a_full_last_page)
{
    const show_query_t query = {.page = 2};

    make(show_scene_make(2 * SHOW_PAGE_ROWS), &query);
    ck_assert_int_eq(list.pages, 2);
    ck_assert_int_eq(list.row_count, SHOW_PAGE_ROWS);
}
END_TEST

START_TEST(test_states)
{
    show_scene_t *scene = show_scene_make(5);
    show_query_t query = {.page = 1};

    scene->statuses[1].phase = EDGE_PHASE_FAILING;
    scene->statuses[3].phase = EDGE_PHASE_EXPIRED;
    query.states =
        state_bit(EDGE_PHASE_FAILING) | state_bit(EDGE_PHASE_EXPIRED);
    make(scene, &query);
    ck_assert_int_eq(list.matching, 2);
    ck_assert_int_eq(list.rows[0], 1);
    ck_assert_int_eq(list.rows[1], 3);
    /* What stands above the list is of all. */
    ck_assert_int_eq(list.total, 5);
    ck_assert_int_eq(list.counts[EDGE_PHASE_VALID], 3);
    ck_assert_int_eq(list.counts[EDGE_PHASE_FAILING], 1);
}
END_TEST

START_TEST(test_any_name_of_a_certificate)
{
    show_scene_t *scene = show_scene_make(3);
    const show_query_t query = {.page = 1, .name = "shop"};

    show_scene_name(scene, 1, "example.net www.shop.example.net");
    make(scene, &query);
    ck_assert_int_eq(list.matching, 1);
    ck_assert_int_eq(list.rows[0], 1);
}
END_TEST

START_TEST(test_next)
{
    show_scene_t *scene = show_scene_make(4);
    const show_query_t query = {.page = 1, .name = "nowhere"};

    scene->statuses[0].action = EDGE_ACTION_DEPLOY; /* by a person */
    scene->statuses[1].action = EDGE_ACTION_RENEW;
    scene->statuses[1].action_at = SHOW_SCENE_NOW + 2;
    scene->statuses[2].action = EDGE_ACTION_RETRY;
    scene->statuses[2].action_at = SHOW_SCENE_NOW + 1;
    make(scene, &query);
    ck_assert_int_eq(list.next, 2);
    ck_assert_int_eq(list.next_action, EDGE_ACTION_RETRY);
    ck_assert_int_eq(list.next_at, SHOW_SCENE_NOW + 1);
}
END_TEST

START_TEST(test_find)
{
    const show_scene_t *scene = show_scene_make(3);

    ck_assert_int_eq(show_list_find(&scene->source, "c2.example.org"), 2);
    ck_assert_int_eq(show_list_find(&scene->source, "c2.example.or"), -1);
    ck_assert_int_eq(show_list_find(&scene->source, ""), -1);
}
END_TEST

Suite *suite_show_list(void)
{
    Suite *suite = suite_create("show_list");
    TCase *tc = tcase_create("list");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_no_certificate);
    tcase_add_test(tc, test_pages);
    tcase_add_test(tc, test_a_full_last_page);
    tcase_add_test(tc, test_states);
    tcase_add_test(tc, test_any_name_of_a_certificate);
    tcase_add_test(tc, test_next);
    tcase_add_test(tc, test_find);
    suite_add_tcase(suite, tc);
    return suite;
}
