#include "test_live.h"

#include "support.h"

#include <check.h>

#define LIVE "live/www.example.org"

ae_error_t test_live_told;

static edge_promotion_t promote(const test_store_t *t, edge_deployed_by_t by)
{
    edge_promotion_t promotion;

    ck_status(edge_live_promote(&promotion, t->store, t->cert, by, t->now,
                                &test_live_told, t_pool),
              APR_SUCCESS, &test_live_told);
    return promotion;
}

edge_promotion_t test_live_promote(const test_store_t *t)
{
    return promote(t, EDGE_BY_RESTART);
}

edge_promotion_t test_live_promote_hot(const test_store_t *t)
{
    return promote(t, EDGE_BY_HOT);
}

const char *test_live_deploy(const test_store_t *t)
{
    const char *serial = test_store_stage(t);

    ck_assert_int_eq(test_live_promote(t), EDGE_PROMOTION_DONE);
    return serial;
}

const char *test_live_serial(const test_store_t *t)
{
    ae_cert_t *chain;
    ae_error_t err;

    if (!test_store_has(t, LIVE)) {
        return NULL;
    }
    ck_status(edge_live_check(edge_store_dir(t->store), t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    ck_status(edge_live_load(&chain, edge_store_dir(t->store), t->cert, &err,
                             t_pool),
              APR_SUCCESS, &err);
    return ae_cert_facts(chain)->serial;
}

edge_deployment_t test_live_deployment(const test_store_t *t)
{
    edge_deployment_t d;

    edge_live_deployment(&d, t->store, t->cert, t_pool);
    return d;
}
