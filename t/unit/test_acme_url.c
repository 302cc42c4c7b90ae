#include "acme_url.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define BASE "https://ca.test/a/b/c?q"

START_TEST(test_only_https_is_asked)
{
    static const char *const bad[] = {"http://ca.test/x",
                                      "file:///etc/passwd",
                                      "ftp://ca.test/",
                                      "",
                                      "https://",
                                      "https:///x",
                                      "https://?x",
                                      "//ca.test/x",
                                      "https://ca.test/a b",
                                      "https://ca.test/\n",
                                      "https://ca.test/\"",
                                      "https://ca.test/\xc3\xa4",
                                      "javascript:alert(1)"};
    char *longest = apr_pcalloc(t_pool, ACME_URL_LENGTH_MAX + 2);
    size_t i;

    ck_assert(acme_url_valid("https://ca.test"));
    ck_assert(acme_url_valid("HTTPS://ca.test:14000/dir?a=b&c=%20"));
    ck_assert(!acme_url_valid(NULL));
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(!acme_url_valid(bad[i]), "%s was taken", bad[i]);
    }
    memset(longest, 'x', ACME_URL_LENGTH_MAX);
    memcpy(longest, "https://", 8);
    ck_assert(acme_url_valid(longest));
    longest[ACME_URL_LENGTH_MAX] = 'x';
    ck_assert(!acme_url_valid(longest));
}
END_TEST

/* RFC 3986 section 5.4 */
START_TEST(test_references_are_resolved)
{
    static const struct {
        const char *reference;
        const char *url;
    } all[] = {
        {"https://other.test/x", "https://other.test/x"},
        {"//other.test/x", "https://other.test/x"},
        {"/x/y", "https://ca.test/x/y"},
        {"x", "https://ca.test/a/b/x"},
        {"./x", "https://ca.test/a/b/x"},
        {"x/", "https://ca.test/a/b/x/"},
        {".", "https://ca.test/a/b/"},
        {"..", "https://ca.test/a/"},
        {"../x", "https://ca.test/a/x"},
        {"../../x", "https://ca.test/x"},
        {"../../../x", "https://ca.test/x"},
        {"/./x/../y", "https://ca.test/y"},
        {"?z", "https://ca.test/a/b/c?z"},
        {"x?../z", "https://ca.test/a/b/x?../z"},
        {"x#frag", "https://ca.test/a/b/x"},
        {"", "https://ca.test/a/b/c?q"},
        {"..x", "https://ca.test/a/b/..x"},
        {"http://ca.test/x", NULL},
        {"data:x", NULL},
        {"x y", NULL},
    };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const char *url = acme_url_resolve(BASE, all[i].reference, t_pool);
        ck_assert_msg((!url && !all[i].url) ||
                          (url && all[i].url && !strcmp(url, all[i].url)),
                      "%s became %s", all[i].reference, url ? url : "nothing");
    }
    ck_assert_str_eq(acme_url_resolve("https://ca.test", "x", t_pool),
                     "https://ca.test/x");
    ck_assert_ptr_null(acme_url_resolve(BASE, NULL, t_pool));
    ck_assert_ptr_null(acme_url_resolve("http://ca.test/", "x", t_pool));
}
END_TEST

static const char *alternates(const char *first, const char *second)
{
    const apr_array_header_t *urls = acme_url_links(
        second ? t_names(first, second, NULL) : t_names(first, NULL),
        "alternate", BASE, t_pool);

    return apr_array_pstrcat(t_pool, urls, ' ');
}

/* RFC 8555 section 7.4.2: they may repeat and be relative. */
START_TEST(test_links)
{
    ck_assert_str_eq(alternates("<https://ca.test/1>;rel=\"alternate\"",
                                "</2>; rel=alternate"),
                     "https://ca.test/1 https://ca.test/2");
    ck_assert_str_eq(alternates("<1>;rel=index, <2>; rel=\"x alternate\" , "
                                "<3>; title=\"a, b\"; REL=ALTERNATE",
                                NULL),
                     "https://ca.test/a/b/2 https://ca.test/a/b/3");
    ck_assert_str_eq(alternates("<1>;title=\"\\\";rel=alternate\"", NULL), "");
    ck_assert_str_eq(alternates("<1>;rel=up;rel=alternate", NULL), "");
    ck_assert_str_eq(alternates("<http://ca.test/1>;rel=alternate", NULL), "");
    ck_assert_int_eq(acme_url_links(NULL, "alternate", BASE, t_pool)->nelts,
                     0);
}
END_TEST

START_TEST(test_broken_links_are_passed_over)
{
    ck_assert_str_eq(alternates("", NULL), "");
    ck_assert_str_eq(alternates("<", NULL), "");
    ck_assert_str_eq(alternates("<1", NULL), "");
    ck_assert_str_eq(alternates("1;rel=alternate", NULL), "");
    ck_assert_str_eq(alternates("<1>;", NULL), "");
    ck_assert_str_eq(alternates("<1>;rel", NULL), "");
    ck_assert_str_eq(alternates("<1>;rel=\"alternate", NULL),
                     "https://ca.test/a/b/1");
    ck_assert_str_eq(
        alternates("<1>;;;rel=alternate,,,<2>;rel=alternate", NULL),
        "https://ca.test/a/b/1 https://ca.test/a/b/2");
}
END_TEST

START_TEST(test_links_are_bounded)
{
    apr_array_header_t *links = apr_array_make(t_pool, 500, sizeof(char *));
    int i;

    for (i = 0; i < 500; i++) {
        APR_ARRAY_PUSH(links, const char *) = "</x>;rel=alternate";
    }
    ck_assert_int_eq(acme_url_links(links, "alternate", BASE, t_pool)->nelts,
                     ACME_LINKS_MAX);
}
END_TEST

Suite *suite_acme_url(void)
{
    Suite *suite = suite_create("acme_url");
    TCase *tc = tcase_create("url");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_only_https_is_asked);
    tcase_add_test(tc, test_references_are_resolved);
    tcase_add_test(tc, test_links);
    tcase_add_test(tc, test_broken_links_are_passed_over);
    tcase_add_test(tc, test_links_are_bounded);
    suite_add_tcase(suite, tc);
    return suite;
}
