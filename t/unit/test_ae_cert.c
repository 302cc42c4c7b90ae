#include "ae_cert.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <openssl/err.h>
#include <string.h>

static ae_error_t err;

static const char *text_of(const char *fixture)
{
    return (const char *)t_pem(fixture, NULL).data;
}

static void refuse(const char *text, apr_status_t status, const char *words)
{
    ae_cert_t *cert = NULL;

    ck_assert_int_eq(ae_cert_parse(&cert, t_bytes(text), &err, t_pool),
                     status);
    ck_assert_ptr_null(cert);
    ck_assert_int_eq(err.status, status);
    ck_assert_msg(strstr(ae_error_line(&err, t_pool), words) != NULL, "%s",
                  ae_error_line(&err, t_pool));
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

START_TEST(print_is_what_was_read)
{
    ae_bytes_t chain = t_pem("leaf.pem", "intermediate.pem", NULL);
    ae_cert_t *cert = t_cert("leaf.pem", "intermediate.pem");
    ae_bytes_t pem;

    ck_assert_int_eq(ae_cert_print(&pem, cert, &err, t_pool), APR_SUCCESS);
    ck_assert_uint_eq(pem.len, chain.len);
    ck_assert_mem_eq(pem.data, chain.data, chain.len);
}
END_TEST

/* Blank lines between and CRLF are how some CAs write it; the end of the
 * last line may be missing. */
START_TEST(parse_other_line_ends)
{
    const char *leaf = text_of("leaf.pem");
    const char *text = "\r\n";
    ae_cert_t *cert;
    ae_bytes_t pem;

    for (; *leaf; leaf++) {
        text = apr_psprintf(t_pool, "%s%s%c", text, *leaf == '\n' ? "\r" : "",
                            *leaf);
    }
    text =
        apr_pstrcat(t_pool, text, "\n\n", text_of("intermediate.pem"), NULL);
    ck_assert_int_eq(
        ae_cert_parse(&cert,
                      t_bytes(apr_pstrmemdup(t_pool, text, strlen(text) - 1)),
                      &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(ae_cert_print(&pem, cert, &err, t_pool), APR_SUCCESS);
    ck_assert_mem_eq(
        pem.data, t_pem("leaf.pem", "intermediate.pem", NULL).data, pem.len);
}
END_TEST

/* RFC 8555 section 9.1: nothing but certificates, no explanatory text. */
START_TEST(parse_refuses_what_else_is_there)
{
    const char *leaf = text_of("leaf.pem");

    refuse(apr_pstrcat(t_pool, leaf, text_of("key_p256.pem"), NULL),
           AE_EFORMAT, "is not part of a PEM certificate");
    refuse(apr_pstrcat(t_pool, text_of("key_p256.pem"), leaf, NULL),
           AE_EFORMAT, "line 1 ");
    refuse(apr_pstrcat(t_pool, "a leaf:\n", leaf, NULL), AE_EFORMAT,
           "line 1 ");
    refuse(apr_pstrcat(t_pool, leaf, "bye\n", NULL), AE_EFORMAT,
           "is not part of a PEM certificate");
    refuse("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
           "DEK-Info: DES-EDE3-CBC,00\n\nAAAA\n-----END CERTIFICATE-----\n",
           AE_EFORMAT, "line 2 ");
    refuse("-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n"
           "-----END TRUSTED CERTIFICATE-----\n",
           AE_EFORMAT, "line 1 ");
}
END_TEST

START_TEST(parse_refuses_what_is_no_chain)
{
    const char *leaf = text_of("leaf.pem");

    refuse("", AE_EFORMAT, "empty");
    refuse("\n\n", AE_EFORMAT, "empty");
    refuse("<html>", AE_EFORMAT, "line 1 ");
    refuse(apr_pstrmemdup(t_pool, leaf, strlen(leaf) / 2), AE_EFORMAT,
           "is not part of");
    refuse(apr_pstrcat(t_pool, leaf,
                       "-----BEGIN CERTIFICATE-----\nAAAA\n"
                       "-----END CERTIFICATE-----\n",
                       NULL),
           AE_EFORMAT, "certificate 2");
    refuse("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
           AE_EFORMAT, "");
}
END_TEST

START_TEST(parse_refuses_a_nul)
{
    ae_bytes_t leaf = t_pem("leaf.pem", NULL);
    unsigned char *copy =
        memcpy(apr_palloc(t_pool, leaf.len), leaf.data, leaf.len);
    ae_bytes_t pem = {copy, leaf.len};
    ae_cert_t *cert;

    copy[40] = '\0';
    ck_assert_int_eq(ae_cert_parse(&cert, pem, &err, t_pool), AE_EFORMAT);
}
END_TEST

START_TEST(length_is_bounded)
{
    const char *text = "";
    ae_cert_t *cert;
    int i;

    for (i = 0; i < AE_CERT_CHAIN_LENGTH_MAX; i++) {
        text = apr_pstrcat(t_pool, text, text_of("leaf.pem"), NULL);
    }
    ck_assert_int_eq(ae_cert_parse(&cert, t_bytes(text), &err, t_pool),
                     APR_SUCCESS);
    refuse(apr_pstrcat(t_pool, text, text_of("leaf.pem"), NULL), AE_ETOOBIG,
           "more than 10 certificates");
}
END_TEST

START_TEST(size_is_bounded)
{
    char *text = apr_pcalloc(t_pool, AE_CERT_CHAIN_BYTES_MAX + 2);

    memset(text, '\n', AE_CERT_CHAIN_BYTES_MAX + 1);
    memcpy(text, text_of("leaf.pem"), strlen(text_of("leaf.pem")));
    refuse(text, AE_ETOOBIG, "too large");
}
END_TEST

Suite *suite_ae_cert(void)
{
    Suite *suite = suite_create("ae_cert");
    TCase *tc = tcase_create("cert");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, print_is_what_was_read);
    tcase_add_test(tc, parse_other_line_ends);
    tcase_add_test(tc, parse_refuses_what_else_is_there);
    tcase_add_test(tc, parse_refuses_what_is_no_chain);
    tcase_add_test(tc, parse_refuses_a_nul);
    tcase_add_test(tc, length_is_bounded);
    tcase_add_test(tc, size_is_bounded);
    suite_add_tcase(suite, tc);
    return suite;
}
