#ifndef TEST_LIVE_H
#define TEST_LIVE_H

/** A store whose parent deploys. */

#include "edge_live.h"
#include "test_store.h"

/** What the last promotion told. */
extern ae_error_t test_live_told;

/** Promote what is staged; the store can be written. */
edge_promotion_t test_live_promote(const test_store_t *t);

/** The same for running children. */
edge_promotion_t test_live_promote_hot(const test_store_t *t);

/** Stage a set and promote it. @return its serial */
const char *test_live_deploy(const test_store_t *t);

/** The serial of what is live and whole, or NULL. */
const char *test_live_serial(const test_store_t *t);

/** The record of the last deployment. */
edge_deployment_t test_live_deployment(const test_store_t *t);

#endif
