#include "scripted_drive.h"

#include "ae_csr.h"
#include "ae_json.h"
#include "edge_explain.h"
#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

#define LATENCY (apr_time_from_msec(50))
#define STEPS_MAX 100000

typedef struct flight_t {
    const acme_request_t *request;
    int order;
    apr_time_t due;
} flight_t;

static void open_session(drive_t *drive)
{
    ck_assert_int_eq(
        acme_session_create(&drive->session, &drive->config, t_pool),
        APR_SUCCESS);
}

drive_t *drive_make(void)
{
    drive_t *drive = apr_pcalloc(t_pool, sizeof(*drive));

    drive->ca = ca_make();
    drive->now = DRIVE_EPOCH;
    drive->latency = LATENCY;
    drive->config.directory_url = CA_DIRECTORY;
    drive->config.account_key = t_key("key_rsa2048.pem");
    drive->config.contacts = t_names("mailto:admin@example.org", NULL);
    drive->config.terms_accepted = 1;
    drive->wire = apr_array_make(t_pool, 16, sizeof(flight_t));
    drive->published = apr_array_make(t_pool, 4, sizeof(acme_token_t));
    open_session(drive);
    return drive;
}

static ae_bytes_t csr_for(drive_t *drive, const apr_array_header_t *names)
{
    ae_csr_t *csr;
    ae_error_t err;

    if (drive->csr_names != names) {
        ck_assert_int_eq(ae_csr_make(&csr, t_key("key_p256.pem"), names, NULL,
                                     &err, t_pool),
                         APR_SUCCESS);
        drive->csr = ae_csr_der(csr);
        drive->csr_names = names;
    }
    return drive->csr;
}

static int append(drive_t *drive, acme_order_t *order)
{
    ck_assert_int_lt(drive->count, DRIVE_ORDERS_MAX);
    drive->orders[drive->count].order = order;
    return drive->count++;
}

int drive_add(drive_t *drive, const apr_array_header_t *names)
{
    acme_order_t *order;

    ck_assert_int_eq(acme_order_create(&order, drive->session, names,
                                       csr_for(drive, names), t_pool),
                     APR_SUCCESS);
    return append(drive, order);
}

int drive_load(drive_t *drive, const apr_array_header_t *names,
               const json_t *saved)
{
    acme_order_t *order;
    ae_error_t err;
    apr_status_t rv =
        acme_order_load(&order, drive->session, names, csr_for(drive, names),
                        saved, &err, t_pool);

    ck_assert_msg(rv == APR_SUCCESS, "%s: %s", err.what, err.why);
    return append(drive, order);
}

int drive_add_errand(drive_t *drive, acme_errand_t *errand)
{
    drive->orders[drive->count].errand = errand;
    return append(drive, NULL);
}

static void send_out(drive_t *drive, int index, const acme_request_t *request)
{
    flight_t flight = {request, index, drive->now + drive->latency};

    APR_ARRAY_PUSH(drive->wire, flight_t) = flight;
    if ((unsigned)drive->wire->nelts > drive->in_flight_max) {
        drive->in_flight_max = (unsigned)drive->wire->nelts;
    }
}

/* What is published outlives the order. */
static void publish(drive_t *drive, drive_order_t *one)
{
    const apr_array_header_t *tokens = acme_order_tokens(one->order);
    int i;

    one->provisions++;
    for (i = 0; i < tokens->nelts; i++) {
        acme_token_t token = APR_ARRAY_IDX(tokens, i, acme_token_t);

        token.name = apr_pstrdup(t_pool, token.name);
        token.token = apr_pstrdup(t_pool, token.token);
        token.key_authorization = apr_pstrdup(t_pool, token.key_authorization);
        APR_ARRAY_PUSH(drive->published, acme_token_t) = token;
    }
    acme_order_provisioned(one->order);
}

static int is_there(const drive_order_t *one)
{
    return one->order != NULL || one->errand != NULL;
}

static acme_next_t next_of(drive_order_t *one, const acme_request_t **request,
                           apr_time_t now)
{
    return one->errand ? acme_errand_next(one->errand, now, request,
                                          &one->wake, &one->err)
                       : acme_order_next(one->order, now, request, &one->wake,
                                         &one->err);
}

static void ask(drive_t *drive, int index)
{
    drive_order_t *one = &drive->orders[index];
    const acme_request_t *request;
    int turns;

    for (turns = 0; is_there(one) && !one->ended; turns++) {
        ck_assert_int_lt(turns, 5000);
        one->last = next_of(one, &request, drive->now);
        switch (one->last) {
        case ACME_SEND:
            send_out(drive, index, request);
            break;
        case ACME_PROVISION:
            publish(drive, one);
            break;
        case ACME_WAIT:
            return;
        case ACME_DONE:
        case ACME_FAILED:
            one->end = one->last;
            one->ended = 1;
            break;
        }
    }
}

static int first_due(const drive_t *drive)
{
    int i, first = 0;

    for (i = 1; i < drive->wire->nelts; i++) {
        if (APR_ARRAY_IDX(drive->wire, i, flight_t).due <
            APR_ARRAY_IDX(drive->wire, first, flight_t).due) {
            first = i;
        }
    }
    return first;
}

static flight_t take_flight(drive_t *drive, int i)
{
    flight_t flight = APR_ARRAY_IDX(drive->wire, i, flight_t);
    flight_t *all = (flight_t *)drive->wire->elts;

    memmove(all + i, all + i + 1,
            sizeof(flight_t) * (size_t)(drive->wire->nelts - i - 1));
    drive->wire->nelts--;
    return flight;
}

static void arrive(drive_t *drive)
{
    flight_t flight = take_flight(drive, first_due(drive));
    drive_order_t *one = &drive->orders[flight.order];
    const acme_response_t *response;

    drive->now = flight.due > drive->now ? flight.due : drive->now;
    response =
        ca_answer(drive->ca, flight.request, drive->published, drive->now);
    if (one->errand) {
        acme_errand_reply(one->errand, flight.request, response, drive->now);
    } else {
        acme_order_reply(one->order, flight.request, response, drive->now);
    }
    drive->replies++;
}

/* The next moment that somebody waits for; 0 for none. */
static apr_time_t next_wake(const drive_t *drive, int *open)
{
    apr_time_t wake = 0;
    int i;

    *open = 0;
    for (i = 0; i < drive->count; i++) {
        const drive_order_t *one = &drive->orders[i];
        if (!is_there(one) || one->ended) {
            continue;
        }
        *open = 1;
        if (one->wake && (!wake || one->wake < wake)) {
            wake = one->wake;
        }
    }
    return wake;
}

void drive_ask(drive_t *drive)
{
    int i;

    for (i = 0; i < drive->count; i++) {
        ask(drive, i);
    }
}

int drive_step(drive_t *drive)
{
    apr_time_t wake;
    int open;

    drive_ask(drive);
    wake = next_wake(drive, &open);
    if (!open) {
        return 0;
    }
    if (drive->wire->nelts > 0 &&
        (!wake ||
         APR_ARRAY_IDX(drive->wire, first_due(drive), flight_t).due <= wake)) {
        arrive(drive);
    } else {
        ck_assert_msg(wake > drive->now, "everybody waits and nothing comes");
        drive->now = wake;
    }
    return 1;
}

void drive_until(drive_t *drive, unsigned replies)
{
    int steps = 0;

    while (drive->replies < replies && drive_step(drive)) {
        ck_assert_int_lt(++steps, STEPS_MAX);
    }
}

void drive_run(drive_t *drive)
{
    drive_until(drive, ~0u);
}

void drive_to_poll(drive_t *drive, int index)
{
    while (drive_step(drive)) {
        ask(drive, index);
        if (!strcmp(acme_order_step(drive->orders[index].order), "order") &&
            drive->orders[index].last == ACME_WAIT &&
            drive->orders[index].wake) {
            return;
        }
    }
}

void drive_kill(drive_t *drive, int index)
{
    drive_order_t *one = &drive->orders[index];
    int i;

    for (i = drive->wire->nelts - 1; i >= 0; i--) {
        if (APR_ARRAY_IDX(drive->wire, i, flight_t).order == index) {
            (void)take_flight(drive, i);
        }
    }
    if (one->errand) {
        acme_errand_destroy(one->errand);
    } else {
        acme_order_destroy(one->order);
    }
    one->errand = NULL;
    one->order = NULL;
}

void drive_new_session(drive_t *drive)
{
    const char *text =
        ae_json_print(acme_session_save(drive->session, t_pool), t_pool);
    json_t *saved = ae_json_keep(json_loads(text, 0, NULL), t_pool);

    open_session(drive);
    acme_session_load(drive->session, saved);
}

drive_order_t *drive_one(drive_t *drive, const apr_array_header_t *names)
{
    int index = drive_add(drive, names);

    drive_run(drive);
    return &drive->orders[index];
}

static void check_course(const drive_t *drive)
{
    ck_assert_msg(drive->ca->violation == NULL, "%s", drive->ca->violation);
}

void drive_check_done(const drive_t *drive, int index)
{
    const drive_order_t *one = &drive->orders[index];

    ck_assert(one->ended);
    ck_assert_msg(one->end == ACME_DONE, "failed: %s: %s; %s", one->err.what,
                  one->err.why, one->err.next);
    ck_assert_ptr_nonnull(acme_order_chain(one->order));
    check_course(drive);
}

const ae_error_t *drive_explained(const drive_t *drive, int index)
{
    const drive_order_t *one = &drive->orders[index];
    const acme_failure_t *failure = acme_order_failure(one->order);
    ae_error_t *err = apr_pmemdup(t_pool, &one->err, sizeof(one->err));

    edge_explain_next(err, edge_explain_failure(failure, err),
                      failure->problem != NULL);
    return err;
}

const acme_failure_t *drive_check_failed(const drive_t *drive, int index)
{
    const drive_order_t *one = &drive->orders[index];

    ck_assert(one->ended);
    ck_assert_int_eq(one->end, ACME_FAILED);
    ck_assert_int_ne(one->err.status, APR_SUCCESS);
    ck_assert_str_ne(one->err.what, "");
    ck_assert_str_ne(one->err.why, "");
    ck_assert_str_ne(drive_explained(drive, index)->next, "");
    check_course(drive);
    return acme_order_failure(one->order);
}
