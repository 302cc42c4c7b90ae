#include "edge_pairs.h"

#include "fixture.h"
#include "support.h"
#include "test_pki.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *suite_edge_pairs(void);

#define SLOTS 3
#define TAKERS 4

/* A chain and a key as the parent puts them. */
typedef struct pair_t {
    ae_bytes_t chain;
    ae_bytes_t key;
    X509 *leaf;
} pair_t;

/* What the log has, of all processes. */
typedef struct lines_t {
    atomic_int count;
    char last[2048];
} lines_t;

static test_pki_t *pki;
static char *memory;
static edge_slots_t *slots;
static lines_t *lines;

static void keep_line(void *ctx, ae_log_level_t level, const char *line)
{
    (void)ctx;
    lines->count += level == AE_LOG_ERROR;
    apr_cpystrn(lines->last, line, sizeof(lines->last));
}

static const ae_log_t keep = {keep_line, NULL};

static void setup(void)
{
    t_setup();
    pki = test_pki_make(t_pool);
    memory = t_share(edge_slots_size(SLOTS));
    slots = edge_slots_make(memory, SLOTS, t_pool);
    lines = t_share(sizeof(*lines));
}

static edge_pairs_t *make(void)
{
    return edge_pairs_create(
        slots, &keep, t_names("www.example", "b.example", "c.example", NULL),
        t_pool);
}

static pair_t issue(ae_key_type_t type)
{
    pair_t pair;
    ae_key_t *key;
    ae_cert_t *cert;
    ae_error_t err;

    ck_assert_int_eq(ae_key_generate(&key, type, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_key_print(&pair.key, key, &err, t_pool), APR_SUCCESS);
    pair.chain = test_pki_issue(pki, key, "www.example", 0,
                                apr_time_from_sec(86400), t_pool);
    ck_assert_int_eq(ae_cert_parse(&cert, pair.chain, &err, t_pool),
                     APR_SUCCESS);
    pair.leaf = ae_cert_x509(cert, 0);
    return pair;
}

static void put_both(int i, ae_bytes_t chain, ae_bytes_t key)
{
    ae_error_t err;

    ck_assert_int_eq(edge_slots_put(slots, i, chain, key, &err), APR_SUCCESS);
}

static void put(int i, const pair_t *pair)
{
    put_both(i, pair->chain, pair->key);
}

/* Spoil what was put last, as no writer can. */
static void tear(const pair_t *pair)
{
    apr_size_t i, size = edge_slots_size(1) - pair->chain.len;

    for (i = 0; i < size; i++) {
        if (memcmp(memory + i, pair->chain.data, pair->chain.len) == 0) {
            memory[i + pair->chain.len / 2] ^= 1;
            return;
        }
    }
    ck_abort_msg("it is not there");
}

static void expect(edge_pairs_t *pairs, int i, const pair_t *pair)
{
    edge_pair_refs_t refs;

    ck_assert_int_eq(edge_pairs_take(&refs, pairs, i), 1);
    ck_assert_int_eq(X509_cmp(refs.leaf, pair->leaf), 0);
    ck_assert_int_eq(X509_check_private_key(refs.leaf, refs.key), 1);
    ck_assert_int_eq(sk_X509_num(refs.chain), 1);
    ck_assert_int_eq(
        X509_verify(refs.leaf, X509_get0_pubkey(sk_X509_value(refs.chain, 0))),
        1);
    edge_pair_refs_drop(&refs);
    ck_assert_ptr_null(refs.leaf);
}

static void expect_none(edge_pairs_t *pairs, int i)
{
    edge_pair_refs_t refs;

    ck_assert_int_eq(edge_pairs_take(&refs, pairs, i), 0);
}

START_TEST(newest_is_taken)
{
    edge_pairs_t *pairs = make();
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_RSA_2048);

    expect_none(pairs, 1);
    put(1, &a);
    expect(pairs, 1, &a);
    expect_none(pairs, 0);
    expect_none(pairs, 2);
    put(2, &a);
    put(1, &b);
    expect(pairs, 1, &b);
    expect(pairs, 2, &a);
    put(1, &b);
    put(1, &a);
    expect(pairs, 1, &a);
    ck_assert_int_eq(lines->count, 0);
}
END_TEST

/* Whoever comes later, a child that was just spawned, has the newest too. */
START_TEST(new_child_has_the_newest)
{
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_ECDSA_P384);

    put(0, &a);
    put(0, &b);
    expect(make(), 0, &b);
}
END_TEST

START_TEST(each_version_is_parsed_once)
{
    edge_pairs_t *pairs = make();
    pair_t a = issue(AE_KEY_ECDSA_P256);
    edge_pair_refs_t one, two, three;

    put(0, &a);
    ck_assert_int_eq(edge_pairs_take(&one, pairs, 0), 1);
    ck_assert_int_eq(edge_pairs_take(&two, pairs, 0), 1);
    ck_assert_ptr_eq(one.leaf, two.leaf);
    ck_assert_ptr_eq(one.key, two.key);
    ck_assert_ptr_ne(one.chain, two.chain);
    ck_assert_ptr_eq(sk_X509_value(one.chain, 0), sk_X509_value(two.chain, 0));
    put(0, &a);
    ck_assert_int_eq(edge_pairs_take(&three, pairs, 0), 1);
    ck_assert_ptr_ne(one.leaf, three.leaf);
    edge_pair_refs_drop(&one);
    edge_pair_refs_drop(&two);
    edge_pair_refs_drop(&three);
}
END_TEST

START_TEST(references_outlive_what_they_were_taken_from)
{
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_ECDSA_P256);
    edge_pair_refs_t first, last;
    edge_pairs_t *pairs;
    apr_pool_t *p;

    apr_pool_create(&p, t_pool);
    pairs = edge_pairs_create(slots, &keep, t_names("a", "b", "c", NULL), p);
    put(0, &a);
    ck_assert_int_eq(edge_pairs_take(&first, pairs, 0), 1);
    put(0, &b);
    ck_assert_int_eq(edge_pairs_take(&last, pairs, 0), 1);
    apr_pool_destroy(p);
    ck_assert_int_eq(X509_cmp(first.leaf, a.leaf), 0);
    ck_assert_int_eq(X509_cmp(last.leaf, b.leaf), 0);
    ck_assert_int_eq(X509_check_private_key(first.leaf, first.key), 1);
    ck_assert_int_eq(X509_check_private_key(last.leaf, last.key), 1);
    edge_pair_refs_drop(&first);
    edge_pair_refs_drop(&last);
}
END_TEST

/* What is wrong with a pair, and what the log says of it. */
typedef struct wrong_t {
    const char *why;
    void (*put)(const pair_t *a, const pair_t *b);
} wrong_t;

static void put_foreign_key(const pair_t *a, const pair_t *b)
{
    put_both(0, b->chain, a->key);
}

static void put_torn(const pair_t *a, const pair_t *b)
{
    (void)a;
    put(0, b);
    tear(b);
}

static void put_no_key(const pair_t *a, const pair_t *b)
{
    (void)a;
    put_both(0, b->chain, t_bytes(""));
}

static void put_no_chain(const pair_t *a, const pair_t *b)
{
    (void)a;
    put_both(0, t_bytes("no chain"), b->key);
}

static void put_empty_chain(const pair_t *a, const pair_t *b)
{
    (void)a;
    put_both(0, t_bytes(""), b->key);
}

static void put_false_key(const pair_t *a, const pair_t *b)
{
    (void)a;
    put_both(0, b->chain, t_pem("key_p256_false_private.pem", NULL));
}

static const wrong_t wrongs[] = {
    {"does not belong to the certificate", put_foreign_key},
    {"in shared memory is damaged", put_torn},
    {"Cannot read the private key", put_no_key},
    {"Cannot read the certificate chain", put_no_chain},
    {"There is no certificate in the chain", put_empty_chain},
    {"does not belong to the certificate", put_false_key},
};

#define WRONGS (int)(sizeof(wrongs) / sizeof(wrongs[0]))

START_TEST(wrong_one_leaves_the_former)
{
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_ECDSA_P256);
    edge_pairs_t *pairs = make();
    edge_pair_refs_t one, two;

    put(0, &a);
    ck_assert_int_eq(edge_pairs_take(&one, pairs, 0), 1);
    wrongs[_i].put(&a, &b);
    expect(pairs, 0, &a);
    ck_assert_int_eq(lines->count, 1);
    ck_assert_msg(strncmp(lines->last, "AE107: www.example: ", 20) == 0, "%s",
                  lines->last);
    ck_assert_msg(strstr(lines->last, wrongs[_i].why) != NULL, "%s",
                  lines->last);
    ck_assert_ptr_nonnull(strstr(lines->last, "\"apachectl graceful\""));
    ck_assert_ptr_nonnull(strstr(lines->last, "live/"));
    ck_assert_ptr_null(strstr(lines->last, "PRIVATE"));
    ck_assert_uint_eq(ERR_peek_error(), 0);
    /* The very same, not one that was parsed again. */
    ck_assert_int_eq(edge_pairs_take(&two, pairs, 0), 1);
    ck_assert_ptr_eq(one.leaf, two.leaf);
    edge_pair_refs_drop(&one);
    edge_pair_refs_drop(&two);
    put(0, &b);
    expect(pairs, 0, &b);
    ck_assert_int_eq(lines->count, 1);
}
END_TEST

/* It would be found whole now, but this version was looked at. */
START_TEST(wrong_one_is_not_looked_at_again)
{
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_ECDSA_P256);
    edge_pairs_t *pairs = make();

    put(0, &a);
    expect(pairs, 0, &a);
    put(0, &b);
    tear(&b);
    expect(pairs, 0, &a);
    put(1, &b);
    memcpy(memory, memory + edge_slots_size(1), edge_slots_size(1));
    put(0, &b); /* version 2 of slot 0 once more, whole */
    ck_assert_uint_eq(edge_slots_version(slots, 0), 2);
    expect(pairs, 0, &a);
    ck_assert_int_eq(lines->count, 1);
}
END_TEST

START_TEST(wrong_first_one_leaves_none)
{
    pair_t a = issue(AE_KEY_ECDSA_P256);
    edge_pairs_t *pairs = make();

    put_both(0, a.chain, t_bytes("no key"));
    expect_none(pairs, 0);
    expect_none(pairs, 0);
    ck_assert_int_eq(lines->count, 1);
    put(0, &a);
    expect(pairs, 0, &a);
}
END_TEST

/* In the chain below the leaf there may be nothing. */
START_TEST(leaf_alone_has_an_empty_chain)
{
    edge_pairs_t *pairs = make();
    edge_pair_refs_t refs;
    ae_key_t *key;
    ae_bytes_t pem;
    ae_error_t err;

    ck_assert_int_eq(ae_key_generate(&key, AE_KEY_ECDSA_P256, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(ae_key_print(&pem, key, &err, t_pool), APR_SUCCESS);
    put_both(0,
             test_pki_issue_parts(pki, "l", key, "www.example", 0,
                                  apr_time_from_sec(86400), t_pool),
             pem);
    ck_assert_int_eq(edge_pairs_take(&refs, pairs, 0), 1);
    ck_assert_ptr_nonnull(refs.chain);
    ck_assert_int_eq(sk_X509_num(refs.chain), 0);
    edge_pair_refs_drop(&refs);
}
END_TEST

/* Each child meets it, one of them tells. */
START_TEST(wrong_one_is_told_by_one_process)
{
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_ECDSA_P256);
    int i, status;

    put_both(0, b.chain, a.key);
    for (i = 0; i < 4; i++) {
        if (fork() == 0) {
            edge_pair_refs_t refs;

            _exit(edge_pairs_take(&refs, make(), 0));
        }
    }
    for (i = 0; i < 4; i++) {
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_int_eq(lines->count, 1);
}
END_TEST

typedef struct race_t {
    edge_pairs_t *pairs;
    atomic_int is_over;
    atomic_int taken;
    atomic_int wrong;
} race_t;

static void *take_often(void *ctx)
{
    race_t *race = ctx;
    edge_pair_refs_t refs;

    while (!race->is_over) {
        if (edge_pairs_take(&refs, race->pairs, 0)) {
            race->wrong += X509_check_private_key(refs.leaf, refs.key) != 1 ||
                           sk_X509_num(refs.chain) != 1;
            edge_pair_refs_drop(&refs);
            race->taken++;
        }
    }
    return NULL;
}

/* Good ones and wrong ones in turn, while threads take them. */
START_TEST(threads_take_whole_pairs)
{
    pair_t a = issue(AE_KEY_ECDSA_P256), b = issue(AE_KEY_ECDSA_P256);
    race_t race = {make(), 0, 0, 0};
    pthread_t takers[TAKERS];
    int i, before;

    for (i = 0; i < TAKERS; i++) {
        ck_assert_int_eq(pthread_create(&takers[i], NULL, take_often, &race),
                         0);
    }
    put(0, &a);
    for (i = 0; i < 100; i++) {
        before = race.taken;
        while (race.taken < before + 2 * TAKERS) {
            sched_yield();
        }
        put_both(0, i & 1 ? a.chain : b.chain, i % 3 ? a.key : b.key);
    }
    put(0, &b);
    race.is_over = 1;
    for (i = 0; i < TAKERS; i++) {
        pthread_join(takers[i], NULL);
    }
    ck_assert_int_eq(race.wrong, 0);
    expect(race.pairs, 0, &b);
}
END_TEST

Suite *suite_edge_pairs(void)
{
    Suite *suite = suite_create("edge_pairs");
    TCase *tc = tcase_create("pairs");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, newest_is_taken);
    tcase_add_test(tc, new_child_has_the_newest);
    tcase_add_test(tc, each_version_is_parsed_once);
    tcase_add_test(tc, references_outlive_what_they_were_taken_from);
    tcase_add_loop_test(tc, wrong_one_leaves_the_former, 0, WRONGS);
    tcase_add_test(tc, wrong_one_is_not_looked_at_again);
    tcase_add_test(tc, wrong_first_one_leaves_none);
    tcase_add_test(tc, leaf_alone_has_an_empty_chain);
    tcase_add_test(tc, wrong_one_is_told_by_one_process);
    tcase_add_test(tc, threads_take_whole_pairs);
    suite_add_tcase(suite, tc);
    return suite;
}
