#include "acme_jws.h"
#include "fuzz.h"

#include <string.h>

/* Base64url, as an external account's key is given. */

static void run(const unsigned char *data, size_t size)
{
    const char *text = fuzz_string(data, size);
    size_t len = strlen(text);
    ae_bytes_t bytes = {NULL, 0};

    fuzz_must(!acme_token_valid(text, len) || len <= ACME_TOKEN_LENGTH_MAX,
              "a token is bounded");
    if (acme_base64url_decode(&bytes, text, fuzz_pool) == APR_SUCCESS) {
        fuzz_must(!strcmp(acme_base64url_encode(bytes, fuzz_pool), text),
                  "each value has one text");
    }
    bytes = fuzz_bytes(data, size);
    text = acme_base64url_encode(bytes, fuzz_pool);
    fuzz_must(acme_base64url_decode(&bytes, text, fuzz_pool) == APR_SUCCESS &&
                  bytes.len == size &&
                  (!size || !memcmp(bytes.data, data, size)),
              "what was encoded is decoded to the same");
}

const fuzz_target_t fuzz_base64url = {"base64url", run, 6000};
