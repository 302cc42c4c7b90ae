#ifndef SCRIPTED_DRIVE_H
#define SCRIPTED_DRIVE_H

/** Drives orders and errands of one session against the scripted CA on a
 * virtual clock: the wire takes 50 ms, and time jumps to whatever comes
 * next. */

#include "acme_errand.h"
#include "scripted_ca.h"

#define DRIVE_EPOCH (apr_time_from_sec(1800000000))
#define DRIVE_ORDERS_MAX 64

typedef struct drive_order_t {
    acme_order_t *order; /* NULL once it was killed, or is an errand */
    acme_errand_t *errand;
    acme_next_t end; /* ACME_DONE or ACME_FAILED, once it has ended */
    int ended;
    ae_error_t err;
    int provisions;  /* how often ACME_PROVISION came */
    apr_time_t wake; /* of the last ACME_WAIT */
    acme_next_t last;
} drive_order_t;

typedef struct drive_t {
    ca_t *ca;
    apr_time_t now;
    apr_interval_time_t latency;
    acme_session_config_t config;
    acme_session_t *session;
    const apr_array_header_t *csr_names;
    ae_bytes_t csr;
    drive_order_t orders[DRIVE_ORDERS_MAX];
    int count;
    apr_array_header_t *wire;      /* what is on it */
    apr_array_header_t *published; /* acme_token_t */
    unsigned in_flight_max;
    unsigned replies;
} drive_t;

/** A CA, a session with accepted terms, and no order yet. */
drive_t *drive_make(void);

/** Add an order for names; from `saved` where it is not NULL. Returns its
 * index. */
int drive_add(drive_t *drive, const apr_array_header_t *names);
int drive_load(drive_t *drive, const apr_array_header_t *names,
               const json_t *saved);

/** Add an errand, beside the orders. Returns its index. */
int drive_add_errand(drive_t *drive, acme_errand_t *errand);

/** Ask all orders until they wait; nothing arrives. */
void drive_ask(drive_t *drive);

/** Ask all orders until they wait, then let one reply arrive or the clock
 * jump. @return false when all have ended */
int drive_step(drive_t *drive);

/** Step until all have ended, or at most so many replies have come. */
void drive_run(drive_t *drive);
void drive_until(drive_t *drive, unsigned replies);

/** Step until an order is about to wait for its next poll, or has ended. */
void drive_to_poll(drive_t *drive, int index);

/** Take an order off the wire and destroy it. */
void drive_kill(drive_t *drive, int index);

/** A new session (from what the old one saved), and the CA's view stays. */
void drive_new_session(drive_t *drive);

/** The whole of one order: made, run to its end. */
drive_order_t *drive_one(drive_t *drive, const apr_array_header_t *names);

/** Check that an order ended well, or that it failed. */
void drive_check_done(const drive_t *drive, int index);
const acme_failure_t *drive_check_failed(const drive_t *drive, int index);

/** The error of an order that failed, with what edge says of it next. */
const ae_error_t *drive_explained(const drive_t *drive, int index);

#endif
