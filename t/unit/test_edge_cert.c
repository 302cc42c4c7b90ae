#include "edge_cert.h"
#include "fixture.h"
#include "support.h"
#include "test_pki.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_cert(void);

static const edge_provider_t few = {
    .name = "few",
    .directory_url = "https://few.example/",
    .names_max = 3,
    .no_addresses = "it has few",
};
static const edge_provider_t many = {
    .name = "many",
    .directory_url = "https://many.example/",
    .names_max = 100,
};

static edge_cert_t *cert_make(const char *names)
{
    edge_cert_t *cert = apr_pcalloc(t_pool, sizeof(*cert));
    apr_array_header_t *providers =
        apr_array_make(t_pool, 2, sizeof(const edge_provider_t *));

    APR_ARRAY_PUSH(providers, const edge_provider_t *) = &many;
    APR_ARRAY_PUSH(providers, const edge_provider_t *) = &few;
    cert->names = test_pki_names(names, t_pool);
    cert->providers = providers;
    cert->contacts = test_pki_names("mailto:a@example.org", t_pool);
    cert->terms_accepted = 1;
    return cert;
}

static const char *refused(const char *names)
{
    ae_error_t err;

    ck_assert_int_eq(edge_cert_check(cert_make(names), &err), AE_EFORMAT);
    ck_assert_str_ne(err.next, "");
    return ae_error_line(&err, t_pool);
}

START_TEST(test_good)
{
    ae_error_t err;

    ck_assert_int_eq(edge_cert_check(cert_make("a.example"), &err),
                     APR_SUCCESS);
    ck_assert_int_eq(
        edge_cert_check(cert_make("a.example b.example c.example"), &err),
        APR_SUCCESS);
}
END_TEST

/* RFC 8738: where one of the CAs has none for addresses, none can be had. */
START_TEST(test_addresses)
{
    edge_cert_t *cert = cert_make("a.example 2001:db8::1");
    ae_error_t err;

    ck_assert_int_eq(edge_cert_check(cert, &err), AE_EFORMAT);
    ck_assert_str_eq(ae_error_line(&err, t_pool),
                     "few issues no certificate for the address 2001:db8::1: "
                     "it has few; write a DNS name, or another ACMEProvider "
                     "for this certificate");
    cert->renews_by_hand = 1;
    ck_assert_int_eq(edge_cert_check(cert, &err), AE_EFORMAT);
    cert->terms_accepted = 0;
    ck_assert_int_eq(edge_cert_check(cert, &err), APR_SUCCESS);
    cert->renews_by_hand = 0;
    ck_assert_int_eq(edge_cert_check(cert, &err), AE_EFORMAT);
    cert->providers = apr_array_copy_hdr(t_pool, cert->providers);
    ((apr_array_header_t *)cert->providers)->nelts = 1;
    ck_assert_int_eq(edge_cert_check(cert, &err), APR_SUCCESS);
}
END_TEST

START_TEST(test_bad)
{
    refused("");
    ck_assert_ptr_nonnull(strstr(refused("a.example b.example a.example"),
                                 "the name a.example twice"));
    ck_assert_ptr_nonnull(strstr(refused("a.example 192.0.2"), "192.0.2"));
    ck_assert_ptr_nonnull(
        strstr(refused("a.example b.example c.example d.example"),
               "few takes at most 3"));
}
END_TEST

static const char *with_external(edge_cert_t *cert, const char *provider,
                                 const char *kid, const char *digest)
{
    const edge_external_t external = {
        provider, {kid, "HS256", {NULL, 0}}, digest};
    apr_array_header_t *all =
        apr_array_make(t_pool, 1, sizeof(const edge_external_t *));
    const char *fingerprint;

    APR_ARRAY_PUSH(all, const edge_external_t *) = &external;
    cert->externals = all;
    fingerprint = edge_cert_fingerprint(cert, t_pool);
    cert->externals = NULL;
    return fingerprint;
}

/* Of the certificate's own CA: the identifier and the secret. */
static void check_externals(edge_cert_t *cert, const char *before)
{
    const char *name =
        APR_ARRAY_IDX(cert->providers, 0, const edge_provider_t *)->name;
    const char *first = with_external(cert, name, "kid", "aa");

    ck_assert_str_ne(first, before);
    ck_assert_str_eq(with_external(cert, name, "kid", "aa"), first);
    ck_assert_str_ne(with_external(cert, name, "dik", "aa"), first);
    ck_assert_str_ne(with_external(cert, name, "kid", "ab"), first);
    ck_assert_str_eq(with_external(cert, "another", "kid", "aa"), before);
}

/* Another value means that old failures say nothing. */
START_TEST(test_fingerprint)
{
    edge_cert_t *cert = cert_make("a.example b.example");
    const char *before = edge_cert_fingerprint(cert, t_pool);
    apr_array_header_t *one =
        apr_array_make(t_pool, 1, sizeof(const edge_provider_t *));

    ck_assert_uint_eq(strlen(before), 64);
    ck_assert_str_eq(
        edge_cert_fingerprint(cert_make("a.example b.example"), t_pool),
        before);
    ck_assert_str_ne(
        edge_cert_fingerprint(cert_make("a.example c.example"), t_pool),
        before);
    cert->renew_window.percent = 50;
    cert->trust_file = "/roots.pem";
    ck_assert_str_eq(edge_cert_fingerprint(cert, t_pool), before);
    cert->terms_accepted = 0;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), before);
    cert->terms_accepted = 1;
    cert->key_type = AE_KEY_RSA_2048;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), before);
    cert->key_type = AE_KEY_ECDSA_P256;
    cert->contacts = NULL;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), before);
    cert->contacts = test_pki_names("mailto:a@example.org", t_pool);
    ck_assert_str_eq(edge_cert_fingerprint(cert, t_pool), before);
    check_externals(cert, before);
    APR_ARRAY_PUSH(one, const edge_provider_t *) = &few;
    cert->providers = one;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), before);
}
END_TEST

/* What stays is said by nothing: failures of earlier versions are known. */
START_TEST(test_fingerprint_of_requests)
{
    edge_cert_t *cert = cert_make("a.example b.example");
    const char *before = edge_cert_fingerprint(cert, t_pool);
    const char *with_subject;
    ae_csr_t *csr;
    ae_error_t err;

    cert->keeps_key = 1;
    ck_assert_str_eq(edge_cert_fingerprint(cert, t_pool), before);
    cert->subject = "C=DE";
    with_subject = edge_cert_fingerprint(cert, t_pool);
    ck_assert_str_ne(with_subject, before);
    cert->subject = "C=FR";
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), with_subject);
    ck_assert_int_eq(ae_csr_make(&csr, t_key("key_p256.pem"), cert->names,
                                 NULL, &err, t_pool),
                     APR_SUCCESS);
    cert->subject = NULL;
    cert->csr = csr;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), before);
}
END_TEST

/* Who asks for it no more is not kept waiting by its failures. */
START_TEST(test_fingerprint_of_probing)
{
    edge_cert_t *cert = cert_make("a.example b.example");
    const char *before = edge_cert_fingerprint(cert, t_pool);
    const char *with_peers;
    const apr_array_header_t *peers;
    ae_error_t err;

    cert->probing = EDGE_PROBING_ADVISORY;
    ck_assert_str_eq(edge_cert_fingerprint(cert, t_pool), before);
    ck_assert_int_eq(edge_peers_parse(&cert->peers,
                                      test_pki_names("192.0.2.1 ::1", t_pool),
                                      &err, t_pool),
                     APR_SUCCESS);
    with_peers = edge_cert_fingerprint(cert, t_pool);
    ck_assert_str_ne(with_peers, before);
    ck_assert_int_eq(edge_peers_parse(&peers,
                                      test_pki_names("192.0.2.1", t_pool),
                                      &err, t_pool),
                     APR_SUCCESS);
    cert->peers = peers;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), with_peers);
    cert->peers = NULL;
    cert->probing = EDGE_PROBING_REQUIRED;
    ck_assert_str_ne(edge_cert_fingerprint(cert, t_pool), before);
}
END_TEST

START_TEST(test_names_of_further_types)
{
    edge_cert_t *cert = cert_make("a.example b.example");

    edge_cert_call(cert, AE_KEY_ECDSA_P384, 0, t_pool);
    ck_assert_str_eq(cert->name, "a.example");
    ck_assert_str_eq(cert->dir, "a.example");
    ck_assert_int_eq(cert->key_type, AE_KEY_ECDSA_P384);
    edge_cert_call(cert, AE_KEY_RSA_2048, 1, t_pool);
    ck_assert_str_eq(cert->name, "a.example+rsa-2048");
    ck_assert_str_eq(cert->dir, "a.example+rsa-2048");
    ck_assert_int_eq(cert->is_further, 1);
}
END_TEST

Suite *suite_edge_cert(void)
{
    Suite *suite = suite_create("edge_cert");
    TCase *tc = tcase_create("cert");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_good);
    tcase_add_test(tc, test_addresses);
    tcase_add_test(tc, test_bad);
    tcase_add_test(tc, test_fingerprint);
    tcase_add_test(tc, test_fingerprint_of_requests);
    tcase_add_test(tc, test_fingerprint_of_probing);
    tcase_add_test(tc, test_names_of_further_types);
    suite_add_tcase(suite, tc);
    return suite;
}
