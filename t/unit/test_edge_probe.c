#include "edge_probe.h"
#include "edge_scene.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_probe(void);

static edge_probe_t probe;
static edge_probes_t *probes;

static void setup(void)
{
    t_setup();
    scene_setup();
    probes = edge_probes_create(scene_store(), scene_challenges(), t_pool);
}

static void ask_at(apr_time_t at)
{
    ae_error_t err;

    ck_assert_int_eq(edge_probe_put(&probe, scene_store(), at, &err, t_pool),
                     APR_SUCCESS);
}

static int look(void)
{
    return edge_probes_look(probes, SCENE_NOW, t_pool);
}

static int is_published(void)
{
    return edge_probe_is_published(scene_store(), &probe, t_pool);
}

START_TEST(test_published_while_it_is_there)
{
    look();
    ask_at(SCENE_NOW);
    ck_assert(!is_published());
    look();
    ck_assert(is_published());
    ck_assert_str_eq(scene_challenge(probe.token), probe.answer);
    ck_assert(edge_challenge_answer_valid(probe.token, probe.answer,
                                          strlen(probe.answer)));
    look();
    ck_assert_int_eq(scene_challenges_open(), 1);
    edge_probe_drop(scene_store(), &probe, t_pool);
    look();
    ck_assert_int_eq(scene_challenges_open(), 0);
}
END_TEST

/* No two have the same token, and a worker that takes over publishes all. */
START_TEST(test_another_worker)
{
    const char *first;

    ask_at(SCENE_NOW);
    first = probe.token;
    ask_at(SCENE_NOW);
    ck_assert_str_ne(first, probe.token);
    look();
    scene_challenges_forget();
    probes = edge_probes_create(scene_store(), scene_challenges(), t_pool);
    look();
    ck_assert_int_eq(scene_challenges_open(), 2);
}
END_TEST

/* The command that made it was killed. */
START_TEST(test_too_old)
{
    ask_at(SCENE_NOW - EDGE_PROBE_LIFE);
    look();
    ck_assert(!is_published());
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert(!ae_file_exists(scene_path(
        apr_pstrcat(t_pool, "requests/probe.", probe.token, NULL))));
}
END_TEST

START_TEST(test_not_published)
{
    scene_challenges_break(1);
    ask_at(SCENE_NOW);
    ck_assert(!look());
    ck_assert(!is_published());
    scene_challenges_break(0);
    ck_assert(look());
    ck_assert(is_published());
}
END_TEST

/* What cannot be said to be published is not. */
START_TEST(test_full_disk)
{
    ask_at(SCENE_NOW);
    test_store_fill_disk();
    ck_assert(!look());
    test_store_free_disk();
    ck_assert_int_eq(scene_challenges_open(), 0);
    ck_assert(look());
    ck_assert(is_published());
    ck_assert_int_eq(scene_challenges_open(), 1);
}
END_TEST

START_TEST(test_bounded)
{
    int i;

    for (i = 0; i < EDGE_PROBES_MAX + 3; i++) {
        ask_at(SCENE_NOW);
    }
    look();
    ck_assert_int_eq(scene_challenges_open(), EDGE_PROBES_MAX);
}
END_TEST

static void write_request(const char *name, const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    scene_write(apr_pstrcat(t_pool, "requests/", name, NULL), bytes);
}

/* Nothing but a key authorization of that very token is ever published. */
START_TEST(test_hostile)
{
    write_request("probe.token", "{\"at\":1,\"answer\":\"<html>\"}");
    write_request("probe.a b", "{}");
    write_request("probe.", "{}");
    write_request("probe.example.org.sign", "{\"at\":1}");
    write_request("probe.broken", "{");
    look();
    ck_assert_int_eq(scene_challenges_open(), 0);
    /* A request for a certificate with that name is somebody else's. */
    ck_assert(ae_file_exists(scene_path("requests/probe.example.org.sign")));
}
END_TEST

Suite *suite_edge_probe(void)
{
    Suite *suite = suite_create("edge_probe");
    TCase *tc = tcase_create("probe");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_published_while_it_is_there);
    tcase_add_test(tc, test_another_worker);
    tcase_add_test(tc, test_too_old);
    tcase_add_test(tc, test_not_published);
    tcase_add_test(tc, test_full_disk);
    tcase_add_test(tc, test_bounded);
    tcase_add_test(tc, test_hostile);
    suite_add_tcase(suite, tc);
    return suite;
}
