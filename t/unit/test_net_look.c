/* What is looked at where nothing can be waited for. The rest stands in
 * t/httpd/test_check.py, which has a network of its own. */

#include "edge_scene.h"
#include "net_look.h"
#include "support.h"

#include "ae_json.h"

#include <check.h>
#include <string.h>

Suite *suite_net_look(void);

static net_look_t look;
static int told;

static void tell(void *ctx, const char *name)
{
    ck_assert_ptr_eq(ctx, &look);
    ck_assert_int_eq(strncmp(name, "a", 1), 0);
    told++;
}

static void setup(void)
{
    t_setup();
    scene_setup();
    told = 0;
    look = (net_look_t){
        .store = scene_store(),
        .certs =
            scene_certs(scene_cert("a.example a2.example", "one two"), NULL),
        .until = 1,
        .tell = tell,
        .ctx = &look,
    };
}

static int count(const json_t *rows, const char *words)
{
    const char *at = edge_rows_text(rows, t_pool);
    int found = 0;

    for (at = strstr(at, words); at; at = strstr(at + 1, words)) {
        found++;
    }
    return found;
}

/* Each name's address and CAA, and each CA, were not looked at. */
START_TEST(test_no_time)
{
    const json_t *rows = ae_json_keep(net_look(&look, t_pool), t_pool);

    ck_assert_int_eq(told, 2);
    ck_assert_int_eq(edge_rows_count(rows, EDGE_ROW_FAILED), 0);
    ck_assert_int_eq(count(rows, ": no time was left to look\n"), 6);
    ck_assert_int_eq(count(rows, "open    CA one: no time"), 1);
    ck_assert_int_eq(count(rows, "open    DNS of a2.example: no time"), 1);
    ck_assert_int_eq(count(rows, "passed  store: "), 1);
}
END_TEST

/* RFC 8738: nothing of an address is in the DNS. */
START_TEST(test_an_address)
{
    const json_t *rows;

    look.certs = scene_certs(scene_cert("192.0.2.1 2001:db8::1", "one"), NULL);
    look.tell = NULL;
    rows = ae_json_keep(net_look(&look, t_pool), t_pool);
    ck_assert_int_eq(count(rows, "open    port 80 of 192.0.2.1: no time"), 1);
    ck_assert_int_eq(count(rows, "open    port 80 of 2001:db8::1: no"), 1);
    ck_assert_int_eq(count(rows, "DNS"), 0);
    ck_assert_int_eq(count(rows, "CAA"), 0);
}
END_TEST

Suite *suite_net_look(void)
{
    Suite *suite = suite_create("net_look");
    TCase *tc = tcase_create("look");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_no_time);
    tcase_add_test(tc, test_an_address);
    suite_add_tcase(suite, tc);
    return suite;
}
