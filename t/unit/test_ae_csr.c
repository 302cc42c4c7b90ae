#include "ae_csr.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

static ae_error_t err;

static ae_csr_t *make_csr(const char *fixture, const apr_array_header_t *names,
                          const char *subject)
{
    ae_csr_t *csr;

    ck_assert_msg(ae_csr_make(&csr, t_key(fixture), names, subject, &err,
                              t_pool) == APR_SUCCESS,
                  "%s", err.why);
    return csr;
}

static X509_REQ *make(const char *fixture, const apr_array_header_t *names)
{
    ae_bytes_t der = ae_csr_der(make_csr(fixture, names, NULL));
    const unsigned char *at = der.data;
    X509_REQ *req = d2i_X509_REQ(NULL, &at, (long)der.len);

    ck_assert_ptr_nonnull(req);
    ck_assert_ptr_eq(at, der.data + der.len);
    return req;
}

static const char *const fixtures[] = {"key_p256.pem", "key_p384.pem",
                                       "key_rsa2048.pem"};

/* RFC 2986 section 4: version 1 (0), signed with the key in it. */
START_TEST(signed_by_its_key)
{
    X509_REQ *req = make(fixtures[_i], t_names("a.example", NULL));
    EVP_PKEY *evp = ae_key_evp(t_key(fixtures[_i]));

    ck_assert_int_eq(X509_REQ_get_version(req), 0);
    ck_assert_int_eq(EVP_PKEY_eq(X509_REQ_get0_pubkey(req), evp), 1);
    ck_assert_int_eq(X509_REQ_verify(req, evp), 1);
    X509_REQ_free(req);
}
END_TEST

/* RFC 8555 section 7.4: the names are those of the order, all and only. */
START_TEST(names_in_san_alone)
{
    static const char *const expected[] = {"a.example", "*.b.example",
                                           "c.example,DNS:d.example"};
    X509_REQ *req = make("key_p256.pem",
                         t_names(expected[0], expected[1], expected[2], NULL));
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
    GENERAL_NAMES *san =
        X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
    int i;

    ck_assert_int_eq(X509_NAME_entry_count(X509_REQ_get_subject_name(req)), 0);
    ck_assert_int_eq(sk_X509_EXTENSION_num(extensions), 1);
    ck_assert_int_eq(sk_GENERAL_NAME_num(san), 3);
    for (i = 0; i < 3; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(san, i);

        ck_assert_int_eq(name->type, GEN_DNS);
        ck_assert_int_eq(ASN1_STRING_length(name->d.dNSName),
                         (int)strlen(expected[i]));
        ck_assert_mem_eq(ASN1_STRING_get0_data(name->d.dNSName), expected[i],
                         strlen(expected[i]));
    }
    GENERAL_NAMES_free(san);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(req);
}
END_TEST

/* RFC 5280 section 4.2.1.6: an address is an iPAddress, in network order. */
START_TEST(addresses_in_san)
{
    X509_REQ *req =
        make("key_p256.pem", t_names("192.0.2.1", "2001:db8::1", NULL));
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
    GENERAL_NAMES *san =
        X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
    static const char v6[17] = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1";
    int kind;
    const ASN1_STRING *value;

    ck_assert_int_eq(sk_GENERAL_NAME_num(san), 2);
    value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(san, 0), &kind);
    ck_assert_int_eq(kind, GEN_IPADD);
    ck_assert_int_eq(ASN1_STRING_length(value), 4);
    ck_assert_mem_eq(ASN1_STRING_get0_data(value), "\xc0\0\2\1", 4);
    value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(san, 1), &kind);
    ck_assert_int_eq(kind, GEN_IPADD);
    ck_assert_int_eq(ASN1_STRING_length(value), 16);
    ck_assert_mem_eq(ASN1_STRING_get0_data(value), v6, 16);
    GENERAL_NAMES_free(san);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(req);
}
END_TEST

START_TEST(nothing_to_ask_for)
{
    ae_csr_t *csr;

    ck_assert_int_eq(ae_csr_make(&csr, t_key("key_p256.pem"),
                                 t_names(NULL, NULL), NULL, &err, t_pool),
                     AE_ECRYPTO);
    ck_assert_int_eq(ae_csr_make(&csr, t_key("key_p256.pem"),
                                 t_names("a.example", "", NULL), NULL, &err,
                                 t_pool),
                     AE_ECRYPTO);
    ck_assert_int_eq(ae_csr_make(&csr, t_key("key_p256.pem"),
                                 t_names("a.example", NULL), "X=y", &err,
                                 t_pool),
                     AE_EFORMAT);
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

START_TEST(its_facts_are_told)
{
    ae_csr_t *csr = make_csr("key_p256.pem", t_names("a.example", NULL),
                             "C=DE, O=Bees\\, Inc.");
    const ae_csr_facts_t *facts = ae_csr_facts(csr);

    ck_assert_str_eq(facts->subject, "O=Bees\\, Inc.,C=DE");
    ck_assert_str_eq(facts->key, "ecdsa-p256");
    ck_assert_int_eq(facts->names->nelts, 1);
    ck_assert_str_eq(APR_ARRAY_IDX(facts->names, 0, const char *),
                     "a.example");
}
END_TEST

START_TEST(what_is_printed_is_read_as_the_same)
{
    ae_csr_t *csr = make_csr(fixtures[_i],
                             t_names("a.example", "b.example", NULL), "C=DE");
    ae_csr_t *again;
    ae_bytes_t pem;

    ck_assert_int_eq(ae_csr_print(&pem, csr, &err, t_pool), APR_SUCCESS);
    ck_assert_int_eq(ae_csr_parse(&again, pem, &err, t_pool), APR_SUCCESS);
    ck_assert_str_eq(t_hex(ae_csr_der(again)), t_hex(ae_csr_der(csr)));
    ck_assert_str_eq(ae_csr_facts(again)->key, ae_csr_facts(csr)->key);
    ck_assert_str_eq(ae_csr_facts(again)->subject, "C=DE");
    ck_assert_int_eq(ae_csr_facts(again)->names->nelts, 2);
}
END_TEST

START_TEST(only_its_own_key_fits)
{
    ae_csr_t *csr = make_csr("key_p256.pem", t_names("a.example", NULL), NULL);

    ck_assert_int_eq(ae_csr_check_key(csr, t_key("key_p256.pem"), &err),
                     APR_SUCCESS);
    ck_assert_int_eq(ae_csr_check_key(csr, t_key("key_p384.pem"), &err),
                     AE_EMISMATCH);
    ck_assert_int_eq(ae_csr_check_key(csr, t_key("key_rsa2048.pem"), &err),
                     AE_EMISMATCH);
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

static const struct {
    const char *names; /* one blank between them */
    const char *subject;
    const char *why; /* NULL: it fits */
} checks[] = {
    {"a.example b.example", "C=DE", NULL},
    {"b.example a.example", "C=DE", NULL},
    {"a.example", "C=DE", "it asks for b.example too"},
    {"a.example b.example c.example", "C=DE", "it does not ask for c.example"},
    {"a.example b.example", NULL, "its subject is \"C=DE\""},
    {"a.example b.example", "C=FR", "its subject is \"C=DE\""},
    {"a.example b.example", "O=A,C=DE", "its subject is \"C=DE\""},
};

START_TEST(what_it_asks_for_is_checked)
{
    ae_csr_t *csr = make_csr("key_p256.pem",
                             t_names("a.example", "b.example", NULL), "C=DE");
    char *names = apr_pstrdup(t_pool, checks[_i].names);
    apr_array_header_t *wanted =
        apr_array_make(t_pool, 3, sizeof(const char *));
    char *name, *last;
    apr_status_t status;

    for (name = apr_strtok(names, " ", &last); name;
         name = apr_strtok(NULL, " ", &last)) {
        APR_ARRAY_PUSH(wanted, const char *) = name;
    }
    status = ae_csr_check(csr, wanted, checks[_i].subject, &err);
    ck_assert_int_eq(status, checks[_i].why ? AE_EMISMATCH : APR_SUCCESS);
    if (checks[_i].why) {
        ck_assert_str_eq(err.why, checks[_i].why);
    }
}
END_TEST

Suite *suite_ae_csr(void)
{
    Suite *suite = suite_create("ae_csr");
    TCase *tc = tcase_create("csr");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, signed_by_its_key, 0, 3);
    tcase_add_test(tc, names_in_san_alone);
    tcase_add_test(tc, addresses_in_san);
    tcase_add_test(tc, nothing_to_ask_for);
    tcase_add_test(tc, its_facts_are_told);
    tcase_add_loop_test(tc, what_is_printed_is_read_as_the_same, 0, 3);
    tcase_add_test(tc, only_its_own_key_fits);
    tcase_add_loop_test(tc, what_it_asks_for_is_checked, 0,
                        sizeof(checks) / sizeof(checks[0]));
    suite_add_tcase(suite, tc);
    return suite;
}
