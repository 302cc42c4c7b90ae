#include "edge_external.h"
#include "fuzz.h"

#include <string.h>

/* The file of ACMEExternalAccount: what a CA hands out, copied by hand. */

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t secret = {NULL, 0}, again = {NULL, 0};
    ae_error_t err;
    apr_status_t status =
        edge_external_decode(&secret, fuzz_bytes(data, size), &err, fuzz_pool);
    const char *text;

    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EFORMAT, "the status is a documented one");
        fuzz_must_explain(&err, status);
        return;
    }
    fuzz_must(secret.len >= 16 && secret.len <= 512, "a secret is bounded");
    text = acme_base64url_encode(secret, fuzz_pool);
    fuzz_must(edge_external_decode(
                  &again,
                  (ae_bytes_t){(const unsigned char *)text, strlen(text)},
                  &err, fuzz_pool) == APR_SUCCESS &&
                  again.len == secret.len &&
                  !memcmp(again.data, secret.data, secret.len),
              "in one spelling or the other it is the same secret");
}

const fuzz_target_t fuzz_external = {"external", run, 6000};
