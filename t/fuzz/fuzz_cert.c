#include "ae_cert_path.h"
#include "ae_san.h"
#include "fuzz.h"

#include <string.h>
#include <strings.h>

/* Certificate chains in PEM, from CAs and from staging. */

static const ae_key_t *leaf_key(void)
{
    static ae_key_t *key;
    ae_error_t err;

    if (!key) {
        fuzz_must(ae_key_parse(&key, fuzz_fixture("key_p256.pem"), &err,
                               fuzz_global_pool) == APR_SUCCESS,
                  "the fixture is a key");
    }
    return key;
}

static void check_hex(const char *text)
{
    fuzz_must(text[strspn(text, "0123456789abcdef")] == '\0',
              "it is hexadecimal");
}

static void check_facts(const ae_cert_facts_t *facts)
{
    int i;

    fuzz_must_be_text(facts->subject);
    fuzz_must_be_text(facts->issuer);
    check_hex(facts->serial);
    check_hex(facts->sha256);
    fuzz_must(strlen(facts->sha256) == 64, "the fingerprint is whole");
    for (i = 0; i < facts->names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(facts->names, i, const char *);
        const char *c;

        fuzz_must(*name != '\0', "a name is not empty");
        for (c = name; *c; c++) {
            fuzz_must(*c > ' ' && *c < 0x7f && (*c < 'A' || *c > 'Z'),
                      "a name is of lower case and printable");
        }
        fuzz_must(ae_san_covers(name, name), "a name covers itself");
    }
}

static void check_status(apr_status_t status, const ae_error_t *err)
{
    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EMISMATCH, "a check fails as a mismatch");
        fuzz_must_explain(err, status);
    }
}

static void check_checks(const ae_cert_t *cert)
{
    const ae_cert_facts_t *facts = ae_cert_facts(cert);
    ae_error_t err;

    check_status(ae_cert_check_key(cert, leaf_key(), &err), &err);
    check_status(ae_cert_check_names(cert, fuzz_names(), &err), &err);
    check_status(ae_cert_check_chain(cert, &err), &err);
    check_status(
        ae_cert_check_dates(cert, apr_time_from_sec(1800000000), &err), &err);
    fuzz_must(ae_cert_check_names(cert, facts->names, &err) == APR_SUCCESS,
              "a certificate covers its own names");
    fuzz_must(facts->not_before > facts->not_after ||
                  ae_cert_check_dates(cert, facts->not_after, &err) ==
                      APR_SUCCESS,
              "the last second belongs to the time of validity");
}

/* What the parent writes into live/ is printed anew from what was read. */
static void check_print(const ae_cert_t *cert)
{
    ae_cert_t *again;
    ae_bytes_t pem;
    ae_error_t err;

    fuzz_must(ae_cert_print(&pem, cert, &err, fuzz_pool) == APR_SUCCESS,
              "a chain that was read can be printed");
    fuzz_must(
        pem.len > AE_CERT_CHAIN_BYTES_MAX ||
            (ae_cert_parse(&again, pem, &err, fuzz_pool) == APR_SUCCESS &&
             !strcmp(ae_cert_facts(cert)->sha256,
                     ae_cert_facts(again)->sha256)),
        "what was printed is read as the same");
}

/* As PEM or as it is: what is taken is the same. */
static void check_any(const unsigned char *data, size_t size)
{
    ae_bytes_t bytes = {data, size};
    ae_error_t err;
    ae_cert_t *cert;
    apr_status_t status = ae_cert_parse_any(&cert, bytes, &err, fuzz_pool);

    if (status == APR_SUCCESS) {
        check_print(cert);
    } else {
        fuzz_must(status == AE_EFORMAT || status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
}

/* With nobody to be trusted, no way leads anywhere. */
static void check_path(const ae_cert_t *cert)
{
    static ae_cert_trust_t *trust;
    apr_array_header_t *none = apr_array_make(fuzz_pool, 1, sizeof(void *));
    ae_cert_t *whole;
    const char *url;
    ae_error_t err;
    apr_status_t status;

    if (!trust) {
        fuzz_must(ae_cert_trust_load(&trust, T_FIXTURES "/root.pem", &err,
                                     fuzz_global_pool) == APR_SUCCESS,
                  "the fixture is a root");
    }
    status = ae_cert_path(&whole, &url, cert, none, trust,
                          apr_time_from_sec(1800000000), &err, fuzz_pool);
    if (status == APR_SUCCESS) {
        fuzz_must(ae_cert_length(whole) > 0, "the way has a beginning");
        return;
    }
    fuzz_must(status == APR_INCOMPLETE || status == AE_EMISMATCH ||
                  status == AE_ETOOBIG,
              "the status is a documented one");
    fuzz_must_explain(&err, status);
    fuzz_must(url == NULL || strncasecmp(url, "http", 4) == 0,
              "nothing else is fetched");
}

static void run(const unsigned char *data, size_t size)
{
    ae_error_t err;
    ae_cert_t *cert;
    apr_status_t status = ae_cert_parse(
        &cert, fuzz_pem("CERTIFICATE", data, size), &err, fuzz_pool);

    if (status == APR_SUCCESS) {
        fuzz_must(data[0] != '-' || !strstr(fuzz_string(data, size), " KEY"),
                  "nothing but certificates is taken");
        check_facts(ae_cert_facts(cert));
        check_checks(cert);
        check_print(cert);
        check_path(cert);
    } else {
        fuzz_must(status == AE_EFORMAT || status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
    check_any(data, size);
}

const fuzz_target_t fuzz_cert = {"cert", run, 3000};
