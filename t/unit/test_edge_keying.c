#include "edge_keying.h"

#include "edge_kept.h"
#include "fixture.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>

Suite *suite_edge_keying(void);

#define ORDER_KEY "staging/www.example.org/order/ecdsa-p256.key"

static ae_error_t err;

static edge_keying_t begin(const test_store_t *t)
{
    edge_keying_t keying;

    ck_status(edge_keying_open(&keying, t->store, t->cert, 0, &err, t_pool),
              APR_SUCCESS, &err);
    return keying;
}

static const char *der_of(edge_keying_t keying)
{
    return t_hex(ae_csr_der(keying.csr));
}

static int is_same(const ae_key_t *a, const ae_key_t *b)
{
    return EVP_PKEY_eq(ae_key_evp(a), ae_key_evp(b)) == 1;
}

static void drop_order(const test_store_t *t)
{
    ck_status(edge_store_order_drop(t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
}

START_TEST(a_new_key_for_each_order)
{
    test_store_t *t = test_store_make();
    edge_keying_t first = begin(t);
    edge_keying_t again = begin(t);

    ck_assert(is_same(first.key, again.key));
    drop_order(t);
    again = begin(t);
    ck_assert(!is_same(first.key, again.key));
    ck_assert(!test_store_has(t, "kept/www.example.org"));
}
END_TEST

START_TEST(the_kept_one_for_all)
{
    test_store_t *t = test_store_make();
    edge_keying_t first, again;

    t->cert->keeps_key = 1;
    first = begin(t);
    ck_assert(test_store_has(t, ORDER_KEY));
    drop_order(t);
    again = begin(t);
    ck_assert(is_same(first.key, again.key));
    ck_assert_str_eq(der_of(first), der_of(again));
}
END_TEST

/* The key of the order that is under way may have been sent already. */
START_TEST(an_order_with_another_key_is_not_taken_up)
{
    test_store_t *t = test_store_make();
    edge_keying_t own = begin(t), kept;
    const char *sealed = test_store_get(t, ORDER_KEY);

    t->cert->keeps_key = 1;
    ck_status(edge_keying_open(&kept, t->store, t->cert, 1, &err, t_pool),
              AE_EFORMAT, &err);
    ck_assert_str_eq(test_store_get(t, ORDER_KEY), sealed);
    kept = begin(t);
    ck_assert(!is_same(own.key, kept.key));
    ck_status(edge_keying_open(&own, t->store, t->cert, 1, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert(is_same(own.key, kept.key));
}
END_TEST

/* Turned off, the order goes on with the key that it has. */
START_TEST(turned_off_on_the_way)
{
    test_store_t *t = test_store_make();
    edge_keying_t kept, own;

    t->cert->keeps_key = 1;
    kept = begin(t);
    t->cert->keeps_key = 0;
    ck_status(edge_keying_open(&own, t->store, t->cert, 1, &err, t_pool),
              APR_SUCCESS, &err);
    ck_assert(is_same(kept.key, own.key));
    drop_order(t);
    own = begin(t);
    ck_assert(!is_same(kept.key, own.key));
    ck_assert(test_store_has(t, "kept/www.example.org/ecdsa-p256.key"));
}
END_TEST

START_TEST(the_subject_is_asked_for)
{
    test_store_t *t = test_store_make();

    t->cert->subject = "O=Example,C=DE";
    ck_assert_str_eq(ae_csr_facts(begin(t).csr)->subject, "C=DE,O=Example");
}
END_TEST

START_TEST(the_administrators_request_goes_as_it_is)
{
    test_store_t *t = test_store_make();
    edge_keying_t keying;

    test_store_give(t, "key_p256.pem");
    keying = begin(t);
    ck_assert_ptr_null(keying.key);
    ck_assert_ptr_eq(keying.csr, t->cert->csr);
    ck_assert(!test_store_has(t, ORDER_KEY));
}
END_TEST

static ae_cert_t *issue(const test_store_t *t, const ae_key_t *key)
{
    ae_cert_t *chain;
    ae_bytes_t pem =
        test_pki_issue_parts(t->pki, "li", key, "www.example.org", t->now,
                             t->now + apr_time_from_sec(86400), t_pool);

    ck_status(ae_cert_parse(&chain, pem, &err, t_pool), APR_SUCCESS, &err);
    return chain;
}

static void check(const test_store_t *t, edge_keying_t keying,
                  const char *fixture, apr_status_t expected)
{
    const ae_key_t *key = fixture ? t_key(fixture) : keying.key;

    ck_status(edge_keying_check(&keying, issue(t, key), t->store, t->cert,
                                &err, t_pool),
              expected, &err);
}

START_TEST(what_is_issued_is_for_this_key)
{
    test_store_t *t = test_store_make();
    edge_keying_t keying = begin(t);

    check(t, keying, NULL, APR_SUCCESS);
    check(t, keying, "key_p384.pem", AE_EMISMATCH);
    t->cert->keeps_key = 1;
    keying = begin(t);
    check(t, keying, NULL, APR_SUCCESS);
    keying.key = NULL;
    check(t, keying, "key_p384.pem", AE_EMISMATCH);
}
END_TEST

START_TEST(a_key_that_was_dropped_meanwhile)
{
    test_store_t *t = test_store_make();
    edge_keying_t keying;

    t->cert->keeps_key = 1;
    keying = begin(t);
    ck_status(edge_kept_drop(t->store, t->cert, &err, t_pool), APR_SUCCESS,
              &err);
    check(t, keying, NULL, AE_EMISMATCH);
    ck_assert_str_eq(err.why, "the key was dropped while it was ordered");
    drop_order(t);
    begin(t);
    check(t, keying, NULL, AE_EMISMATCH);
}
END_TEST

START_TEST(the_word_of_a_request)
{
    test_store_t *t = test_store_make();
    const char *subject;

    ck_assert_str_eq(edge_keying_word(t->cert, t_pool), "");
    t->cert->subject = "C=DE";
    subject = edge_keying_word(t->cert, t_pool);
    t->cert->subject = "C=FR";
    ck_assert_str_ne(edge_keying_word(t->cert, t_pool), subject);
    subject = edge_keying_word(t->cert, t_pool);
    test_store_give(t, "key_p256.pem");
    ck_assert_str_ne(edge_keying_word(t->cert, t_pool), subject);
}
END_TEST

Suite *suite_edge_keying(void)
{
    Suite *suite = suite_create("edge_keying");
    TCase *tc = tcase_create("keying");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, a_new_key_for_each_order);
    tcase_add_test(tc, the_kept_one_for_all);
    tcase_add_test(tc, an_order_with_another_key_is_not_taken_up);
    tcase_add_test(tc, turned_off_on_the_way);
    tcase_add_test(tc, the_subject_is_asked_for);
    tcase_add_test(tc, the_administrators_request_goes_as_it_is);
    tcase_add_test(tc, what_is_issued_is_for_this_key);
    tcase_add_test(tc, a_key_that_was_dropped_meanwhile);
    tcase_add_test(tc, the_word_of_a_request);
    suite_add_tcase(suite, tc);
    return suite;
}
