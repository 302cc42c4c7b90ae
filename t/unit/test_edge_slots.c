#include "edge_slots.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_edge_slots(void);

#define SLOTS 3

static ae_error_t err;

static char *memory;

static edge_slots_t *make(void)
{
    memory = t_share(edge_slots_size(SLOTS));
    return edge_slots_make(memory, SLOTS, t_pool);
}

static void put(edge_slots_t *slots, int i, const char *chain, const char *key)
{
    ck_assert_int_eq(
        edge_slots_put(slots, i, t_bytes(chain), t_bytes(key), &err),
        APR_SUCCESS);
}

static int is_text(ae_bytes_t bytes, const char *text)
{
    return bytes.len == strlen(text) &&
           memcmp(bytes.data, text, bytes.len) == 0;
}

static void expect(const edge_slots_t *slots, int i, const char *chain,
                   const char *key, apr_uint64_t version)
{
    ae_bytes_t chain_pem, key_pem;
    apr_uint64_t seen;

    ck_assert_int_eq(
        edge_slots_get(&chain_pem, &key_pem, &seen, slots, i, &err, t_pool),
        APR_SUCCESS);
    ck_assert(is_text(chain_pem, chain));
    ck_assert(is_text(key_pem, key));
    ck_assert_uint_eq(seen, version);
    ck_assert_uint_eq(edge_slots_version(slots, i), version);
}

static apr_status_t look(const edge_slots_t *slots, int i)
{
    ae_bytes_t chain_pem, key_pem;
    apr_uint64_t version;

    return edge_slots_get(&chain_pem, &key_pem, &version, slots, i, &err,
                          t_pool);
}

/* Anywhere in what processes share. */
static int is_in_memory(const char *text)
{
    const char *at = memory, *end = memory + edge_slots_size(SLOTS);
    apr_size_t len = strlen(text);

    while ((at = memchr(at, *text, (apr_size_t)(end - at))) != NULL) {
        if ((apr_size_t)(end - at) >= len && memcmp(at, text, len) == 0) {
            return 1;
        }
        at++;
    }
    return 0;
}

START_TEST(new_slots_are_empty)
{
    edge_slots_t *slots = make();
    int i;

    ck_assert_int_eq(edge_slots_count(slots), SLOTS);
    for (i = 0; i < SLOTS; i++) {
        ck_assert_uint_eq(edge_slots_version(slots, i), 0);
        ck_assert_int_eq(look(slots, i), APR_ENOENT);
    }
    ck_assert_uint_eq(edge_slots_size(0), 0);
}
END_TEST

START_TEST(each_slot_has_its_own)
{
    edge_slots_t *slots = make();

    put(slots, 0, "chain 0", "key 0");
    put(slots, 2, "chain two", "key two");
    put(slots, 2, "chain two again", "");
    put(slots, 0, "", "key 0 again");
    expect(slots, 0, "", "key 0 again", 2);
    expect(slots, 2, "chain two again", "", 2);
    ck_assert_int_eq(look(slots, 1), APR_ENOENT);
}
END_TEST

static ae_bytes_t many(apr_size_t len)
{
    ae_bytes_t bytes = {memset(apr_palloc(t_pool, len), 'x', len), len};

    return bytes;
}

/* As much as there is room for, and not a byte more. */
START_TEST(size_is_bounded)
{
    edge_slots_t *slots = make();
    ae_bytes_t chain_pem, key_pem;
    apr_uint64_t version;

    ck_assert_int_eq(
        edge_slots_put(slots, 1, many(EDGE_SLOT_BYTES - 100), many(100), &err),
        APR_SUCCESS);
    ck_assert_int_eq(
        edge_slots_get(&chain_pem, &key_pem, &version, slots, 1, &err, t_pool),
        APR_SUCCESS);
    ck_assert_uint_eq(chain_pem.len, EDGE_SLOT_BYTES - 100);
    ck_assert_uint_eq(key_pem.len, 100);
    ck_assert_int_eq(look(slots, 2), APR_ENOENT);
    ck_assert_int_eq(edge_slots_may_tell(slots, 2, 1), 1);
}
END_TEST

START_TEST(too_large_leaves_what_was_there)
{
    static const apr_size_t sizes[][2] = {{EDGE_SLOT_BYTES - 100, 101},
                                          {EDGE_SLOT_BYTES + 1, 0},
                                          {0, EDGE_SLOT_BYTES + 1},
                                          {EDGE_SLOT_BYTES, 1}};
    edge_slots_t *slots = make();
    apr_size_t i;

    put(slots, 1, "chain", "key");
    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        ck_assert_int_eq(edge_slots_put(slots, 1, many(sizes[i][0]),
                                        many(sizes[i][1]), &err),
                         AE_ETOOBIG);
        ck_assert_int_eq(err.status, AE_ETOOBIG);
        ck_assert_ptr_nonnull(strstr(err.why, "limit for both is 32768"));
        ck_assert_ptr_nonnull(strstr(err.next, "apachectl graceful"));
    }
    expect(slots, 1, "chain", "key", 1);
}
END_TEST

START_TEST(what_is_replaced_is_wiped)
{
    edge_slots_t *slots = make();

    put(slots, 1, "first chain", "first key, a long one");
    ck_assert(is_in_memory("first key"));
    put(slots, 1, "second chain", "second key");
    ck_assert(!is_in_memory("first"));
    ck_assert(!is_in_memory("a long one"));
    put(slots, 1, "c", "k");
    ck_assert(!is_in_memory("second"));
    expect(slots, 1, "c", "k", 3);
}
END_TEST

/* Either what was put, or nothing: with a byte of it all turned. */
static int is_found(const edge_slots_t *slots, char *byte)
{
    ae_bytes_t chain_pem, key_pem;
    apr_uint64_t version;
    apr_status_t status;
    apr_pool_t *p;

    apr_pool_create(&p, t_pool);
    *byte ^= 0x14;
    status = edge_slots_get(&chain_pem, &key_pem, &version, slots, 0, &err, p);
    *byte ^= 0x14;
    ck_assert(status != APR_SUCCESS || (is_text(chain_pem, "some chain") &&
                                        is_text(key_pem, "some key")));
    apr_pool_destroy(p);
    return status == AE_EFORMAT && version == 1;
}

START_TEST(damage_is_found)
{
    edge_slots_t *slots = make();
    apr_size_t i, found = 0;

    put(slots, 0, "some chain", "some key");
    for (i = 0; i < edge_slots_size(1); i++) {
        if (memory[i] || i % 61 == 0) {
            found += (apr_size_t)is_found(slots, memory + i);
        }
    }
    /* Each byte of both, and of their digest (but those that are zero). */
    ck_assert_uint_ge(found, 10 + 8 + 28);
    expect(slots, 0, "some chain", "some key", 1);
}
END_TEST

typedef struct witness_t {
    ae_bytes_t key;
    int is_zero;
} witness_t;

/* Cleanups run backwards: this one after the one that cleanses. */
static apr_status_t witness_look(void *ctx)
{
    witness_t *witness = ctx;
    apr_size_t i;

    witness->is_zero = witness->key.len > 0;
    for (i = 0; i < witness->key.len; i++) {
        witness->is_zero &= witness->key.data[i] == 0;
    }
    return APR_SUCCESS;
}

START_TEST(copy_is_cleansed_with_its_pool)
{
    edge_slots_t *slots = make();
    witness_t witness = {{NULL, 0}, 0};
    ae_bytes_t chain_pem;
    apr_uint64_t version;
    apr_pool_t *p;

    put(slots, 0, "chain", "key");
    apr_pool_create(&p, t_pool);
    apr_pool_cleanup_register(p, &witness, witness_look,
                              apr_pool_cleanup_null);
    ck_assert_int_eq(
        edge_slots_get(&chain_pem, &witness.key, &version, slots, 0, &err, p),
        APR_SUCCESS);
    ck_assert(is_text(witness.key, "key"));
    apr_pool_destroy(p);
    ck_assert(witness.is_zero);
}
END_TEST

START_TEST(children_see_what_the_parent_puts)
{
    edge_slots_t *slots = make();
    int status;
    pid_t pid;

    put(slots, 0, "before", "key");
    pid = fork();
    if (pid == 0) {
        while (edge_slots_version(slots, 0) < 2) {
            sched_yield();
        }
        _exit(look(slots, 0) == APR_SUCCESS ? 0 : 1);
    }
    put(slots, 0, "after", "key");
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(first_that_asks_may_tell)
{
    edge_slots_t *slots = make();

    ck_assert_int_eq(edge_slots_may_tell(slots, 1, 1), 1);
    ck_assert_int_eq(edge_slots_may_tell(slots, 1, 1), 0);
    ck_assert_int_eq(edge_slots_may_tell(slots, 1, 5), 1);
    ck_assert_int_eq(edge_slots_may_tell(slots, 1, 4), 0);
    ck_assert_int_eq(edge_slots_may_tell(slots, 0, 1), 1);
    ck_assert_int_eq(edge_slots_may_tell(slots, 2, 1), 1);
    ck_assert_uint_eq(edge_slots_version(slots, 1), 0);
}
END_TEST

enum {
    ASKERS = 2,
    VERSIONS = 2000
};

typedef struct asked_t {
    atomic_int came[VERSIONS];
    atomic_int told[VERSIONS];
} asked_t;

/* Each yields where it would wait long: there may be one processor alone. */
static void meet(atomic_int *came)
{
    int i = 0;

    atomic_fetch_add(came, 1);
    while (atomic_load(came) < ASKERS) {
        if (++i % 1000 == 0) {
            sched_yield();
        }
    }
}

/* Of each version about when the other does: a little later each time. */
static void ask_of_each(edge_slots_t *slots, asked_t *asked, int delay)
{
    volatile int wait;
    int i;

    for (i = 1; i < VERSIONS; i++) {
        meet(&asked->came[i]);
        for (wait = i % 64 * delay; wait > 0; wait--) {
            /* moments of a few nanoseconds */
        }
        asked->told[i] += edge_slots_may_tell(slots, 1, (apr_uint64_t)i);
    }
}

START_TEST(it_is_told_until_there_is_another)
{
    edge_slots_t *slots = make();

    ck_assert_int_eq(edge_slots_is_told(slots, 1), 0);
    put(slots, 1, "chain", "key");
    ck_assert_int_eq(edge_slots_is_told(slots, 1), 0);
    edge_slots_may_tell(slots, 1, edge_slots_version(slots, 1));
    ck_assert_int_eq(edge_slots_is_told(slots, 1), 1);
    ck_assert_int_eq(edge_slots_is_told(slots, 0), 0);
    put(slots, 1, "other chain", "other key");
    ck_assert_int_eq(edge_slots_is_told(slots, 1), 0);
}
END_TEST

START_TEST(one_of_all_processes_may_tell)
{
    edge_slots_t *slots = make();
    asked_t *asked = t_share(sizeof(*asked));
    int i, status;

    for (i = 0; i < ASKERS; i++) {
        if (fork() == 0) {
            ask_of_each(slots, asked, i);
            _exit(0);
        }
    }
    for (i = 0; i < ASKERS; i++) {
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    for (i = 1; i < VERSIONS; i++) {
        ck_assert_int_eq(asked->told[i], 1);
    }
}
END_TEST

Suite *suite_edge_slots(void)
{
    Suite *suite = suite_create("edge_slots");
    TCase *tc = tcase_create("slots");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, new_slots_are_empty);
    tcase_add_test(tc, each_slot_has_its_own);
    tcase_add_test(tc, size_is_bounded);
    tcase_add_test(tc, too_large_leaves_what_was_there);
    tcase_add_test(tc, what_is_replaced_is_wiped);
    tcase_add_test(tc, damage_is_found);
    tcase_add_test(tc, copy_is_cleansed_with_its_pool);
    tcase_add_test(tc, children_see_what_the_parent_puts);
    tcase_add_test(tc, first_that_asks_may_tell);
    tcase_add_test(tc, it_is_told_until_there_is_another);
    tcase_add_test(tc, one_of_all_processes_may_tell);
    suite_add_tcase(suite, tc);
    return suite;
}
