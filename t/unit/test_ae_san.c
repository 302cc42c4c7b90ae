#include "ae_san.h"

#include "support.h"

#include <check.h>

/* RFC 9525 section 6.3. */
static const struct {
    const char *name;
    const char *wanted;
    int covers;
} rows[] = {
    {"a.example", "a.example", 1},
    {"A.Example", "a.eXAMPLE", 1},
    {"a.example", "b.example", 0},
    {"a.example", "a.example.org", 0},
    {"a.example", "www.a.example", 0},
    {"*.a.example", "www.a.example", 1},
    {"*.a.example", "WWW.A.example", 1},
    {"*.a.example", "xn--bcher-kva.a.example", 1},
    /* A wildcard is exactly one label. */
    {"*.a.example", "a.example", 0},
    {"*.a.example", "x.www.a.example", 0},
    {"*.a.example", ".a.example", 0},
    {"*.a.example", "www.b.example", 0},
    /* It is the whole label, and the first. */
    {"w*.a.example", "www.a.example", 0},
    {"*w.a.example", "www.a.example", 0},
    {"www.*.example", "www.a.example", 0},
    {"*", "example", 0},
    {"*", "a.example", 0},
    /* A wildcard that is asked for is asked for itself. */
    {"*.a.example", "*.a.example", 1},
    {"www.a.example", "*.a.example", 0},
    {"*.example", "*.a.example", 0},
    {"*.a.example", "*.b.a.example", 0},
};

START_TEST(covers)
{
    ck_assert_msg(ae_san_covers(rows[_i].name, rows[_i].wanted) ==
                      rows[_i].covers,
                  "%s for %s", rows[_i].name, rows[_i].wanted);
}
END_TEST

Suite *suite_ae_san(void)
{
    Suite *suite = suite_create("ae_san");
    TCase *tc = tcase_create("san");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, covers, 0, sizeof(rows) / sizeof(rows[0]));
    suite_add_tcase(suite, tc);
    return suite;
}
