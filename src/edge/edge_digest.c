#include "edge_digest.h"

#include <openssl/sha.h>
#include <string.h>

const char *edge_digest_bytes(ae_bytes_t bytes, apr_pool_t *p)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char *hex = apr_palloc(p, 2 * sizeof(digest) + 1);
    apr_size_t i;

    SHA256(bytes.data, bytes.len, digest);
    for (i = 0; i < sizeof(digest); i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * sizeof(digest)] = '\0';
    return hex;
}

const char *edge_digest_text(const char *text, apr_pool_t *p)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    return edge_digest_bytes(bytes, p);
}
