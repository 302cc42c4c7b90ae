#include "errand_scene.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

static world_t *w;
static ae_error_t err;

world_t *errand_world(void)
{
    scene_setup();
    w = world_make(scene_certs(scene_cert(ERRAND_NAMES, "ca"), NULL));
    return w;
}

static const char *leaf(void)
{
    ae_bytes_t pem =
        test_pki_issue(w->pki, t_key("key_p256.pem"), ERRAND_NAMES,
                       w->now - DAY, w->now + 80 * DAY, t_pool);

    return apr_pstrmemdup(t_pool, (const char *)pem.data, pem.len);
}

json_t *errand_revocation(void)
{
    return ae_json_keep(json_pack("{s:s,s:s,s:s,s:s}", "kind", "revoke",
                                  "provider", "ca", "certificate", leaf(),
                                  "reason", "superseded"),
                        t_pool);
}

void errand_with_key(json_t *asked, const char *name)
{
    ae_bytes_t pem;

    ck_assert_int_eq(ae_key_print(&pem, t_key(name), &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(
        edge_errand_seal(asked, "key", scene_store(), pem, &err, t_pool),
        APR_SUCCESS);
}

const char *errand_ask(json_t *asked)
{
    const char *id;

    ck_assert_int_eq(
        edge_errand_put(&id, scene_store(), asked, w->now, &err, t_pool),
        APR_SUCCESS);
    return id;
}

int errand_is_there(const char *id, const char *suffix)
{
    return ae_file_exists(
        scene_path(apr_pstrcat(t_pool, "requests/errand.", id, suffix, NULL)));
}

static apr_status_t outcome_of(edge_errand_end_t *outcome, const char *id)
{
    return edge_errand_outcome(outcome, scene_store(), id, &err, t_pool);
}

/* Look as the worker does, until there is an outcome. */
const edge_errand_end_t *errand_come(const char *id)
{
    edge_errand_end_t *outcome = apr_palloc(t_pool, sizeof(*outcome));
    apr_time_t end = w->now + 10 * MINUTE;

    while (outcome_of(outcome, id) != APR_SUCCESS) {
        ck_assert_int_lt(w->now, end);
        edge_scheduler_ask(w->scheduler, w->now);
        world_run(SECOND);
    }
    ck_assert_msg(w->ca->violation == NULL, "%s", w->ca->violation);
    ck_assert(!errand_is_there(id, ""));
    return outcome;
}

void errand_check_done(const edge_errand_end_t *outcome, const char *words)
{
    ck_assert_msg(outcome->error.status == APR_SUCCESS, "%s",
                  ae_error_line(&outcome->error, t_pool));
    ck_assert_msg(strstr(outcome->answer, words) != NULL, "%s",
                  outcome->answer);
    ck_assert_int_eq(scene_logged(words), 1);
}

void errand_check_failed(const edge_errand_end_t *outcome, const char *why,
                         const char *next)
{
    const char *line = ae_error_line(&outcome->error, t_pool);

    ck_assert_int_ne(outcome->error.status, APR_SUCCESS);
    ck_assert_msg(strstr(line, why) != NULL, "%s", line);
    ck_assert_msg(strstr(outcome->error.next, next) != NULL, "%s", line);
    ck_assert_int_eq(scene_logged("AE061: "), 1);
}
