/* Runs every suite of t/unit; CK_RUN_SUITE and CK_RUN_CASE choose some,
 * CK_FORK=no keeps all in one process for a debugger. */

#include "support.h"

#include <check.h>
#include <stdlib.h>

#ifndef T_SUITES
#define T_SUITES "suites.h"
#endif

#define SUITE(name) Suite *suite_##name(void);
#include T_SUITES
#undef SUITE

static Suite *(*const suites[])(void) = {
#define SUITE(name) suite_##name,
#include T_SUITES
#undef SUITE
};

#define SUITES (sizeof(suites) / sizeof(suites[0]))

int main(void)
{
    SRunner *runner = srunner_create(suite_create("mod_acme_edge"));
    int run, failed;
    apr_size_t i;

    for (i = 0; i < SUITES; i++) {
        srunner_add_suite(runner, suites[i]());
    }
    t_begin();
    srunner_run_all(runner, CK_ENV);
    run = srunner_ntests_run(runner);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    t_end();
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
