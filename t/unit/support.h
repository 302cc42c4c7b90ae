#ifndef SUPPORT_H
#define SUPPORT_H

/** What every unit test needs: a pool, a directory, its fixtures. */

#include <apr_pools.h>

/** A fresh pool for each test that has the fixture below. */
extern apr_pool_t *t_pool;

/** The checked fixture: tcase_add_checked_fixture(tc, t_setup, t_teardown). */
void t_setup(void);
void t_teardown(void);

/** A scratch directory, made for this test at the first call and removed with
 * all that is in it. The path lives as long as the test. */
const char *t_dir(void);

/** The path of t/unit/fixtures/<name>, from t_pool. */
const char *t_fixture(const char *name);

/** Zeroed memory that children share; gone with the test's process. */
void *t_share(apr_size_t bytes);

/** Around a whole run, for the program's main: scratch directories of tests
 * that crash are removed too. */
void t_begin(void);
void t_end(void);

#endif
