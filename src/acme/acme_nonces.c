#include "acme_engine.h"

#include <string.h>

int acme_nonce_valid(const char *nonce)
{
    apr_size_t len;

    /* RFC 8555 section 6.5.1: what is not base64url MUST be ignored. */
    if (!nonce) {
        return 0;
    }
    len = strlen(nonce);
    return len > 0 && len <= ACME_NONCE_LENGTH_MAX &&
           acme_base64url_length(nonce) == len;
}

void acme_nonces_push(acme_nonces_t *nonces, const char *nonce)
{
    nonces->newest = (nonces->newest + 1) % ACME_NONCES_MAX;
    memcpy(nonces->ring[nonces->newest], nonce, strlen(nonce) + 1);
    if (nonces->count < ACME_NONCES_MAX) {
        nonces->count++;
    }
}

int acme_nonces_pop(char nonce[ACME_NONCE_LENGTH_MAX + 1],
                    acme_nonces_t *nonces)
{
    if (nonces->count == 0) {
        return 0;
    }
    memcpy(nonce, nonces->ring[nonces->newest], ACME_NONCE_LENGTH_MAX + 1);
    nonces->newest = (nonces->newest + ACME_NONCES_MAX - 1) % ACME_NONCES_MAX;
    nonces->count--;
    return 1;
}
