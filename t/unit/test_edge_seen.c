#include "edge_seen.h"
#include "support.h"
#include "test_store.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_seen(void);

#define CERT "some.cert"
#define KEY "some.key"
#define SEEN "some.seen"

/* What is kept is told; none of it is looked up in the certificate. */
static const char *cert_path(const test_store_t *t)
{
    return test_store_at(t, CERT);
}

static ae_bytes_t bytes_of(const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return bytes;
}

static test_store_t *keep(const char *issuer)
{
    test_store_t *t = test_store_make();
    ae_cert_facts_t facts = {
        .serial = "1f",
        .issuer = issuer,
        .not_before = t->now,
        .not_after = t->now + 5,
        .names = t->cert->names,
    };

    test_store_put(t, CERT, "a chain");
    test_store_put(t, KEY, "a key");
    edge_seen_keep(cert_path(t), bytes_of("a chain"), bytes_of("a key"),
                   &facts, t_pool);
    return t;
}

static const ae_cert_facts_t *pair(const test_store_t *t)
{
    return edge_seen_pair(cert_path(t), test_store_at(t, KEY), t_pool);
}

static const ae_cert_facts_t *chain(const test_store_t *t)
{
    return edge_seen_chain(cert_path(t), t_pool);
}

START_TEST(test_kept)
{
    const test_store_t *t = keep("CN=a CA");
    const ae_cert_facts_t *facts = pair(t);

    ck_assert_ptr_nonnull(facts);
    ck_assert_str_eq(facts->serial, "1f");
    ck_assert_str_eq(facts->issuer, "CN=a CA");
    ck_assert_int_eq(facts->not_before, t->now);
    ck_assert_int_eq(facts->not_after, t->now + 5);
    ck_assert_int_eq(facts->names->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(facts->names, 1, const char *),
                     APR_ARRAY_IDX(t->cert->names, 1, const char *));
    ck_assert_str_eq(chain(t)->serial, "1f");
    ck_assert_ptr_null(strstr(test_store_get(t, SEEN), "a key"));
}
END_TEST

START_TEST(test_other_bytes)
{
    const test_store_t *t = keep("CN=a CA");

    test_store_put(t, KEY, "a kez");
    ck_assert_ptr_null(pair(t));
    ck_assert_ptr_nonnull(chain(t));
    test_store_remove(t, KEY);
    ck_assert_ptr_null(pair(t));
    test_store_put(t, KEY, "a key");
    ck_assert_ptr_nonnull(pair(t));
    test_store_put(t, CERT, "a chair");
    ck_assert_ptr_null(pair(t));
    ck_assert_ptr_null(chain(t));
    test_store_remove(t, CERT);
    ck_assert_ptr_null(chain(t));
}
END_TEST

/* Whatever is there instead: the files are parsed. */
START_TEST(test_spoilt)
{
    static const char *const texts[] = {
        "", "rubbish", "{}", "[]", "{\"chain\": 1}",
    };
    const test_store_t *t = keep("CN=a CA");

    test_store_put(t, SEEN, texts[_i]);
    ck_assert_ptr_null(pair(t));
    ck_assert_ptr_null(chain(t));
    test_store_remove(t, SEEN);
    ck_assert_ptr_null(pair(t));
    test_store_put(t, SEEN "/some.file", "");
    ck_assert_ptr_null(pair(t));
}
END_TEST

START_TEST(test_joined)
{
    const test_store_t *t = keep("CN=a CA");
    const char *key = test_store_at(t, KEY);
    ae_bytes_t file = edge_seen_join(bytes_of("a chain\n"), bytes_of("a key"),
                                     pair(t), t_pool);
    const char *text =
        apr_pstrmemdup(t_pool, (const char *)file.data, file.len);

    ck_assert_ptr_nonnull(strstr(text, "}\na chain\n"));
    test_store_put(t, "joined", text);
    ck_assert_str_eq(
        edge_seen_joined(test_store_at(t, "joined"), key, t_pool)->serial,
        "1f");
    test_store_put(t, "joined", apr_pstrcat(t_pool, text, "x", NULL));
    ck_assert_ptr_null(
        edge_seen_joined(test_store_at(t, "joined"), key, t_pool));
    test_store_put(t, "joined", strchr(text, '\n') + 1);
    ck_assert_ptr_null(
        edge_seen_joined(test_store_at(t, "joined"), key, t_pool));
    test_store_put(t, "joined", text);
    test_store_put(t, KEY, "a kez");
    ck_assert_ptr_null(
        edge_seen_joined(test_store_at(t, "joined"), key, t_pool));
}
END_TEST

/* An issuer that JSON cannot hold. */
START_TEST(test_no_utf8)
{
    const test_store_t *t = keep("CN=\xff");

    ck_assert_ptr_null(pair(t));
}
END_TEST

Suite *suite_edge_seen(void)
{
    Suite *suite = suite_create("edge_seen");
    TCase *tc = tcase_create("seen");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_kept);
    tcase_add_test(tc, test_other_bytes);
    tcase_add_loop_test(tc, test_spoilt, 0, 5);
    tcase_add_test(tc, test_joined);
    tcase_add_test(tc, test_no_utf8);
    suite_add_tcase(suite, tc);
    return suite;
}
