#include "edge_challenge.h"
#include "fuzz.h"
#include "fuzz_acme.h"

/* order.json of staging/, which the worker takes up and the parent reads the
 * open tokens from. */

static void check_loaded(acme_order_t *order)
{
    static const acme_response_t nothing = {.status = APR_ETIMEDOUT};
    const acme_request_t *request;
    apr_time_t now = apr_time_from_sec(APR_INT64_C(1800000000)), wake;
    ae_error_t err;

    fuzz_must_be_tokens(acme_order_tokens(order));
    fuzz_must_be_text(acme_order_step(order));
    fuzz_must(acme_order_next(order, now, &request, &wake, &err) == ACME_SEND,
              "the CA is asked how it stands");
    acme_order_reply(order, request, &nothing, now);
    fuzz_must(acme_order_next(order, now, &request, &wake, &err) ==
                  ACME_FAILED,
              "without an answer it fails");
    fuzz_must_explain(&err, err.status);
}

static void check_load(const json_t *saved)
{
    json_t *account = ae_json_keep(
        json_pack("{s:s,s:s}", "directory", "https://ca.test/directory",
                  "account", "https://ca.test/account/1"),
        fuzz_pool);
    acme_session_t *session = fuzz_session(account);
    acme_order_t *order;
    ae_error_t err;
    apr_status_t status = acme_order_load(&order, session, fuzz_names(),
                                          fuzz_csr(), saved, &err, fuzz_pool);

    if (status == APR_SUCCESS) {
        check_loaded(order);
        fuzz_must(json_is_object(acme_order_save(order, fuzz_pool)),
                  "it can be saved again");
        acme_order_destroy(order);
    } else {
        fuzz_must(status == AE_EFORMAT, "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
}

static void run(const unsigned char *data, size_t size)
{
    ae_error_t err;
    json_t *json;

    if (ae_json_parse(&json, (const char *)data, size, &err, fuzz_pool) ==
        APR_SUCCESS) {
        const json_t *order = ae_json_get_object(json, "order");

        fuzz_must_be_tokens(edge_challenge_saved(json, fuzz_pool));
        check_load(order ? order : json);
    }
}

const fuzz_target_t fuzz_order_saved = {"order_saved", run, 3000};
