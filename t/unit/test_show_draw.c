/* Pieces of HTML, and what goes into their places. */

#include "show_draw.h"
#include "show_scene.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_draw(void);

static show_scene_t *scene;
static show_query_t query;
static show_view_t view;

static void setup(void)
{
    t_setup();
    scene = show_scene_make(0);
    memset(&query, 0, sizeof(query));
    query.page = 1;
    view = show_scene_view(scene, &query);
}

static const char *drawn(show_piece_t piece)
{
    show_put_piece(&view, piece);
    return show_scene_take(scene);
}

START_TEST(test_places)
{
    show_draw(&view, "<a b=\"{2}\">{1}</a>{2}{3}{x}{",
              SHOW_PIECES(show_text("one"), show_text("two")));
    ck_assert_str_eq(show_scene_take(scene), "<a b=\"two\">one</a>two{x}{");
    show_put(&view, "{1}");
    ck_assert_str_eq(show_scene_take(scene), "{1}");
}
END_TEST

/* A place in what goes into a place is no place. */
START_TEST(test_text)
{
    ck_assert_str_eq(drawn(show_text("<{1}>\"")), "&lt;{1}&gt;&quot;");
    ck_assert_str_eq(drawn(show_text(NULL)), "");
    ck_assert_str_eq(drawn(show_lines("a<\n\n b\n")), "a&lt;\n\n b\n");
    ck_assert_str_eq(drawn(show_number(-12)), "-12");
}
END_TEST

START_TEST(test_words)
{
    const show_piece_t *pieces = SHOW_PIECES(show_number(2), show_number(3));

    ck_assert_str_eq(drawn(show_say(SHOW_ALL)), "All");
    ck_assert_str_eq(drawn(show_say_with(SHOW_VALID_OF, pieces)),
                     "Valid certificates: 2 of 3");
    query.language = AE_JAPANESE;
    ck_assert_str_eq(drawn(show_say_with(SHOW_VALID_OF, pieces)),
                     "有効な証明書: 3件中2件");
}
END_TEST

START_TEST(test_english)
{
    ck_assert_str_eq(drawn(show_english("<a>")), "&lt;a&gt;");
    query.language = AE_JAPANESE;
    ck_assert_str_eq(drawn(show_english("<a>")),
                     "<span lang=\"en\">&lt;a&gt;</span>");
}
END_TEST

START_TEST(test_links)
{
    show_query_t wanted = {.page = 3,
                           .states = 1 << EDGE_PHASE_FAILING |
                                     1 << EDGE_PHASE_EXPIRED,
                           .name = "a&b\"",
                           .language = AE_JAPANESE};
    const show_query_t style = {.format = SHOW_STYLE};
    const show_query_t icon = {.format = SHOW_ICON};

    ck_assert_str_eq(drawn(show_link(&wanted)),
                     "/acme?lang=ja&amp;name=a%26b%22&amp;state=failing"
                     "&amp;state=expired&amp;page=3");
    wanted = (show_query_t){.page = 1, .cert = "a.example+rsa-2048"};
    ck_assert_str_eq(drawn(show_link(&wanted)),
                     "/acme?lang=en&amp;cert=a.example%2Brsa-2048");
    ck_assert_str_eq(drawn(show_link(&style)), "/acme?format=css");
    ck_assert_str_eq(drawn(show_link(&icon)), "/acme?format=icon");
}
END_TEST

/* No path leads to another host, and none out of its attribute. */
START_TEST(test_path)
{
    static const struct {
        const char *path;
        const char *expected;
    } paths[] = {
        {"/a/b", "/a/b"},
        {"//evil.example/", "/evil.example/"},
        {"///evil.example", "/evil.example"},
        {"/\\evil.example", "/%5Cevil.example"},
        {"/a\"><script>", "/a%22%3E%3Cscript%3E"},
        {"/a?b#c d", "/a%3Fb%23c%20d"},
        {"/\xe8\xaa\x9e", "/%E8%AA%9E"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        view.path = paths[i].path;
        ck_assert_str_eq(drawn(show_path()), paths[i].expected);
    }
}
END_TEST

Suite *suite_show_draw(void)
{
    Suite *suite = suite_create("show_draw");
    TCase *tc = tcase_create("draw");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_places);
    tcase_add_test(tc, test_text);
    tcase_add_test(tc, test_words);
    tcase_add_test(tc, test_english);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_path);
    suite_add_tcase(suite, tc);
    return suite;
}
