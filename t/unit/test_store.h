#ifndef TEST_STORE_H
#define TEST_STORE_H

/** A store for tests, and hands to spoil it with. */

#include "edge_store.h"
#include "test_pki.h"

/** All that a store's test needs; made in t_dir(), lives in t_pool. */
typedef struct test_store_t {
    edge_store_t *store;
    edge_cert_t *cert; /* of www.example.org and example.org */
    test_pki_t *pki;
    apr_time_t now;
} test_store_t;

/** End the test where the status is another, with what the error tells. */
#define ck_status(status, expected, err)                                      \
    test_store_expect(status, expected, err, __FILE__, __LINE__)

void test_store_expect(apr_status_t status, apr_status_t expected,
                       const ae_error_t *err, const char *file, int line);

test_store_t *test_store_make(void);

/** Stage a certificate of 90 days, begun a day before now.
 * @return its serial */
const char *test_store_stage(const test_store_t *t);

/** Stage another one, of these parts (test_pki.h), names and dates. */
const char *test_store_stage_as(const test_store_t *t, const char *parts,
                                const char *names, apr_time_t not_before,
                                apr_time_t not_after);

/** Give the certificate a request of the administrator's (ACMECSR), made with
 * the key "key_p256.pem", and a key file that has this fixture. */
void test_store_give(const test_store_t *t, const char *key_fixture);

/** A path below the store, "live/www.example.org". */
const char *test_store_at(const test_store_t *t, const char *below);

/** What is in a file below the store; ends the test where there is none. */
const char *test_store_get(const test_store_t *t, const char *below);

/** Write a file below the store, with the directories above it. */
void test_store_put(const test_store_t *t, const char *below,
                    const char *text);

void test_store_move(const test_store_t *t, const char *from, const char *to);

/** Copy a directory with the files in it. */
void test_store_copy(const test_store_t *t, const char *from, const char *to);

void test_store_remove(const test_store_t *t, const char *below);

int test_store_has(const test_store_t *t, const char *below);

/** From here on no file grows: the disk is full, for root too. */
void test_store_fill_disk(void);

/** There is space again. */
void test_store_free_disk(void);

#endif
