#include "ae_key.h"
#include "fuzz.h"

#include <string.h>

/* Private keys in PEM, from accounts/, staging/ and live/. */

static void check_public(const ae_key_t *key)
{
    ae_key_public_t pub;
    ae_error_t err;
    apr_status_t status = ae_key_public(&pub, key, &err, fuzz_pool);

    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_ECRYPTO, "the status is a documented one");
        fuzz_must_explain(&err, status);
    } else if (pub.curve) {
        fuzz_must(pub.x.len == pub.y.len &&
                      pub.x.len == (strcmp(pub.curve, "P-256") ? 48u : 32u),
                  "a point is padded to the size of its curve");
    } else {
        fuzz_must(pub.n.len && pub.n.data[0] && pub.e.len && pub.e.data[0],
                  "RSA's numbers have no leading zeros");
    }
}

static void check_print(const ae_key_t *key)
{
    ae_bytes_t pem;
    ae_key_t *again;
    ae_error_t err;
    apr_status_t status = ae_key_print(&pem, key, &err, fuzz_pool);

    if (status != APR_SUCCESS) {
        fuzz_must_explain(&err, status);
        return;
    }
    fuzz_must(ae_key_parse(&again, pem, &err, fuzz_pool) == APR_SUCCESS &&
                  ae_key_type(again) == ae_key_type(key),
              "what was printed is read as the same");
}

static void check_sign(const ae_key_t *key)
{
    static const ae_bytes_t text = {(const unsigned char *)"x", 1};
    ae_bytes_t signature;
    ae_error_t err;
    apr_status_t status = ae_key_sign(&signature, key, text, &err, fuzz_pool);

    if (status != APR_SUCCESS) {
        fuzz_must_explain(&err, status);
    }
}

static void run(const unsigned char *data, size_t size)
{
    ae_error_t err;
    ae_key_t *key;
    apr_status_t status = ae_key_parse(
        &key, fuzz_pem("PRIVATE KEY", data, size), &err, fuzz_pool);

    if (status == APR_SUCCESS) {
        fuzz_must((int)ae_key_type(key) < AE_KEY_TYPES, "the type is known");
        check_public(key);
        check_print(key);
        check_sign(key);
    } else {
        fuzz_must(status == AE_EFORMAT, "the status is a documented one");
        fuzz_must_explain(&err, status);
    }
}

const fuzz_target_t fuzz_key = {"key", run, 2000};
