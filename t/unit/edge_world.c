#include "edge_world.h"

#include "edge_deployment.h"
#include "edge_history.h"
#include "edge_live.h"
#include "edge_staged.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define HOST "https://ca.test/"

static world_t *world;

static apr_uint32_t draw(void)
{
    return world->random;
}

static void take_status(void *ctx, int index, const edge_status_t *status)
{
    int ordering = 0;
    int i;

    (void)ctx;
    world->published++;
    world->statuses[index] = *status;
    for (i = 0; i < world->config.certs->nelts; i++) {
        ordering += world->statuses[i].phase == EDGE_PHASE_ORDERING;
    }
    if (ordering > world->ordering_most) {
        world->ordering_most = ordering;
    }
}

static void take_deploy(void *ctx, apr_interval_time_t gap)
{
    (void)ctx;
    world->deploys++;
    world->deploy_gap = gap;
}

static void take_event(void *ctx, const char *dir, const edge_event_t *event)
{
    (void)ctx;
    (void)dir;
    APR_ARRAY_PUSH(world->events, edge_event_t) = *event;
}

const char *world_told(void)
{
    const char *words = "";
    int i;

    for (i = 0; i < world->events->nelts; i++) {
        const edge_event_t *event =
            &APR_ARRAY_IDX(world->events, i, edge_event_t);

        words = apr_pstrcat(t_pool, words, *words ? " " : "",
                            edge_event_word(event->kind),
                            event->is_over ? "/over" : "", NULL);
    }
    apr_array_clear(world->events);
    return words;
}

static void settle(const char *dir)
{
    edge_history_t history;
    ae_error_t err;
    int i;

    ck_assert(edge_history_load(&history, scene_store(), dir, &err, t_pool) ==
              APR_SUCCESS);
    for (i = 0; i < history.events->nelts; i++) {
        ck_assert(
            edge_history_told(
                scene_store(), dir,
                edge_event_id(&APR_ARRAY_IDX(history.events, i, edge_event_t),
                              t_pool),
                &err, t_pool) == APR_SUCCESS);
    }
}

void world_settle(void)
{
    const apr_array_header_t *certs = world->config.certs;
    int i;

    settle(EDGE_HISTORY_SERVER);
    for (i = 0; i < certs->nelts; i++) {
        settle(APR_ARRAY_IDX(certs, i, const edge_cert_t *)->dir);
    }
}

world_t *world_make(apr_array_header_t *certs)
{
    world = apr_pcalloc(t_pool, sizeof(*world));
    world->ca = ca_make();
    world->pki = test_pki_make(t_pool);
    world->now = SCENE_NOW;
    world->lifetime = 90 * DAY;
    world->wire = apr_array_make(t_pool, 64, sizeof(const acme_request_t *));
    world->events = apr_array_make(t_pool, 8, sizeof(edge_event_t));
    world->sent = " ";
    world->statuses =
        apr_pcalloc(t_pool, (apr_size_t)certs->nelts * sizeof(edge_status_t));
    world->config.store = scene_store();
    world->config.certs = certs;
    world->config.challenges = *scene_challenges();
    world->config.log = scene_log();
    world->config.random = draw;
    world->config.restarts_itself = 1;
    world->config.publish = take_status;
    world->config.deploy = take_deploy;
    world->config.notify = take_event;
    return world;
}

void world_start(void)
{
    ae_error_t err;

    apr_pool_create(&world->pool, t_pool);
    ck_assert_msg(edge_scheduler_create(&world->scheduler, &world->config,
                                        world->now, &err,
                                        world->pool) == APR_SUCCESS,
                  "%s", ae_error_line(&err, t_pool));
}

world_t *world_begin(const char *names, const char *providers)
{
    world_make(scene_certs(scene_cert(names, providers), NULL));
    world_start();
    return world;
}

void world_spoil(const char *step, unsigned nth, unsigned times, int code,
                 const char *type, const char *retry_after)
{
    ca_fault_t fault = {0};

    fault.step = step;
    fault.nth = nth;
    fault.times = times;
    fault.code = code;
    fault.retry_after = retry_after;
    fault.body = apr_psprintf(t_pool,
                              "{\"type\":\"urn:ietf:params:acme:error:%s\","
                              "\"detail\":\"not today\"}",
                              type);
    ca_spoil(world->ca, fault);
}

void world_stop(void)
{
    apr_array_clear(world->wire);
    apr_pool_destroy(world->pool);
    world->scheduler = NULL;
}

void world_restart(void)
{
    world_stop();
    world_start();
}

apr_time_t world_send(void)
{
    edge_dispatch_t dispatch;
    apr_time_t wake = 0;

    while (
        edge_scheduler_next(world->scheduler, world->now, &dispatch, &wake)) {
        APR_ARRAY_PUSH(world->wire, const acme_request_t *) = dispatch.request;
        world->requests++;
        if (strlen(world->sent) < 10000) {
            world->sent = apr_pstrcat(t_pool, world->sent,
                                      dispatch.request->step, " ", NULL);
        }
    }
    ck_assert_int_gt(wake, world->now);
    return wake;
}

static const edge_cert_t *cert_of(const ca_order_t *order)
{
    const char *name =
        APR_ARRAY_IDX(order->authorizations, 0, ca_authorization_t).name;
    int i;

    for (i = 0; i < world->config.certs->nelts; i++) {
        const edge_cert_t *cert =
            APR_ARRAY_IDX(world->config.certs, i, const edge_cert_t *);

        if (strcmp(cert->name, name) == 0) {
            return cert;
        }
    }
    ck_abort_msg("an order for %s", name);
    return NULL;
}

/* The scripted CA's chains lead nowhere; these are whole. */
static void replace_chain(acme_response_t *response, const char *url)
{
    int id = atoi(strrchr(url, '/') + 1);
    const edge_cert_t *cert = cert_of(ca_order(world->ca, id - 1));
    const char *names = world->other_names;
    ae_key_t *key;
    ae_error_t err;
    ae_bytes_t pem;

    if (names == NULL) {
        names = apr_array_pstrcat(t_pool, cert->names, ' ');
    }
    ck_assert_int_eq(
        edge_store_order_key(&key, world->config.store, cert, &err, t_pool),
        APR_SUCCESS);
    pem = test_pki_issue(world->pki, key, names, world->now,
                         world->now + world->lifetime, t_pool);
    response->body = apr_pstrmemdup(t_pool, (const char *)pem.data, pem.len);
    response->body_len = pem.len;
}

static const acme_response_t *answer(const acme_request_t *request)
{
    acme_response_t *response = apr_pcalloc(t_pool, sizeof(*response));

    if (strncmp(request->url, HOST, strlen(HOST)) != 0) {
        response->status = APR_ECONNREFUSED;
        response->reason = "Connection refused";
        return response;
    }
    *response = *ca_answer(world->ca, request, scene_tokens(), world->now);
    if (strcmp(request->step, "certificate") == 0 && response->code == 200) {
        replace_chain(response, request->url);
    }
    return response;
}

int world_answer(void)
{
    const acme_request_t *request;
    int i;

    if (world->wire->nelts == 0) {
        return 0;
    }
    request = APR_ARRAY_IDX(world->wire, 0, const acme_request_t *);
    for (i = 1; i < world->wire->nelts; i++) {
        APR_ARRAY_IDX(world->wire, i - 1, const acme_request_t *) =
            APR_ARRAY_IDX(world->wire, i, const acme_request_t *);
    }
    world->wire->nelts--;
    edge_scheduler_reply(world->scheduler, request, answer(request),
                         world->now);
    return 1;
}

/* Do the next thing that is to be done before `end`. */
static int step(apr_time_t wake, apr_time_t end)
{
    if (world_answer()) {
        return 1;
    }
    world->now = wake < end ? wake : end;
    return wake < end;
}

void world_run(apr_interval_time_t span)
{
    apr_time_t end = world->now + span;

    while (step(world_send(), end)) {
    }
    world_send();
}

void world_run_until(int index, edge_phase_t phase, apr_interval_time_t span)
{
    apr_time_t end = world->now + span;

    for (;;) {
        apr_time_t wake = world_send();

        if (world->statuses[index].phase == phase || !step(wake, end)) {
            break;
        }
    }
    ck_assert_msg(world->statuses[index].phase == phase, "%s: %s",
                  edge_phase_word(world->statuses[index].phase),
                  world->statuses[index].action_reason);
}

void world_go_to(const char *step)
{
    for (;;) {
        apr_time_t wake = world_send();

        if (world->wire->nelts == 0) {
            world->now = wake;
        } else if (strcmp(APR_ARRAY_IDX(world->wire, 0, const acme_request_t *)
                              ->step,
                          step) == 0) {
            return;
        } else {
            world_answer();
        }
    }
}

static const edge_cert_t *cert_at(int i)
{
    return APR_ARRAY_IDX(world->config.certs, i, const edge_cert_t *);
}

static void promote(edge_deployed_by_t by)
{
    int i;

    world->now += SECOND;
    for (i = 0; i < world->config.certs->nelts; i++) {
        edge_promotion_t promotion;
        ae_error_t err;

        ck_assert_int_eq(edge_live_promote(&promotion, world->config.store,
                                           cert_at(i), by, world->now, &err,
                                           t_pool),
                         APR_SUCCESS);
    }
}

void world_deploy(void)
{
    world_stop();
    promote(EDGE_BY_RESTART);
    world_start();
}

void world_deploy_hot(void)
{
    ae_error_t err;
    int i;

    promote(EDGE_BY_HOT);
    world->now += SECOND;
    for (i = 0; i < world->config.certs->nelts; i++) {
        ck_assert_int_eq(edge_deployment_served(world->config.store,
                                                cert_at(i), EDGE_BY_HOT, NULL,
                                                world->now, &err, t_pool),
                         APR_SUCCESS);
    }
}

/* --- the command --------------------------------------------------------- */

void world_ask(const edge_cert_t *cert, edge_request_verb_t verb,
               const char *serial)
{
    ae_error_t err;

    world->now += SECOND;
    ck_assert_int_eq(edge_request_put(scene_store(), cert, verb, serial,
                                      world->now, &err, t_pool),
                     APR_SUCCESS);
    edge_scheduler_ask(world->scheduler, world->now);
}

int world_is_asked(const edge_cert_t *cert, edge_request_verb_t verb)
{
    edge_request_t request;

    edge_request_find(&request, scene_store(), cert, verb, t_pool);
    return request.found;
}

const char *world_stage(const edge_cert_t *cert)
{
    ae_key_t *key;
    ae_cert_t *chain;
    ae_bytes_t pem;
    ae_error_t err;

    ck_assert_int_eq(ae_key_generate(&key, cert->key_type, &err, t_pool),
                     APR_SUCCESS);
    pem = test_pki_issue(test_pki_make(t_pool), key, cert->name,
                         world->now - DAY, world->now + 90 * DAY, t_pool);
    ck_assert_int_eq(ae_cert_parse(&chain, pem, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(
        edge_staged_put(scene_store(), cert, key, chain, &err, t_pool),
        APR_SUCCESS);
    return ae_cert_facts(chain)->serial;
}
