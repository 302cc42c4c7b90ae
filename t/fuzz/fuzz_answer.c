#include "acme_url.h"
#include "ae_cert.h"
#include "edge_explain.h"
#include "fuzz.h"
#include "fuzz_acme.h"

#include <stdlib.h>
#include <string.h>

/* Whole answers of a CA, to an order under way. The input is cut by lines
 * "%%" into what comes back, one after the other: "=3" is three answers that
 * are right; "!" stops the worker, and another takes up what was saved; all
 * else is an answer, as fuzz_answer_of reads it. When it is used up nothing
 * comes back any more. */

#define TURNS_MAX 5000
#define WIRE_MAX 64
#define RIGHT_MAX 99

typedef struct ride_t {
    acme_session_t *session;
    acme_order_t *order;
    apr_time_t now;
    const acme_request_t *wire[WIRE_MAX];
    int on_wire;
    const unsigned char *data;
    size_t size;
    int right; /* so many right answers come next */
    int finalized;
} ride_t;

static void check_request(const acme_request_t *request)
{
    static const char *const members[] = {"protected", "payload", "signature"};
    ae_error_t err;
    json_t *jws;
    size_t i;

    fuzz_must(request->step && *request->step, "a request has a step");
    fuzz_must(acme_url_valid(request->url), "a request goes out by https");
    if (strcmp(request->method, "POST") != 0) {
        fuzz_must(!request->body_len && (!strcmp(request->method, "GET") ||
                                         !strcmp(request->method, "HEAD")),
                  "GET and HEAD have no body");
        return;
    }
    fuzz_must(ae_json_parse(&jws, request->body, request->body_len, &err,
                            fuzz_pool) == APR_SUCCESS,
              "a POST is JSON");
    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        fuzz_must(json_is_string(json_object_get(jws, members[i])),
                  "a POST is a JWS");
    }
}

static void check_done(const acme_order_t *order)
{
    const char *chain = acme_order_chain(order);
    const apr_array_header_t *urls = acme_order_alternates(order);
    ae_cert_t *cert;
    ae_error_t err;
    int i;

    fuzz_must(chain &&
                  ae_cert_parse(&cert,
                                fuzz_bytes((const void *)chain, strlen(chain)),
                                &err, fuzz_pool) == APR_SUCCESS,
              "an order that is done has a chain");
    for (i = 0; i < urls->nelts; i++) {
        fuzz_must(acme_url_valid(APR_ARRAY_IDX(urls, i, const char *)),
                  "another chain is at an https URL");
    }
}

static void check_failed(const ride_t *ride, const ae_error_t *err)
{
    const acme_failure_t *failure = acme_order_failure(ride->order);
    ae_error_t told = *err;

    fuzz_must_explain(err, err->status);
    edge_explain_next(&told, edge_explain_failure(failure, err), 1);
    fuzz_must(told.next[0] != '\0', "a failure says what comes next");
    fuzz_must(failure->step && *failure->step, "a failure has a step");
    fuzz_must((int)failure->retry <= ACME_RETRY_PERSON,
              "a failure says when to try again");
    fuzz_must(failure->retry_after == 0 || failure->retry_after - ride->now <=
                                               apr_time_from_sec(7 * 86400),
              "a CA's moment is bounded");
}

static void check_names(const acme_order_t *order)
{
    const apr_array_header_t *states = acme_order_authorizations(order);
    int i;

    fuzz_must(states->nelts == fuzz_names()->nelts, "each name has a state");
    for (i = 0; i < states->nelts; i++) {
        fuzz_must_be_text(
            APR_ARRAY_IDX(states, i, acme_authorization_state_t).status);
    }
    fuzz_must_be_text(acme_order_step(order));
}

static void begin(ride_t *ride, const json_t *session, const json_t *saved)
{
    ae_error_t err;
    apr_status_t status;

    ride->session = fuzz_session(session);
    ride->on_wire = 0;
    if (saved) {
        status = acme_order_load(&ride->order, ride->session, fuzz_names(),
                                 fuzz_csr(), saved, &err, fuzz_pool);
        if (status == APR_SUCCESS) {
            return;
        }
        fuzz_must_explain(&err, status);
        fuzz_must(strstr(err.why, "another account") != NULL,
                  "what was saved can be taken up");
    }
    fuzz_must(acme_order_create(&ride->order, ride->session, fuzz_names(),
                                fuzz_csr(), fuzz_pool) == APR_SUCCESS,
              "an order can be made");
}

static void take_over(ride_t *ride)
{
    int sane = fuzz_expiries_are_sane(acme_order_tokens(ride->order));
    json_t *saved = acme_order_save(ride->order, fuzz_pool);
    json_t *session = acme_session_save(ride->session, fuzz_pool);

    acme_order_destroy(ride->order);
    begin(ride, session, sane ? saved : NULL);
}

/* What comes back for a request; NULL where another worker took over. */
static const acme_response_t *next_answer(ride_t *ride,
                                          const acme_request_t *request)
{
    ae_bytes_t part;
    const char *text;

    if (ride->right > 0) {
        ride->right--;
        return fuzz_right_answer(request, &ride->finalized);
    }
    part = fuzz_part(&ride->data, &ride->size);
    text = fuzz_string(part.data, part.len);
    if (text[0] == '=') {
        ride->right = atoi(text + 1) % (RIGHT_MAX + 1);
        return next_answer(ride, request);
    }
    if (text[0] == '!') {
        take_over(ride);
        return NULL;
    }
    return fuzz_answer_of(part);
}

static void reply(ride_t *ride)
{
    const acme_request_t *request = ride->wire[0];
    const acme_response_t *response = next_answer(ride, request);

    if (response) {
        memmove(ride->wire, ride->wire + 1,
                sizeof(ride->wire[0]) * (size_t)--ride->on_wire);
        ride->now += apr_time_from_msec(50);
        acme_order_reply(ride->order, request, response, ride->now);
        fuzz_must_be_tokens(acme_order_tokens(ride->order));
        check_names(ride->order);
    }
}

static void wait_for(ride_t *ride, apr_time_t wake)
{
    if (ride->on_wire > 0) {
        reply(ride);
    } else {
        fuzz_must(wake > ride->now, "who waits knows until when");
        ride->now = wake;
    }
}

/* @return false at the end. */
static int turn(ride_t *ride)
{
    const acme_request_t *request;
    apr_time_t wake;
    ae_error_t err;

    switch (acme_order_next(ride->order, ride->now, &request, &wake, &err)) {
    case ACME_SEND:
        fuzz_must(ride->on_wire < WIRE_MAX, "the wire is not flooded");
        check_request(request);
        ride->wire[ride->on_wire++] = request;
        return 1;
    case ACME_PROVISION:
        fuzz_must(acme_order_tokens(ride->order)->nelts > 0,
                  "there is something to provision");
        acme_order_provisioned(ride->order);
        return 1;
    case ACME_WAIT:
        wait_for(ride, wake);
        return 1;
    case ACME_DONE:
        check_done(ride->order);
        break;
    case ACME_FAILED:
        check_failed(ride, &err);
        break;
    }
    fuzz_must(ride->on_wire == 0, "nothing is on the wire at the end");
    return 0;
}

static void run(const unsigned char *data, size_t size)
{
    ride_t ride = {.data = data,
                   .size = size,
                   .now = apr_time_from_sec(APR_INT64_C(1800000000))};
    int turns = 0;

    begin(&ride, NULL, NULL);
    while (turn(&ride)) {
        fuzz_must(++turns < TURNS_MAX, "an order comes to its end");
    }
    check_names(ride.order);
    acme_order_destroy(ride.order);
}

const fuzz_target_t fuzz_answer = {"answer", run, 2000};
