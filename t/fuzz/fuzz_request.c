#include "ae_csr.h"
#include "fuzz.h"

#include <string.h>

/* Certificate signing requests in PEM, of the administrator (ACMECSR) and from
 * kept/. */

static const ae_key_t *other_key(void)
{
    static ae_key_t *key;
    ae_error_t err;

    if (!key) {
        fuzz_must(ae_key_parse(&key, fuzz_fixture("key_rsa2048.pem"), &err,
                               fuzz_global_pool) == APR_SUCCESS,
                  "the fixture is a key");
    }
    return key;
}

static void check_names(const ae_csr_facts_t *facts)
{
    int i;

    for (i = 0; i < facts->names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(facts->names, i, const char *);
        const char *c;

        fuzz_must(*name != '\0', "a name is not empty");
        for (c = name; *c; c++) {
            fuzz_must(*c > ' ' && *c < 0x7f && (*c < 'A' || *c > 'Z'),
                      "a name is of lower case and printable");
        }
    }
}

static void check_fit(const ae_csr_t *csr)
{
    const ae_csr_facts_t *facts = ae_csr_facts(csr);
    ae_error_t err;
    apr_status_t status;

    status = ae_csr_check(csr, facts->names, NULL, &err);
    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EMISMATCH && facts->subject[0] != '\0',
                  "a request asks for its own names");
        fuzz_must_explain(&err, status);
    }
    status = ae_csr_check(csr, fuzz_names(), "C=DE", &err);
    fuzz_must(status == AE_EMISMATCH, "it was made for something else");
    fuzz_must_explain(&err, status);
    status = ae_csr_check_key(csr, other_key(), &err);
    fuzz_must(status == AE_EMISMATCH, "a foreign key is not its own");
    fuzz_must_explain(&err, status);
}

/* What is kept is read back, and sent as the same bytes. */
static void check_print(const ae_csr_t *csr)
{
    ae_bytes_t der = ae_csr_der(csr), again_der, pem;
    ae_csr_t *again;
    ae_error_t err;

    fuzz_must(ae_csr_print(&pem, csr, &err, fuzz_pool) == APR_SUCCESS &&
                  ae_csr_parse(&again, pem, &err, fuzz_pool) == APR_SUCCESS,
              "what was read can be printed and read again");
    again_der = ae_csr_der(again);
    fuzz_must(again_der.len == der.len &&
                  memcmp(again_der.data, der.data, der.len) == 0,
              "its bytes stay the same");
}

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t pem = fuzz_pem("CERTIFICATE REQUEST", data, size);
    ae_error_t err;
    ae_csr_t *csr;
    apr_status_t status = ae_csr_parse(&csr, pem, &err, fuzz_pool);

    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EFORMAT || status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
        fuzz_must(err.next[0] != '\0', "it says what to do");
        return;
    }
    fuzz_must_be_text(ae_csr_facts(csr)->subject);
    fuzz_must(!strcmp(ae_csr_facts(csr)->key,
                      ae_key_type_word(ae_csr_facts(csr)->type)),
              "the key has a type that we make");
    check_names(ae_csr_facts(csr));
    check_fit(csr);
    check_print(csr);
}

const fuzz_target_t fuzz_request = {"request", run, 3000};
