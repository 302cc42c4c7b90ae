#include "edge_provision.h"

#include "edge_explain.h"

struct edge_provision_t {
    edge_provision_config_t config;
    const apr_array_header_t *tokens; /* NULL: it is not under way */
    edge_visit_t visit;
    edge_barrier_t *barrier; /* NULL: nothing is published yet */
    edge_failure_t failure;
    apr_pool_t *p;
};

edge_provision_t *edge_provision_create(const edge_provision_config_t *config,
                                        apr_pool_t *p)
{
    edge_provision_t *provision = apr_pcalloc(p, sizeof(*provision));

    provision->config = *config;
    provision->visit.door = config->door;
    provision->p = p;
    return provision;
}

void edge_provision_begin(edge_provision_t *provision,
                          const apr_array_header_t *tokens)
{
    edge_barrier_end(provision->barrier);
    provision->barrier = NULL;
    provision->tokens = tokens;
}

const char *edge_provision_step(const edge_provision_t *provision)
{
    if (provision == NULL || provision->tokens == NULL) {
        return NULL;
    }
    return provision->barrier != NULL ? EDGE_STEP_PROBE : EDGE_STEP_PORT;
}

static edge_provision_next_t fail(edge_provision_t *provision,
                                  const char *step, const ae_error_t *err)
{
    edge_failure_t *failure = &provision->failure;

    provision->tokens = NULL;
    failure->id = "AE040";
    failure->error = *err;
    failure->cause = edge_explain_trouble(err, step);
    ae_text_copy(failure->step, sizeof(failure->step), step);
    return EDGE_PROVISION_FAILED;
}

/* RFC 8555 section 8.2: the CA should not be told before its look is believed
 * to succeed. It was told nothing, so the order can be taken up again. */
static edge_provision_next_t fail_probe(edge_provision_t *provision)
{
    const edge_failure_t *found = edge_barrier_found(provision->barrier);

    fail(provision, EDGE_STEP_PROBE, &found->error);
    provision->failure.id = found->id;
    provision->failure.cause = found->cause;
    return EDGE_PROVISION_FAILED;
}

static edge_provision_next_t pass_barrier(edge_provision_t *provision,
                                          apr_time_t now, apr_time_t *wake)
{
    switch (edge_barrier_step(provision->barrier, now, wake)) {
    case EDGE_BARRIER_WAIT:
        return EDGE_PROVISION_WAIT;
    case EDGE_BARRIER_OPEN:
        provision->tokens = NULL;
        return EDGE_PROVISION_READY;
    case EDGE_BARRIER_SHUT:
        break;
    }
    return fail_probe(provision);
}

edge_provision_next_t edge_provision_next(edge_provision_t *provision,
                                          apr_time_t now, apr_time_t *wake)
{
    ae_error_t err;

    if (provision->barrier != NULL) {
        return pass_barrier(provision, now, wake);
    }
    switch (edge_door_look(&provision->visit, &err)) {
    case EDGE_DOOR_WAIT:
        *wake = now + EDGE_DOOR_PAUSE;
        return EDGE_PROVISION_WAIT;
    case EDGE_DOOR_STUCK:
        return fail(provision, EDGE_STEP_PORT, &err);
    case EDGE_DOOR_OPEN:
        break;
    }
    if (edge_posting_put(provision->config.posting, provision->tokens, &err) !=
        APR_SUCCESS) {
        return fail(provision, EDGE_STEP_CHALLENGE, &err);
    }
    provision->barrier = edge_barrier_create(
        &provision->config.barrier, provision->tokens, now, provision->p);
    return pass_barrier(provision, now, wake);
}

const edge_failure_t *edge_provision_failure(const edge_provision_t *provision)
{
    return &provision->failure;
}

const edge_failure_t *edge_provision_found(const edge_provision_t *provision)
{
    return provision->barrier != NULL ? edge_barrier_found(provision->barrier)
                                      : NULL;
}

void edge_provision_leave(edge_provision_t *provision)
{
    edge_door_leave(&provision->visit);
}

void edge_provision_end(edge_provision_t *provision)
{
    if (provision != NULL) {
        edge_barrier_end(provision->barrier);
        edge_provision_leave(provision);
    }
}
