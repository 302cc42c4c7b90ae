#include "edge_digest.h"

#include <apr_strings.h>
#include <openssl/sha.h>
#include <string.h>

const char *edge_digest_text(const char *text, apr_pool_t *p)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char *hex = apr_palloc(p, 2 * sizeof(digest) + 1);
    apr_size_t i;

    SHA256((const unsigned char *)text, strlen(text), digest);
    for (i = 0; i < sizeof(digest); i++) {
        apr_snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    return hex;
}
