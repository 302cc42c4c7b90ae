#include "ae_seal.h"

#include "ae_random.h"
#include "ae_secret.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

/* Sealed bytes: version, nonce, ciphertext, tag. The purpose and the version
 * are authenticated beside them. */
#define VERSION 1
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_BYTES (1 + NONCE_BYTES)
#define AROUND_BYTES (HEAD_BYTES + TAG_BYTES)

struct ae_seal_t {
    unsigned char key[AE_SEAL_KEY_BYTES];
};

ae_seal_t *ae_seal_create(const unsigned char *key, apr_pool_t *p)
{
    ae_seal_t *seal = ae_secret_alloc(sizeof(*seal), p);

    memcpy(seal->key, key, sizeof(seal->key));
    return seal;
}

/* The same for both ways: take key and nonce, then what is only
 * authenticated. */
static int cipher_start(EVP_CIPHER_CTX *ctx, const ae_seal_t *seal,
                        const unsigned char *head, const char *purpose,
                        int closing)
{
    int len;

    return EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), seal->key, head + 1,
                              closing, NULL) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &len, head, 1) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &len, (const unsigned char *)purpose,
                            (int)strlen(purpose)) == 1;
}

/* No bytes at all must not reach OpenSSL, for which they mean the end. */
static int cipher_run(EVP_CIPHER_CTX *ctx, unsigned char *out,
                      const unsigned char *in, apr_size_t in_len)
{
    int len;

    return in_len == 0 ||
           EVP_CipherUpdate(ctx, out, &len, in, (int)in_len) == 1;
}

static int encrypt(unsigned char *sealed, const ae_seal_t *seal,
                   const char *purpose, ae_bytes_t plain)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char *body = sealed + HEAD_BYTES;
    int len;
    int good = ctx && cipher_start(ctx, seal, sealed, purpose, 1) &&
               cipher_run(ctx, body, plain.data, plain.len) &&
               EVP_CipherFinal_ex(ctx, body + plain.len, &len) == 1 &&
               EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES,
                                   body + plain.len) == 1;

    EVP_CIPHER_CTX_free(ctx);
    return good;
}

static int decrypt(unsigned char *plain, const ae_seal_t *seal,
                   const char *purpose, ae_bytes_t sealed)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    apr_size_t body_len = sealed.len - AROUND_BYTES;
    const unsigned char *body = sealed.data + HEAD_BYTES;
    unsigned char tag[TAG_BYTES];
    int len;
    int good;

    memcpy(tag, body + body_len, TAG_BYTES);
    good =
        ctx && cipher_start(ctx, seal, sealed.data, purpose, 0) &&
        cipher_run(ctx, plain, body, body_len) &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
        EVP_CipherFinal_ex(ctx, plain + body_len, &len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return good;
}

apr_status_t ae_seal_close(ae_bytes_t *sealed, const ae_seal_t *seal,
                           const char *purpose, ae_bytes_t plain,
                           ae_error_t *err, apr_pool_t *p)
{
    unsigned char *bytes;
    apr_status_t status;

    if (plain.len > INT_MAX - AROUND_BYTES) {
        ae_error_set(err, AE_ECRYPTO, "Cannot seal \"%s\"", purpose);
        return ae_error_why(err, "it is too large");
    }
    bytes = apr_palloc(p, plain.len + AROUND_BYTES);
    bytes[0] = VERSION;
    status = ae_random_bytes(bytes + 1, NONCE_BYTES, err);
    if (status != APR_SUCCESS) {
        return status;
    }
    if (!encrypt(bytes, seal, purpose, plain)) {
        ae_error_set(err, AE_ECRYPTO, "Cannot seal \"%s\"", purpose);
        return ae_error_why_openssl(err);
    }
    sealed->data = bytes;
    sealed->len = plain.len + AROUND_BYTES;
    return APR_SUCCESS;
}

static apr_status_t open_failed(ae_error_t *err, const char *purpose,
                                const char *why)
{
    ae_error_set(err, AE_ESEAL, "Cannot open the sealed \"%s\"", purpose);
    return ae_error_why(err, "%s", why);
}

apr_status_t ae_seal_open(ae_bytes_t *plain, const ae_seal_t *seal,
                          const char *purpose, ae_bytes_t sealed,
                          ae_error_t *err, apr_pool_t *p)
{
    unsigned char *bytes;

    if (sealed.len < AROUND_BYTES || sealed.len > INT_MAX) {
        return open_failed(err, purpose, "its length is wrong");
    }
    if (sealed.data[0] != VERSION) {
        return open_failed(err, purpose, "its format is unknown");
    }
    bytes = ae_secret_alloc(sealed.len - AROUND_BYTES + 1, p);
    if (!decrypt(bytes, seal, purpose, sealed)) {
        ERR_clear_error();
        /* Bytes that nobody vouches for are nobody's to see. */
        OPENSSL_cleanse(bytes, sealed.len - AROUND_BYTES);
        return open_failed(err, purpose,
                           "it was sealed with another key or for another "
                           "purpose, or it is damaged");
    }
    plain->data = bytes;
    plain->len = sealed.len - AROUND_BYTES;
    return APR_SUCCESS;
}

static int hmac(unsigned char mac[AE_SEAL_MAC_BYTES], const unsigned char *key,
                const char *text)
{
    unsigned len = 0;

    return HMAC(EVP_sha256(), key, AE_SEAL_KEY_BYTES,
                (const unsigned char *)text, strlen(text), mac,
                &len) != NULL &&
           len == AE_SEAL_MAC_BYTES;
}

/* With a key of its own for each purpose, since this one seals. */
apr_status_t ae_seal_witness(unsigned char mac[AE_SEAL_MAC_BYTES],
                             const ae_seal_t *seal, const char *purpose,
                             const char *text, ae_error_t *err)
{
    unsigned char key[AE_SEAL_MAC_BYTES];
    int good = hmac(key, seal->key, purpose) && hmac(mac, key, text);

    OPENSSL_cleanse(key, sizeof(key));
    if (!good) {
        ae_error_set(err, AE_ECRYPTO, "Cannot bear witness for \"%s\"",
                     purpose);
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}
