#include "edge_live.h"
#include "edge_progress.h"
#include "edge_state.h"
#include "fuzz.h"
#include "fuzz_store.h"

#include <string.h>

/* state/<name>.json and .progress, and deploy/<name>.json. */

#define RECORD "www.site.example.json"
#define PROGRESS "www.site.example.progress"

static void check_error(const ae_error_t *error)
{
    fuzz_must_be_text(error->what);
    fuzz_must_be_text(error->why);
    fuzz_must_be_text(error->next);
}

static int moment_is_sane(apr_time_t t)
{
    return t >= 0 && t < apr_time_from_sec(APR_INT64_C(253402300800));
}

static void check_state(const edge_state_t *state)
{
    fuzz_must(state->retry <= ACME_RETRY_PERSON, "the retry is known");
    fuzz_must(moment_is_sane(state->next_attempt) &&
                  moment_is_sane(state->last_sign_at) &&
                  moment_is_sane(state->renew_at) &&
                  moment_is_sane(state->succeeded_at),
              "moments are sane");
    fuzz_must(state->attempts <= 1000000 && state->provider <= 1000,
              "numbers are bounded");
    fuzz_must_be_text(state->fingerprint);
    fuzz_must_be_text(state->last_step);
    fuzz_must_be_text(state->renew_serial);
    check_error(&state->error);
}

static int same(const edge_state_t *a, const edge_state_t *b)
{
    return a->attempts == b->attempts && a->provider == b->provider &&
           a->retry == b->retry && a->next_attempt == b->next_attempt &&
           a->renew_at == b->renew_at && a->last_sign_at == b->last_sign_at &&
           a->last_sign_ok == b->last_sign_ok && a->cause == b->cause &&
           a->succeeded_at == b->succeeded_at &&
           !memcmp(&a->course, &b->course, sizeof(a->course)) &&
           a->error.status == b->error.status &&
           !strcmp(a->fingerprint, b->fingerprint) &&
           !strcmp(a->last_step, b->last_step) &&
           !strcmp(a->renew_serial, b->renew_serial) &&
           !strcmp(a->error.why, b->error.why);
}

static apr_status_t load(edge_state_t *state, ae_error_t *err)
{
    return edge_state_load(state, fuzz_store(), fuzz_store_cert(), err,
                           fuzz_pool);
}

static const char *path_of(const char *dir, const char *name)
{
    return edge_store_path(fuzz_store(), fuzz_pool, dir, name, NULL);
}

static void check_save(const edge_state_t *state)
{
    edge_state_t again;
    ae_error_t err;

    fuzz_must(edge_state_save(state, fuzz_store(), fuzz_store_cert(), &err,
                              fuzz_pool) == APR_SUCCESS,
              "a state can be saved");
    fuzz_must(load(&again, &err) == APR_SUCCESS && same(state, &again),
              "what was saved is loaded as the same");
}

static void check_deployment(ae_bytes_t bytes)
{
    edge_deployment_t deployment;

    fuzz_write(path_of("deploy", RECORD), bytes);
    edge_live_deployment(&deployment, fuzz_store(), fuzz_store_cert(),
                         fuzz_pool);
    fuzz_must(moment_is_sane(deployment.at), "a deployment's moment is sane");
    fuzz_must(moment_is_sane(deployment.served_at) &&
                  (unsigned)deployment.by < EDGE_BYS,
              "what is told of who serves it is sane");
    fuzz_must_be_text(deployment.serial);
    check_error(&deployment.error);
}

/* Root's command prints it. */
static void check_progress(ae_bytes_t bytes)
{
    edge_progress_t progress;
    int i;

    fuzz_write(path_of("state", PROGRESS), bytes);
    edge_progress_load(&progress, fuzz_store(), fuzz_store_cert(), fuzz_pool);
    fuzz_must(moment_is_sane(progress.at), "its moment is sane");
    fuzz_must_be_text(progress.step);
    for (i = 0; i < progress.names->nelts; i++) {
        const edge_progress_name_t *name =
            &APR_ARRAY_IDX(progress.names, i, edge_progress_name_t);

        fuzz_must_be_text(name->name);
        fuzz_must_be_text(name->status);
        fuzz_must_be_text(name->why);
    }
}

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t bytes = fuzz_bytes(data, size);
    edge_state_t state;
    ae_error_t err;
    apr_status_t status;

    fuzz_write(path_of("state", RECORD), bytes);
    status = load(&state, &err);
    check_state(&state);
    if (status == APR_SUCCESS) {
        check_save(&state);
    } else {
        fuzz_must(status == AE_EFORMAT, "the status is a documented one");
        fuzz_must_explain(&err, status);
        fuzz_must(ae_file_exists(path_of("state", RECORD)),
                  "reading touches nothing");
    }
    check_deployment(bytes);
    check_progress(bytes);
}

const fuzz_target_t fuzz_state = {"state", run, 2000};
