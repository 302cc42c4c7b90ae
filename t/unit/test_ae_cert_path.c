#include "ae_cert_path.h"
#include "ae_file.h"
#include "support.h"
#include "test_pki.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_ae_cert_path(void);

#define DAY apr_time_from_sec(86400)
#define NOW (20000 * DAY)

static test_pki_t *pki;
static ae_key_t *key;
static ae_cert_trust_t *trust;
static ae_cert_t *whole;
static const char *url;
static ae_error_t told;

static const char *put(const char *name, ae_bytes_t bytes)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    const char *path = apr_pstrcat(t_pool, t_dir(), "/", name, NULL);

    ck_assert_int_eq(ae_file_write(path, bytes, 0600, writer, AE_FILE_VOLATILE,
                                   &told, t_pool),
                     APR_SUCCESS);
    return path;
}

static void setup(void)
{
    t_setup();
    pki = test_pki_make(t_pool);
    ck_assert_int_eq(ae_key_generate(&key, AE_KEY_ECDSA_P256, &told, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(
        ae_cert_trust_load(&trust, put("root.pem", test_pki_root(pki, t_pool)),
                           &told, t_pool),
        APR_SUCCESS);
}

static ae_cert_t *chain_of(const test_pki_t *by, const char *parts)
{
    ae_bytes_t pem = test_pki_issue_parts(by, parts, key, "a.example",
                                          NOW - DAY, NOW + DAY, t_pool);
    ae_cert_t *chain;

    ck_assert_int_eq(ae_cert_parse(&chain, pem, &told, t_pool), APR_SUCCESS);
    return chain;
}

static apr_status_t find(const ae_cert_t *chain, const ae_cert_t *other,
                         apr_time_t now)
{
    apr_array_header_t *others =
        apr_array_make(t_pool, 1, sizeof(const ae_cert_t *));

    if (other) {
        APR_ARRAY_PUSH(others, const ae_cert_t *) = other;
    }
    return ae_cert_path(&whole, &url, chain, others, trust, now, &told,
                        t_pool);
}

static void leads_by_the_intermediate(apr_status_t status)
{
    ck_assert_msg(status == APR_SUCCESS, "%s", ae_error_line(&told, t_pool));
    ck_assert_int_eq(ae_cert_length(whole), 2);
    ck_assert_int_eq(ae_cert_check_chain(whole, &told), APR_SUCCESS);
}

/* RFC 5280 section 6.1: whatever is there besides, in whatever order. */
START_TEST(test_found)
{
    static const char *const parts[] = {"li", "lir", "lri", "liir"};

    leads_by_the_intermediate(find(chain_of(pki, parts[_i]), NULL, NOW));
}
END_TEST

START_TEST(test_found_elsewhere)
{
    leads_by_the_intermediate(
        find(chain_of(pki, "l"), chain_of(pki, "li"), NOW));
}
END_TEST

/* RFC 5280 section 4.2.2.1 */
START_TEST(test_missing)
{
    ck_assert_int_eq(find(chain_of(pki, "l"), NULL, NOW), APR_INCOMPLETE);
    ck_assert_str_eq(url, TEST_PKI_ISSUER);
    ck_assert_ptr_nonnull(strstr(told.why, "CN=Test Intermediate"));
}
END_TEST

START_TEST(test_not_trusted)
{
    const test_pki_t *other = test_pki_make(t_pool);

    /* Another CA of the same name. */
    ck_assert_int_ne(find(chain_of(other, "lir"), NULL, NOW), APR_SUCCESS);
    ck_assert_int_ne(find(chain_of(other, "l"), chain_of(pki, "li"), NOW),
                     APR_SUCCESS);
    ck_assert_int_eq(find(chain_of(pki, "li"), NULL, NOW + 2 * DAY),
                     AE_EMISMATCH);
    ck_assert_ptr_nonnull(strstr(told.why, "expired"));
    ck_assert_ptr_null(url);
}
END_TEST

START_TEST(test_system)
{
    ck_assert_int_eq(ae_cert_trust_load(&trust, NULL, &told, t_pool),
                     APR_SUCCESS);
    ck_assert_int_eq(find(chain_of(pki, "lir"), NULL, NOW), AE_EMISMATCH);
    ck_assert_ptr_nonnull(strstr(told.why, "self-signed"));
}
END_TEST

START_TEST(test_no_trust)
{
    ae_bytes_t text = {(const unsigned char *)"no certificate\n", 15};
    ae_bytes_t nothing = {(const unsigned char *)"", 0};

    ck_assert_int_eq(
        ae_cert_trust_load(&trust, put("text", text), &told, t_pool),
        AE_EFORMAT);
    ck_assert_int_eq(
        ae_cert_trust_load(&trust, put("nothing", nothing), &told, t_pool),
        AE_EFORMAT);
    ck_assert_int_eq(
        ae_cert_trust_load(&trust, "/nowhere/at/all", &told, t_pool),
        APR_ENOENT);
}
END_TEST

Suite *suite_ae_cert_path(void)
{
    Suite *suite = suite_create("ae_cert_path");
    TCase *tc = tcase_create("path");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_loop_test(tc, test_found, 0, 4);
    tcase_add_test(tc, test_found_elsewhere);
    tcase_add_test(tc, test_missing);
    tcase_add_test(tc, test_not_trusted);
    tcase_add_test(tc, test_system);
    tcase_add_test(tc, test_no_trust);
    suite_add_tcase(suite, tc);
    return suite;
}
